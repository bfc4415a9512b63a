"""abort() after close(), in the same tick and later, does nothing more."""

import pynet
from harness import answer, record, run


def main():
    controller = pynet.AbortController()
    late = pynet.AbortController()
    server = pynet.create_server()
    other = pynet.create_server()
    record(server, "same tick", "listening close error")
    record(other, "later", "listening close error")

    def listening():
        server.close(answer("same tick", "close callback"))
        controller.abort()

    server.listen({"port": 0, "signal": controller.signal}, listening)
    other.listen({"port": 0, "signal": late.signal}, lambda: other.close())
    other.on("close", lambda: pynet.set_immediate(lambda: late.abort()))


run(main)
