"""The source of a pipe dies of an error: the destination hears nothing of it, and another source takes its place."""

from harness import name, pair, record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("D", "settled", state(d))
            pair({}, {}, again)

        def again(e, f, server):
            name(f, "F")
            e.resume()
            f.pipe(d)
            e.end("from the second")

        record(s, "S", "error close")
        record(d, "D", "pipe unpipe finish error close")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(d)
        c.write("from the first, ")
        settle(lambda: s.destroy(RuntimeError("broken")))
        s.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
