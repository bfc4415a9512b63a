"""Write callbacks come in the order of the writes, on a later tick."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "drain")
        record(s, "S", "data")
        c.resume()
        pynet.next_tick(lambda: trace("C", "tick before"))
        c.write("one ", answer("C", "first"))
        c.write("two ", answer("C", "second"))
        c.write("three", answer("C", "third"))
        pynet.next_tick(lambda: trace("C", "tick after"))
        trace("C", "written", c.bytes_written)
        pynet.set_immediate(lambda: c.end())

    pair({}, {}, connected)


run(main)
