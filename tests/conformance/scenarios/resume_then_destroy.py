"""resume(), then destroy() in one step: which events come?"""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "pause resume end close")
        s.on("error", lambda err: None)
        s.resume()
        c.resume()
        c.destroy()
        trace("C", "flowing", c.readable_flowing, c.is_paused())

    pair({}, {}, connected)


run(main)
