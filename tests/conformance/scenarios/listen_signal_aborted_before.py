"""listen() with a signal that is aborted already: bound at once, but closed on the next tick, with no listening."""

import pynet
from harness import answer, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen({"port": 0, "signal": pynet.AbortSignal.abort()}, note("srv", "callback"))
    trace("srv", "returned", server.listening)
    pynet.next_tick(lambda: trace("srv", "a tick later", server.listening))
    pynet.set_immediate(lambda: server.close(answer("srv", "close callback")))


run(main)
