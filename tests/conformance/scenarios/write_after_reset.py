"""write() in the step in which the connection was reset by destroy(err): refused, its callback has the error."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        s.on("error", lambda err: None)
        s.resume()
        c.destroy(ValueError("boom"))
        trace("C", "write", c.write("x", callback=answer("C", "write")), c.errored)
        trace("C", "empty", c.write("", callback=answer("C", "empty")))

    pair({}, {}, connected)


run(main)
