"""cork() before connect(): the connection begins corked."""

import pynet
from harness import answer, listen, record, run, trace, where


def main():
    def listening():
        def done():
            client.destroy()
            server.close()

        client = pynet.Socket()
        record(client, "C", "connect ready error close")

        def ready():
            trace("C", "corked", client.writable_corked, client.writable_length)
            client.uncork()

        client.cork()
        client.connect(where(server))
        client.write("x", callback=answer("C", "write callback"))
        client.on("ready", lambda: pynet.set_immediate(ready))
        pynet.set_timeout(done, 40)

    def accepted(sock):
        record(sock, "S", "data")
        sock.on("error", lambda err: None)
        sock.write("hello")

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
