"""unshift() on a destroyed socket."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "data readable end error close")
        s.on("error", lambda err: None)
        s.resume()
        c.destroy()
        trace("C", "unshift", c.unshift("back"), c.readable_length)
        trace("C", "empty", c.unshift(""), c.readable_length)
        trace("C", "read", c.read())

    pair({}, {}, connected)


run(main)
