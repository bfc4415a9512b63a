"""abort() right after listen(): closed within abort(), no listening."""

import pynet
from harness import note, record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen({"port": 0, "signal": controller.signal}, note("srv", "callback"))
    trace("srv", "returned", server.listening)
    controller.abort()
    trace("srv", "aborted", server.listening, server.address())


run(main)
