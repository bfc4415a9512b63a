"""abort() of a listening server is close(): connections stay, and close comes after the last of them."""

import pynet
from harness import connect, kind, place, record, run, trace


def main():
    controller = pynet.AbortController()

    def connected(sock):
        controller.abort()
        trace("srv", "aborted", server.listening)

        def counted(err, count):
            trace("srv", "connections", count)
            sock.end("bye").resume()

        server.get_connections(counted)

    server = pynet.create_server(connected)
    record(server, "srv", "listening close error")
    options = {"path": place("s.sock")} if kind == "unix" else {"port": 0, "host": "127.0.0.1"}
    server.listen(
        {**options, "signal": controller.signal}, lambda: record(connect(server, {}), "C", "data end error close")
    )


run(main)
