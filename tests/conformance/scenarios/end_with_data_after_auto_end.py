"""end(data) after the socket has ended itself: a write after end."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def late():
            trace("C", "state", c.writable_ended, c.writable_finished)
            c.end("late", callback=answer("C", "end callback"))
            trace("C", "errored", c.errored)

        record(c, "C", "end prefinish finish error close")
        s.on("error", lambda err: None)
        s.resume()
        s.end()
        c.resume()
        c.on("end", lambda: pynet.next_tick(late))

    pair({}, {}, connected)


run(main)
