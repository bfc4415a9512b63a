"""read() without a size after set_encoding(): all text that is kept, joined; while it flows the first chunk."""

from harness import pair, record, run, trace
from reading import flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            trace("C", "kept", flow(c))
            trace("C", "read", c.read(), flow(c))
            in_turn(s, c, ["d", "ef"], flowing)

        def flowing():
            c.pause()
            c.resume()
            trace("C", "read", c.read(), flow(c))
            c.on("data", lambda text: trace("C", "text", text))
            s.end()

        c.set_encoding("utf8")
        record(c, "C", "end close")
        in_turn(s, c, ["a", "b", "c"], buffered)

    pair({}, {}, connected)


run(main)
