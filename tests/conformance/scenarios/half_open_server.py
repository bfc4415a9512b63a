"""A server with allowHalfOpen: the accepted socket answers after the client's end."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end prefinish finish close")
        record(s, "S", "data end prefinish finish close")
        c.end("request")

        def settled():
            trace("S", "settled", state(s), s.allow_half_open)
            trace("C", "settled", state(c))
            s.write("part 1, ")
            settle(lambda: s.end("part 2"))

        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
