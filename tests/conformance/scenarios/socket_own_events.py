"""Listeners of a socket changed during its own events; a user's own emit() on a socket."""

from harness import note, pair, record, run, trace


def main():
    def connected(c, s, server):
        def data(chunk):
            trace("C", "once", chunk)
            c.on("data", lambda later: trace("C", "added", later))
            c.prepend_listener("end", note("C", "prepended end"))
            s.end("two")

        c.once("data", data)
        record(c, "C", "end close custom")
        trace("C", "emit", c.emit("custom", 1), c.emit("nothing"))
        s.write("one")

    pair({}, {}, connected)


run(main)
