"""The destination dies of an error that only the pipe hears: it is uncaught all the same."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.destroy()
            s.destroy()

        record(s, "S", "error close")
        record(d, "D", "pipe unpipe close")
        t.resume()
        s.pipe(d)
        d.destroy(RuntimeError("out of order"))
        d.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
