"""write() and end() in the 'close' listener: errors for the callbacks, nothing emitted."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.resume()

        def closed(had_error):
            trace("C", "write", c.write("x", answer("C", "write callback")))
            c.end("y", answer("C", "end callback"))

        c.on("close", closed)
        c.destroy()

    pair({}, {}, connected)


run(main)
