"""A client with allowHalfOpen still writes after the peer's end, and closes when it ends itself."""

from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data end prefinish finish close")
        record(s, "S", "data end prefinish finish close")
        s.end("last words")

        def settled():
            trace("C", "settled", state(c))
            c.write("still here ", answer("C", "write callback"))
            settle(lambda: c.end("bye"))

        c.on("end", lambda: settle(settled))

    pair({}, {"allow_half_open": True}, connected)


run(main)
