"""Both sides end in the same turn, with data."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "data end prefinish finish error close")
        record(s, "S", "data end prefinish finish error close")
        c.end("from C", answer("C", "end callback"))
        s.end("from S", answer("S", "end callback"))

    pair({}, {}, connected)


run(main)
