"""The flags of a reading half that nobody reads from and that dies with data in it."""

from harness import pair, run, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            trace("C", "buffered", flags(c), flow(c))
            c.destroy()
            trace("C", "destroyed", flags(c), flow(c))

        s.resume()
        c.on("end", lambda: trace("C", "end"))
        c.on("close", lambda had_error: trace("C", "close", flags(c), flow(c)))
        in_turn(s, c, ["unread"], buffered)

    pair({}, {}, connected)


run(main)
