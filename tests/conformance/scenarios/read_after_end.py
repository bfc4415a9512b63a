"""read() after 'end' and after 'close' gives nothing, and changes nothing."""

from harness import pair, record, run, trace
from reading import flags


def main():
    def connected(c, s, server):
        record(c, "C", "data end error close")
        c.on("end", lambda: trace("C", "in end", c.read(), c.read(0), c.read(1), flags(c)))
        c.on("close", lambda had_error: trace("C", "in close", c.read(), c.read(0), c.read(1), flags(c)))
        s.end("all")

    pair({}, {}, connected)


run(main)
