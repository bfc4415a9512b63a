"""end() of a socket that is corked twice: everything goes out, nothing is corked any more."""

from harness import answer, pair, record, run, trace
from writing import ends, queue, tick


def main():
    def connected(c, s, server):
        record(c, "C", "drain prefinish finish error close")
        record(s, "S", "data end")
        c.resume()
        c.cork()
        c.cork()
        c.write("corked ", answer("C", "write callback"))
        tick("C", 1)
        c.end("to the end", answer("C", "end callback"))
        tick("C", 2)
        trace("C", "ended", queue(c), ends(c))
        c.uncork()

    pair({}, {}, connected)


run(main)
