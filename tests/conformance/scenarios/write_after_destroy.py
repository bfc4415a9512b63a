"""write() after destroy(): False, the callback gets the error, no 'error' event."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.resume()
        c.destroy()
        trace("C", "write", c.write("x", answer("C", "write callback")))
        c.on("close", lambda had_error: trace("C", "write", c.write("y", answer("C", "later callback"))))

    pair({}, {}, connected)


run(main)
