"""A socket that is piped and has a 'data' listener too: both get everything."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(s, "S", "data end close")
        record(c, "C", "data end close")
        s.pipe(s)
        c.end("for both")

    pair({}, {}, connected)


run(main)
