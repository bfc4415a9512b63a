"""destroy() with data buffered: no 'data' and no 'end' any more; what read() gives, then and after 'close'."""

from harness import pair, record, run, trace
from reading import flags, flow, in_turn


def main():
    def connected(c, s, server):
        def buffered():
            c.destroy()
            trace("C", "destroyed", flow(c), flags(c))
            c.resume()
            trace("C", "resumed", flow(c))

        s.resume()
        c.pause()
        record(c, "C", "data end error close")
        c.on("close", lambda had_error: trace("C", "at close", c.read(), flow(c), flags(c)))
        in_turn(s, c, ["one", "two"], buffered)

    pair({}, {}, connected)


run(main)
