"""resetAndDestroy() with a big write under way and others waiting."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        def resetting():
            c.reset_and_destroy()
            s.destroy()

        record(c, "C", "drain finish error close")
        s.on("error", lambda err: None)
        c.write(bytes(20000000), answer("C", "big"))
        c.write("small", answer("C", "small"))
        c.end(answer("C", "end"))
        pynet.set_immediate(resetting)

    pair({}, {}, connected)


run(main)
