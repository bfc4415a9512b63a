"""write() after end() while connecting: the socket errors, and what was queued is lost with it."""

import pynet
from harness import connect, listen, record, run, settle, trace


def main():
    def arrived(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {})

        def told(label):
            return lambda err: trace("C", label, err.code)

        record(client, "C", "connect prefinish finish error close")
        client.write("queued", told("queued callback"))
        client.end(told("end callback"))
        trace("C", "late", client.write("late", told("late callback")))
        client.on("close", lambda had_error: settle(lambda: server.close()))

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
