"""Nobody reads a big message: what is buffered is at the mark or over it, and stays; then all of it can be had."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        length = count = 0

        def later():
            trace("C", "as before", c.readable_length == length, c.bytes_read == count)
            record(c, "C", "data end close")

        def settled():
            nonlocal length, count
            length, count = c.readable_length, c.bytes_read
            trace("C", "settled", length >= 65536, length < 65536 + 65536, length == count)
            settle(later)

        s.end(b"big" * 1000000)
        settle(settled)

    pair({}, {}, connected)


run(main)
