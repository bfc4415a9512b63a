"""end(data), then write() before the connection is there."""

import pynet
from harness import answer, connect, listen, record, run, trace


def main():
    def listening():
        def connected():
            trace("C", "write", client.write("late", callback=answer("C", "late")))
            pynet.next_tick(lambda: trace("C", "tick"))

        client = connect(server, {})
        record(client, "C", "connect ready prefinish finish error close")
        client.write("first", callback=answer("C", "first"))
        client.end("last", callback=answer("C", "end callback"))
        client.on("connect", connected)
        client.on("close", lambda had_error: server.close())

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
