"""onread: resume() and pause() in one tick leave it paused."""

from harness import pair, record, run, settle, trace
from reading import arrived


def main():
    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))

    def connected(c, s, server):
        def written():
            c.resume()
            c.pause()
            settle(paused)

        def paused():
            trace("C", "paused", c.bytes_read)
            c.resume()
            arrived(c, 4, s.end)

        record(c, "C", "pause resume end close")
        c.pause()
        s.write("abcd")
        settle(written)

    pair({}, {"onread": {"buffer": bytearray(8), "callback": callback}}, connected)


run(main)
