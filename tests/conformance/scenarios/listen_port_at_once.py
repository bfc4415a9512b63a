"""listen(0) without a host is bound at once; 'listening' comes on the next tick."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    server.listen(0)
    trace("srv", "after listen", server.listening, server.address() is not None, server.address().port > 0)

    def later():
        trace("srv", "later tick")
        server.close()

    pynet.next_tick(later)


run(main)
