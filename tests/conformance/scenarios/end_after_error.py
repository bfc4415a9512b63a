"""write() and end() of a socket that died of an error: each callback gets an error, 'error' comes once."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "finish error close")
        s.resume()
        c.destroy(RuntimeError("enough"))
        trace("C", "write", c.write("x", answer("C", "write callback")))
        c.end("y", answer("C", "end callback"))

        def closed(had_error):
            trace("C", "write", c.write("x", answer("C", "later write callback")))
            c.end("y", answer("C", "later end callback"))

        c.on("close", closed)

    pair({}, {}, connected)


run(main)
