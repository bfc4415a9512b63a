"""read(n) after set_encoding() counts characters, also over chunks."""

from harness import pair, record, run, settle, trace
from reading import chars, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "read(4)", chars(c.read(4)), flow(c))
            trace("C", "read(4)", c.read(4))

        def buffered():
            trace("C", "buffered", flow(c), c.bytes_read)
            trace("C", "read(2)", chars(c.read(2)), flow(c))
            trace("C", "read(3)", chars(c.read(3)), flow(c))
            trace("C", "read(4)", chars(c.read(4)), flow(c))
            s.end()
            settle(settled)

        c.set_encoding("utf8")
        record(c, "C", "end close")
        in_turn(s, c, ["\u00e4\u00f6\u00fc".encode(), "\u20ac-".encode(), "xyz"], buffered)

    pair({}, {}, connected)


run(main)
