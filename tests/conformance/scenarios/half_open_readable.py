"""A half-open client that reads with 'readable' after its own end, and destroys itself at 'end'."""

from harness import pair, record, run, state, trace
from reading import in_turn


def main():
    def connected(c, s, server):
        def readable():
            while (chunk := c.read()) is not None:
                trace("C", "read", chunk, state(c))

        def ended():
            trace("C", "end", state(c))
            c.destroy()

        c.on("readable", readable)
        c.on("end", ended)
        record(c, "C", "finish close")
        record(s, "S", "data end finish close")
        s.on("end", lambda: in_turn(s, c, ["one", "two"], s.end))
        c.end("that is all")

    pair({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
