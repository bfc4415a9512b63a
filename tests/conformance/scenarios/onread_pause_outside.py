"""onread: pause() between two chunks keeps the next one in the kernel until resume()."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def callback(nread, given):
        trace("C", "callback", bytes(given[:nread]))

    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), c.bytes_read)
            c.resume()

        def sent():
            c.pause()
            s.end("second")
            settle(settled)

        record(c, "C", "pause resume end close")
        in_turn(s, c, ["first"], sent)

    pair({}, {"onread": {"buffer": bytearray(40), "callback": callback}}, connected)


run(main)
