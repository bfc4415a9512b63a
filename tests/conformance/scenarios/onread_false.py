"""onread: a callback that returns False stops the reading, resume() starts it again."""

import pynet
from harness import pair, record, run, trace
from reading import arrived


def main():
    c = None

    def resuming():
        trace("C", "resuming", c.bytes_read)
        c.resume()

    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))
        pynet.set_immediate(resuming)
        return False

    def connected(client, s, server):
        nonlocal c
        c = client
        record(c, "C", "data end close")
        s.write("abcdefgh")
        arrived(c, 8, s.end)

    pair({}, {"onread": {"buffer": bytearray(3), "callback": callback}}, connected)


run(main)
