"""A 'data' listener that came after the pipe ends the destination: the chunk has gone out before."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def data(chunk):
            if b"quit" in chunk:
                d.end()

        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.destroy()
            s.destroy()

        record(d, "D", "pipe unpipe finish error close")
        record(t, "T", "data end close")
        s.pipe(d)
        s.on("data", data)
        d.resume()
        c.write("first ")
        settle(lambda: c.write("quit"))
        d.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
