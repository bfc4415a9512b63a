"""Between 'error' and 'close' other ticks run; 'close' is the last of all."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        s.resume()
        record(c, "C", "error close")
        c.write("x", answer("C", "write callback"))
        pynet.next_tick(lambda: trace("C", "tick before"))
        c.destroy(RuntimeError("enough"))
        pynet.next_tick(lambda: trace("C", "tick after"))
        c.on("error", lambda err: pynet.next_tick(lambda: trace("C", "tick of error")))

    pair({}, {}, connected)


run(main)
