"""A proxy that pipes both ways, half-open: the answer comes back after the request's end."""

from harness import record, run, settle
from writing import between


def main():
    def connected(c, s, d, t):
        record(c, "C", "data end")
        record(s, "S", "pipe unpipe finish")
        record(d, "D", "pipe unpipe finish")
        record(t, "T", "data end")
        s.pipe(d)
        d.pipe(s)
        t.on("end", lambda: settle(lambda: t.end("answer")))
        c.end("request")

    between({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
