"""onread with a buffer that is smaller than what comes: one callback after the other, in order."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    parts = []

    def callback(nread, given):
        parts.append(bytes(given[:nread]))

    def connected(c, s, server):
        message = (b"abcdefghijk" * 100)[:1000]

        def sent():
            trace("C", "together", b"".join(parts) == message, c.bytes_read)
            trace("C", "no bigger", all(0 < len(part) <= 7 for part in parts))
            s.end()

        record(c, "C", "data end close")
        in_turn(s, c, [message], sent)

    pair({}, {"onread": {"buffer": bytearray(7), "callback": callback}}, connected)


run(main)
