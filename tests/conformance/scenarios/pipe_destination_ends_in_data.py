"""The destination is ended in the 'data' that is to go to it: a write after the end, 'error', 'unpipe'."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def data(chunk):
            if b"last" in chunk:
                d.end()

        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.destroy()
            s.destroy()

        record(d, "D", "pipe unpipe finish error close")
        record(t, "T", "data end close")
        s.on("data", data)
        s.pipe(d)
        d.resume()
        c.write("first")
        settle(lambda: c.write("last"))
        d.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
