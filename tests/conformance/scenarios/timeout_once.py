"""setTimeout(): 'timeout' once, the socket stays as it is."""

import pynet
from harness import note, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "timeout error close")
        c.resume()
        s.resume()
        c.set_timeout(20, note("C", "callback"))
        trace("C", "timeout", c.timeout)

        def later():
            trace("C", "later", state(c), c.timeout)
            c.end()

        pynet.set_timeout(later, 150)

    pair({}, {}, connected)


run(main)
