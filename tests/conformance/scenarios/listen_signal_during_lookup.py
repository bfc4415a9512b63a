"""abort() while the host is looked up."""

import pynet
from harness import note, record, run, trace


def main():
    controller = pynet.AbortController()
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen({"port": 0, "host": "localhost", "signal": controller.signal}, note("srv", "callback"))
    controller.abort()
    pynet.set_timeout(lambda: trace("srv", "later", server.listening, server.address()), 100)


run(main)
