"""resetAndDestroy() of a destroyed and of a closed socket: nothing."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        c.destroy()
        trace("C", "destroyed", c.reset_and_destroy() is c)
        c.on("close", lambda had_error: trace("C", "closed", c.reset_and_destroy() is c, c.errored))
        s.destroy()

    pair({}, {}, connected)


run(main)
