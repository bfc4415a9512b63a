"""Wrong chunks and encodings raise at once, and the socket goes on."""

from harness import attempt, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        record(s, "S", "data end")
        c.resume()
        attempt("C", "null", lambda: c.write(None))
        attempt("C", "number", lambda: c.write(5))
        attempt("C", "list", lambda: c.write([1]))
        attempt("C", "encoding", lambda: c.write("x", "no-such"))
        c.end("fine")

    pair({}, {}, connected)


run(main)
