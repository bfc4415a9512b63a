"""The destination of a pipe cannot connect: 'unpipe', its 'error', and the source stays."""

import pynet
from harness import nowhere, pair, record, run, settle, state, trace


def main():
    def found(target):
        def connected(c, s, server):
            def settled():
                trace("S", "settled", state(s), s.readable_flowing)
                c.destroy()
                s.destroy()

            out = pynet.connect(target)
            record(out, "out", "pipe unpipe close")
            out.on("error", lambda err: trace("out", "error", err.code))
            c.write("for nobody")
            s.pipe(out)
            out.on("close", lambda had_error: settle(settled))

        pair({}, {}, connected)

    nowhere(found)


run(main)
