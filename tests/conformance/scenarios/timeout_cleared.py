"""setTimeout(0) switches it off and takes its callback away."""

import pynet
from harness import note, pair, record, run, trace


def main():
    def connected(c, s, server):
        callback = note("C", "callback")
        c.resume()
        s.resume()
        c.set_timeout(20, callback)
        c.set_timeout(0, callback)
        trace("C", "off", c.timeout, c.listener_count("timeout"))
        pynet.set_timeout(lambda: c.end(), 80)
        record(c, "C", "timeout close")

    pair({}, {}, connected)


run(main)
