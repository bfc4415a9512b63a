"""write() to a peer that has gone: the call says so, and `errored` is set in it."""

import pynet
from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(s, c, server):
        def later():
            trace("C", "write", c.write("x", callback=answer("C", "first")), c.errored, c.writable)
            trace("C", "write", c.write("y", callback=answer("C", "second")), state(c))
            trace("C", "empty", c.write("", callback=answer("C", "third")))
            c.end(callback=answer("C", "end callback"))
            pynet.next_tick(lambda: trace("C", "tick", state(c)))

        record(c, "C", "end error drain finish close")
        s.destroy()
        settle(later)

    pair({"pauseOnConnect": True}, {}, connected)


run(main)
