"""A server's pause_on_connect and a readable listener, as a pool does that hands connections on."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        trace("S", "at first", flow(s))
        s.on("readable", lambda: trace("S", "readable", s.read(), flow(s)))
        record(s, "S", "pause resume end close")
        trace("S", "listening", flow(s))
        c.resume()
        in_turn(c, s, ["first", "second"], c.end)

    pair({"pause_on_connect": True}, {}, connected)


run(main)
