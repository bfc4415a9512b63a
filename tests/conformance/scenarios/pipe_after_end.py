"""pipe() of a socket whose 'end' has been: the destination is ended, or let be with end false."""

from harness import record, run, settle, trace
from writing import Sink, between, tick


def main():
    def connected(c, s, d, t):
        def first():
            tick("main", 1)
            s.pipe(sink)
            s.pipe(kept, end=False)
            tick("main", 2)
            trace("main", "piped")
            settle(second)

        def second():
            s.pipe(d)
            s.end()
            t.end()

        kept = Sink("main/kept")
        sink = Sink("main/sink")
        record(kept, "main/kept", "pipe unpipe")
        record(sink, "main/sink", "pipe unpipe")
        record(d, "D", "pipe unpipe finish")
        record(t, "T", "data end")
        d.resume()
        s.resume()
        s.on("end", lambda: settle(first))
        c.end("unheard")
        c.resume()

    between({"allow_half_open": True}, {}, connected)


run(main)
