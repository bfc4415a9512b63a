"""A reset by the peer while data is unread: the error comes at once, and there is no 'end'."""

from harness import pair, record, run, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        record(c, "C", "data end error close")
        record(s, "S", "error close")
        c.on("error", lambda err: trace("C", "in error", flow(c), flags(c)))
        c.on("close", lambda had_error: trace("C", "at close", flow(c), flags(c)))
        c.pause()
        in_turn(s, c, ["unread"], lambda: c.write("never read", lambda err: s.destroy()))

    pair({"pause_on_connect": True}, {}, connected)


run(main)
