"""resetAndDestroy() in 'prefinish'."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        s.on("error", lambda err: None)
        s.resume()
        c.on("prefinish", c.reset_and_destroy)
        c.end("x", callback=answer("C", "end callback"))

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
