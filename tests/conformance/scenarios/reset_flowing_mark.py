"""A reset while reading has stopped at the mark: noticed when reading goes on, after what was buffered."""

from harness import pair, record, run, settle, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("C", "settled", flow(c), flags(c))
            c.on("data", lambda chunk: trace("C", "data", chunk))

        def written(err):
            s.destroy()
            settle(settled)

        record(c, "C", "end error close")
        in_turn(s, c, ["unread"], lambda: c.write("never read", written))

    pair({"pause_on_connect": True}, {"readable_high_water_mark": 4}, connected)


run(main)
