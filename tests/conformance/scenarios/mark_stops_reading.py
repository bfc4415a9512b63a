"""A small mark and nobody who reads: reading stops once as much is buffered, and goes on when it is taken."""

from harness import pair, record, run, settle, trace
from reading import arrived, flow, in_turn


def main():
    def connected(c, s, server):
        def there():
            trace("C", "arrived", flow(c), c.bytes_read)
            c.on("data", lambda chunk: trace("C", "data", chunk))
            s.end()

        def settled():
            trace("C", "settled", flow(c), c.bytes_read)
            trace("C", "read(4)", c.read(4), c.read(1))
            arrived(c, 24, there)

        def buffered():
            trace("C", "over the mark", flow(c), c.bytes_read)
            s.write("more")
            settle(settled)

        record(c, "C", "end close")
        in_turn(s, c, ["0123456789", "abcdefghij"], buffered)

    pair({}, {"readable_high_water_mark": 16}, connected)


run(main)
