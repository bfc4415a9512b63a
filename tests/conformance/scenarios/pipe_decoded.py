"""A source with set_encoding() is piped as text: the destination gets it in its own encoding."""

from harness import record, run
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.set_encoding("latin1")
        s.pipe(d)
        s.pipe(Sink("sink"))
        c.end(b"a\xe9")

    between({}, {}, connected)


run(main)
