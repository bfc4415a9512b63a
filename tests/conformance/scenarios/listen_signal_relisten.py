"""A signal belongs to its listen(): after close() it ends no later one."""

import pynet
from harness import record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def again():
        controller.abort()
        trace("srv", "aborted", server.listening)
        server.close()

    server.once("close", lambda: server.listen(0, again))
    server.listen({"port": 0, "signal": controller.signal}, lambda: server.close())


run(main)
