"""allowHalfOpen on both sides: each end is the user's own."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end finish close")
        record(s, "S", "data end finish close")
        c.end("first")

        def settled():
            trace("S", "settled", state(s))
            s.end("third")

        def ended():
            s.write("second ")
            settle(settled)

        s.on("end", ended)

    pair({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
