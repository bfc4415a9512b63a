"""unpipe() of all in a 'data' listener that came after the pipes: the chunk has gone to each of them."""

from harness import record, run, settle, trace
from writing import Sink, between


def main():
    def connected(c, s, d, t):
        def data(chunk):
            trace("S", "got", chunk, s.readable_flowing)
            s.unpipe()
            trace("S", "unpiped", s.readable_flowing)

        def first():
            c.end("for S")
            settle(second)

        def second():
            trace("S", "settled", s.readable_flowing)
            s.resume()
            d.end()

        record(d, "D", "unpipe")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(d)
        s.pipe(Sink("sink"))
        s.on("data", data)
        c.write("for all")
        settle(first)

    between({}, {}, connected)


run(main)
