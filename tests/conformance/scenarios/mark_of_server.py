"""A server's high_water_mark holds for reading from its connections: a client that sends too much has to wait."""

from harness import pair, record, run, settle, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def settled():
            trace("S", "settled", flow(s), s.bytes_read)
            s.on("data", lambda chunk: trace("S", "data", chunk))

        def buffered():
            c.end(" again")
            settle(settled)

        c.resume()
        record(s, "S", "end close")
        in_turn(c, s, ["hello"], buffered)

    pair({"high_water_mark": 4}, {}, connected)


run(main)
