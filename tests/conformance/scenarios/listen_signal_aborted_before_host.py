"""The same with an address as the host."""

import pynet
from harness import note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    signal = pynet.AbortSignal.abort("reason")
    server.listen({"port": 0, "host": "127.0.0.1", "signal": signal}, note("srv", "callback"))
    pynet.set_timeout(lambda: trace("srv", "later", server.listening, server.address()), 50)


run(main)
