"""What is put back last comes first; bytes_read does not count it, readable_length does."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.unshift("two ")
            c.unshift(b"one ")
            c.unshift("")
            trace("C", "put back", flow(c), c.bytes_read)
            c.on("data", lambda chunk: trace("C", "chunk", chunk))
            record(c, "C", "end close")
            c.resume()
            s.end()

        c.pause()
        in_turn(s, c, ["three"], buffered)

    pair({}, {}, connected)


run(main)
