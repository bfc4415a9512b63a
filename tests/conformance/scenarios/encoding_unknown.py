"""set_encoding() with a name that nobody knows raises, and the socket goes on as it was."""

from harness import attempt, pair, record, run, trace


def main():
    def connected(c, s, server):
        c.set_encoding("hex")
        record(c, "C", "error end close")
        attempt("C", "no such", lambda: c.set_encoding("no-such"))
        attempt("C", "buffer", lambda: c.set_encoding("buffer"))
        trace("C", "encoding", c.readable_encoding)
        c.on("data", lambda text: trace("C", "text", text))
        s.end("jk")

    pair({}, {}, connected)


run(main)
