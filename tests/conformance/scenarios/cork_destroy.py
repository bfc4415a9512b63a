"""destroy() of a corked socket: what was held back is not sent, each callback gets the error."""

from harness import answer, pair, record, run, trace
from writing import ends, queue, tick


def main():
    def connected(c, s, server):
        record(c, "C", "drain finish error close")
        record(s, "S", "data end")
        c.cork()
        c.write("never ", answer("C", "first callback"))
        c.write("sent", answer("C", "second callback"))
        tick("C", 1)
        c.destroy()
        tick("C", 2)
        trace("C", "destroyed", queue(c), ends(c))
        c.uncork()
        trace("C", "uncorked", queue(c))
        c.on("close", lambda had_error: trace("C", "in close", queue(c)))

    pair({}, {}, connected)


run(main)
