"""pause() in a data listener: reading goes on up to the mark, and stops there until resume()."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "data", chunk)
            if chunk == b"first":
                c.pause()

        def settled():
            trace("C", "settled", flow(c), c.bytes_read)
            c.resume()

        def buffered():
            trace("C", "at the mark", flow(c), c.bytes_read)
            s.end("fourth")
            settle(settled)

        c.on("data", data)
        record(c, "C", "pause resume end close")
        in_turn(s, c, ["first", "second", "third"], buffered)

    pair({}, {"readable_high_water_mark": 8}, connected)


run(main)
