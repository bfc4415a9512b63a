"""end() and write() in a listener of 'connect' that stands before a write that waits."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def listening():
        client = connect(server, {})

        def connected():
            client.end(callback=answer("C", "end callback"))
            trace("C", "write", client.write("late", callback=answer("C", "late")))
            pynet.next_tick(lambda: trace("C", "tick"))

        client.on("connect", connected)
        client.write("first", callback=answer("C", "first"))
        client.write("second", callback=answer("C", "second"))
        record(client, "C", "connect ready prefinish finish error close")
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
