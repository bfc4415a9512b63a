"""end() with a bad chunk or encoding raises and ends nothing; with a good one it sends and ends."""

from harness import answer, attempt, pair, record, run, trace
from writing import ends


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        record(s, "S", "data end")
        c.resume()
        attempt("C", "number", lambda: c.end(1))
        attempt("C", "list", lambda: c.end([1]))
        attempt("C", "unknown", lambda: c.end("x", "no-such"))
        trace("C", "still", ends(c), c.bytes_written)
        c.write("good", answer("C", "write callback"))
        c.end("z", "utf16le", answer("C", "end callback"))
        trace("C", "ended", ends(c), c.bytes_written)

    pair({}, {}, connected)


run(main)
