"""Somebody else ends the destination: it is taken out when it finishes, the source stops and stays."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def first():
            d.end()
            settle(second)

        def second():
            trace("S", "settled", state(s), s.readable_flowing)
            c.write("after")
            settle(third)

        def third():
            trace("S", "still", state(s), s.readable_flowing)
            for sock in (c, s, t, d):
                sock.destroy()

        record(d, "D", "pipe unpipe finish error close")
        record(t, "T", "data end close")
        s.pipe(d)
        c.write("before")
        settle(first)

    between({"allow_half_open": True}, {}, connected)


run(main)
