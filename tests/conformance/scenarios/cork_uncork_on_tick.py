"""The usual way to gather the writes of a listener: cork() and uncork() on the next tick."""

import pynet
from harness import answer, pair, record, run, trace
from writing import queue, tick


def main():
    def connected(c, s, server):
        record(c, "C", "data end")

        def uncork():
            trace("S", "before uncork", queue(s))
            s.uncork()
            trace("S", "after uncork", queue(s))

        def data(chunk):
            s.cork()
            pynet.next_tick(uncork)
            tick("S", 1)
            s.write("HTTP ", answer("S", "head callback"))
            s.write(chunk, answer("S", "body callback"))
            tick("S", 2)

        s.on("data", data)
        c.write("one ")
        c.once("data", lambda chunk: c.end("two"))

    pair({}, {}, connected)


run(main)
