"""Two writes after end(): both callbacks get the error, 'error' comes once."""

from harness import answer, pair, record, run, trace
from writing import queue


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        record(s, "S", "data end")
        c.end("in time")
        trace("C", "first", c.write("late", answer("C", "first callback")), queue(c))
        trace("C", "second", c.write("later", answer("C", "second callback")), queue(c), c.bytes_written)

    pair({}, {}, connected)


run(main)
