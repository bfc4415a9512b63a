"""finished() of a socket that is closed already: the callback comes on a tick, with what became of it."""

import pynet
from harness import answer, pair, run, trace
from writing import tick


def main():
    def connected(c, s, server):
        def c_closed(had_error):
            tick("C", 1)
            pynet.finished(c, answer("C", "in close"))
            tick("C", 2)
            pynet.set_immediate(c_later)

        def c_later():
            pynet.finished(c, answer("C", "closed"))
            trace("C", "called")

        def s_later():
            pynet.finished(s, answer("S", "died"))
            trace("S", "called")

        c.resume()
        s.on("error", lambda err: None)
        c.on("close", c_closed)
        s.on("close", lambda had_error: pynet.set_immediate(s_later))
        s.on("data", lambda chunk: s.destroy(RuntimeError("enough")))
        c.end("last")

    pair({}, {}, connected)


run(main)
