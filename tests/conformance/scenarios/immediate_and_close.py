"""A socket destroyed in an I/O callback: its 'close' comes after the immediates set there."""

import pynet
from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        def data(chunk):
            record(c, "C", "close")
            pynet.set_immediate(lambda: trace("C", "immediate"))
            pynet.next_tick(lambda: trace("C", "tick"))
            c.destroy()

        s.resume()
        c.once("data", data)
        s.on("error", lambda err: None)
        s.write("x")

    pair({}, {}, connected)


run(main)
