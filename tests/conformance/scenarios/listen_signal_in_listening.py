"""abort() in the callback of listen(), between other listeners."""

import pynet
from harness import record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()

    def listening():
        controller.abort()
        trace("srv", "callback", server.listening)

    server.listen({"port": 0, "signal": controller.signal}, listening)
    record(server, "srv", "listening close error")


run(main)
