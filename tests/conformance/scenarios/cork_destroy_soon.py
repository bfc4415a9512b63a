"""destroy_soon() of a corked socket sends what was held back."""

from harness import answer, pair, record, run, settle, trace
from writing import ends, queue


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        record(s, "S", "data end close")
        c.cork()
        c.write("held ", answer("C", "first callback"))
        c.write("back", answer("C", "second callback"))
        c.destroy_soon()
        trace("C", "after destroySoon", queue(c), ends(c))
        c.on("close", lambda had_error: settle(lambda: s.destroy()))

    pair({"allow_half_open": True}, {}, connected)


run(main)
