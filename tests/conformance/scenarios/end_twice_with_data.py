"""end(data) a second time is a write after the end: its callback and 'error' get the error."""

from harness import answer, pair, record, run, trace
from writing import ends


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        record(s, "S", "data end")
        c.end("in time", answer("C", "first end callback"))
        c.end("late", answer("C", "second end callback"))
        trace("C", "ended", ends(c), c.bytes_written)

    pair({}, {}, connected)


run(main)
