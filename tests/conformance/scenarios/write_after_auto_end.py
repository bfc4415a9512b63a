"""A write after the socket has ended itself, since the peer ended: EPIPE for the callback."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(s, "S", "end finish error close")
        s.on("finish", lambda: trace("S", "write", s.write("too late", answer("S", "write callback"))))
        s.resume()
        c.resume()
        c.end()

    pair({}, {}, connected)


run(main)
