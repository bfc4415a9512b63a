"""close() of an idle server: at once not listening; 'close' and the callback come on the next tick."""

import pynet
from harness import answer, listen, record, run, trace


def main():
    server = pynet.create_server()

    def listening():
        server.close(answer("srv", "callback"))
        record(server, "srv", "close")
        trace("srv", "after close", server.listening, server.address())
        pynet.next_tick(lambda: trace("srv", "later tick"))

    listen(server, listening)


run(main)
