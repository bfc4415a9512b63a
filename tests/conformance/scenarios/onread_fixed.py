"""The option onread: what comes is read into the one buffer; no 'data' events, but 'end' and 'close'."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    buffer = bytearray(100)

    def callback(nread, given):
        trace("C", "callback", nread, given is buffer, bytes(given[:nread]))

    def connected(c, s, server):
        def sent():
            trace("C", "sent", c.bytes_read, c.readable_length)
            s.end()

        record(c, "C", "data readable end finish close")
        in_turn(s, c, ["first", "the second"], sent)

    pair({}, {"onread": {"buffer": buffer, "callback": callback}}, connected)


run(main)
