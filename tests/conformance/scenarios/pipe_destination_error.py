"""The destination dies of an error, with a listener for it: 'unpipe' first, the source stops and stays."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.resume()
            s.resume()
            c.end()

        record(s, "S", "pause end error close")
        record(d, "D", "pipe unpipe error close")
        t.resume()
        s.pipe(d)
        d.destroy(RuntimeError("out of order"))
        d.on("close", lambda had_error: settle(settled))

    between({}, {}, connected)


run(main)
