"""The destination is destroyed in the 'data' that is to go to it: no error, the source stops and stays."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.destroy()
            s.destroy()

        record(d, "D", "pipe unpipe finish error")
        record(t, "T", "data end close")
        s.on("data", lambda chunk: d.destroy())
        s.pipe(d)
        record(d, "D", "close")
        c.write("never passed on")
        d.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
