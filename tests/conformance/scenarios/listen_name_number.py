"""A host that only the system takes for an address, 127.1, is looked up like a name."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def listening():
        trace("srv", "callback", server.listening, server.address())
        server.close()

    server.listen({"port": 0, "host": "127.1"}, listening)
    trace("srv", "returned", server.listening, server.address())


run(main)
