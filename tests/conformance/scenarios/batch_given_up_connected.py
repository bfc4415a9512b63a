"""Writes that waited for the connection leave as a batch, and destroy(err) comes while it is under way."""

import pynet
from harness import answer, connect, listen, record, run


def main():
    def listening():
        def ready():
            client.write("four", callback=answer("C", "four"))
            client.destroy(ValueError("boom"))

        client = connect(server, {})
        record(client, "C", "error close")
        client.write("one", callback=answer("C", "one"))
        client.write(bytes(10000000), callback=answer("C", "two"))
        client.write(bytes(10000000), callback=answer("C", "three"))
        client.on("ready", lambda: pynet.set_immediate(ready))
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        pynet.set_timeout(sock.destroy, 40)

    server = pynet.create_server({"pauseOnConnect": True}, accepted)
    listen(server, listening)


run(main)
