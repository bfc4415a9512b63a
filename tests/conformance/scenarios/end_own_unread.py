"""A socket that has ended its own side and then reads what was answered, with read()."""

from harness import pair, record, run, settle, state, trace
from reading import arrived, flags, flow


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c), state(c))
            trace("C", "read", c.read())
            trace("C", "after", flow(c), flags(c), state(c))

        record(c, "C", "end finish close")
        s.on("data", lambda chunk: s.end(b"you said " + chunk))
        c.end("hello")
        arrived(c, 14, lambda: settle(settled))

    pair({}, {}, connected)


run(main)
