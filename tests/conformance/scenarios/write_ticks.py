"""Write callbacks take the place in the tick queue that their write() had."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def tick(label):
            pynet.next_tick(lambda: trace("C", f"tick {label}"))

        record(c, "C", "prefinish finish")
        c.resume()
        s.resume()
        tick(1)
        c.write("a", answer("C", "callback a"))
        tick(2)
        c.write("b")
        tick(3)
        c.write("c", answer("C", "callback c"))
        tick(4)
        c.end("d", answer("C", "end callback"))
        tick(5)

    pair({}, {}, connected)


run(main)
