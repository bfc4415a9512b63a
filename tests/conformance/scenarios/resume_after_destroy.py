"""pause(), destroy(), resume(): which events come?"""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        def immediate():
            c.pause()
            c.destroy()
            c.resume()
            trace("C", "flowing", c.readable_flowing, c.is_paused())
            c.pause()
            trace("C", "flowing", c.readable_flowing, c.is_paused())

        record(c, "C", "pause resume data end close")
        s.on("error", lambda err: None)
        s.resume()
        c.resume()
        pynet.set_immediate(immediate)

    pair({}, {}, connected)


run(main)
