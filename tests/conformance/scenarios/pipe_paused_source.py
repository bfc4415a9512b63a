"""pipe() of a socket that was paused, by pause() or by the server: it flows."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def settled():
            trace("S", "paused", s.readable_flowing, s.is_paused())
            trace("C", "paused", c.readable_flowing, c.is_paused())
            s.pipe(sink)
            c.pipe(back)
            trace("S", "piped", s.readable_flowing, s.is_paused())
            trace("C", "piped", c.readable_flowing, c.is_paused())
            settle(lambda: c.end())

        sink = Sink("sink")
        back = Sink("back")
        record(s, "S", "resume end")
        c.pause()
        s.write("for C")
        c.write("for S")
        settle(settled)

    pair({"pause_on_connect": True}, {}, connected)


run(main)
