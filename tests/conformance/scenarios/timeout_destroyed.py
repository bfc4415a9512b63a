"""destroy() switches the timeout off."""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "timeout close")
        s.resume()
        c.set_timeout(20)
        c.destroy()
        pynet.set_timeout(lambda: trace("C", "later"), 80)

    pair({}, {}, connected)


run(main)
