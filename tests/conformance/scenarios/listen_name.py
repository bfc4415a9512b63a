"""listen() with a name: nothing is there until the lookup is over."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def listening():
        trace("srv", "callback", server.listening, server.address().port > 0)
        server.close()

    server.listen(0, "localhost", listening)
    trace("srv", "returned", server.listening, server.address())


run(main)
