"""A listen() that failed, and its signal afterwards."""

import pynet
from harness import record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def abort():
        controller.abort()
        assert not server.listening  # Node's signal keeps the server alive, here somebody has to
        trace("srv", "aborted")

    server.on("error", lambda err: pynet.set_immediate(abort))
    server.listen({"path": "nowhere/s.sock", "signal": controller.signal})


run(main)
