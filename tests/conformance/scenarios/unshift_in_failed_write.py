"""The callback of a write that failed comes before the socket is destroyed: what was read can be read, unshift() does
nothing any more."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def written(error):
            trace("C", "written", error, c.destroyed, c.errored is error, flow(c))
            trace("C", "unshift", c.unshift("back"), flow(c))
            trace("C", "read", c.read(3), flow(c))

        def read():
            s.destroy()
            settle(lambda: c.write("x", callback=written))

        record(c, "C", "end error close")
        c.pause()
        in_turn(s, c, ["abcdefgh"], read)

    pair({}, {}, connected)


run(main)
