"""The callback of close() is a listener of close, for once, among the others."""

import pynet
from harness import listen, note, run, trace


def main():
    server = pynet.create_server()

    def listening():
        server.close(lambda err: trace("srv", "callback", server.listener_count("close")))
        server.on("close", note("srv", "after"))
        trace("srv", "count", server.listener_count("close"))

    server.on("close", note("srv", "before"))
    listen(server, listening)


run(main)
