"""A server that a signal closed can listen again, without it."""

import pynet
from harness import record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def again():
        trace("srv", "again")
        server.close()

    server.once("listening", lambda: controller.abort())
    server.once("close", lambda: server.listen(0, again))
    server.listen({"port": 0, "signal": controller.signal})


run(main)
