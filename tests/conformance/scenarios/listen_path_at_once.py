"""listen(path) is bound at once; 'listening' comes on the next tick."""

import pynet
from harness import place, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    trace("srv", "before", server.listening, server.address())
    server.listen(place("s.sock"))
    trace("srv", "after listen", server.listening, server.address())

    def later():
        trace("srv", "later tick")
        server.close()

    pynet.next_tick(later)


run(main)
