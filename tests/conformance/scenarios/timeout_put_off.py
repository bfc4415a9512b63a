"""Activity within the time puts 'timeout' off."""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        writes = 0
        c.on("timeout", lambda: trace("C", "timeout", writes))
        c.set_timeout(250)
        c.resume()
        s.resume()

        def tick():
            nonlocal writes
            writes += 1
            s.write("x")
            if writes == 10:
                pynet.clear_interval(timer)
                c.end()

        timer = pynet.set_interval(tick, 50)
        record(c, "C", "end close")

    pair({}, {}, connected)


run(main)
