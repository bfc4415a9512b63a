"""An echo that is unpiped in the middle, and destroyed by its owner while it pipes."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        def first():
            s.unpipe(s)
            c.write("after all")
            settle(second)

        def second():
            trace("S", "settled", s.readable_flowing)
            s.pipe(s)
            record(s, "S", "close")
            settle(lambda: s.destroy())

        record(s, "S", "pipe unpipe finish error")
        record(c, "C", "data end close")
        s.pipe(s)
        c.write("echoed ")
        settle(first)

    pair({}, {}, connected)


run(main)
