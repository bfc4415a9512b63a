"""sock.pipe(sock) echoes, and ends when the peer ends."""

from harness import pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(s, "S", "end finish error close")
        record(c, "C", "data end finish close")
        trace("S", "returns the destination", s.pipe(s) is s)
        c.write("one ")
        settle(lambda: c.end("two"))

    pair({}, {}, connected)


run(main)
