"""A proxy that pipes both ways, not half-open: the request's end ends the way back too, and the answer is lost."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("D", "settled", state(d), d.readable_flowing)
            t.end("answer")
            d.resume()

        record(c, "C", "data end close")
        record(s, "S", "pipe unpipe end finish close")
        record(d, "D", "pipe unpipe finish")
        t.allow_half_open = True
        t.on("data", lambda chunk: trace("T", "got", chunk))
        t.on("end", lambda: settle(settled))
        s.pipe(d)
        d.pipe(s)
        c.end("request")

    between({}, {}, connected)


run(main)
