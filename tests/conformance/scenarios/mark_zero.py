"""A mark of zero: one chunk at a time is read, and the next one only after a read() that finds nothing."""

from harness import pair, record, run, settle, trace
from reading import arrived, flow, in_turn


def main():
    def connected(c, s, server):
        def there():
            trace("C", "read", c.read(), c.read(), flow(c))
            s.end()

        def settled():
            trace("C", "settled", flow(c), c.bytes_read)
            trace("C", "read", c.read(), c.read(), flow(c))
            arrived(c, 6, there)

        def buffered():
            s.write("two")
            settle(settled)

        record(c, "C", "end close")
        c.on("readable", lambda: trace("C", "readable", flow(c), c.bytes_read))
        in_turn(s, c, ["one"], buffered)

    pair({}, {"readable_high_water_mark": 0}, connected)


run(main)
