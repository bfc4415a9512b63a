"""The peer ends without a word: 'readable' once, read() gives nothing, then 'end'."""

from harness import pair, record, run, trace
from reading import flags, flow


def main():
    def connected(c, s, server):
        c.on("readable", lambda: trace("C", "readable", flow(c), c.read(), flags(c)))
        record(c, "C", "end close")
        s.end()

    pair({}, {}, connected)


run(main)
