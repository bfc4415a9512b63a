"""destroy() in a listener of 'connect' that stands behind the writes that wait."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def listening():
        client = connect(server, {})

        def connected():
            client.destroy()
            pynet.next_tick(lambda: trace("C", "tick", client.errored))

        client.write("first", callback=answer("C", "first"))
        client.write("second", callback=answer("C", "second"))
        client.end(callback=answer("C", "end callback"))
        client.on("connect", connected)
        record(client, "C", "connect ready prefinish finish error close")
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
