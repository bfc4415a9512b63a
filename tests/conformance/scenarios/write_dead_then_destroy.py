"""A write that fails, then destroy() in the same step: no 'error'."""

from harness import answer, pair, record, run, settle, trace


def main():
    def connected(s, c, server):
        def later():
            trace("C", "write", c.write("x", callback=answer("C", "first")))
            c.destroy()
            trace("C", "errored", c.errored)
            trace("C", "write", c.write("y", callback=answer("C", "second")))

        record(c, "C", "end error drain finish close")
        s.destroy()
        settle(later)

    pair({"pauseOnConnect": True}, {}, connected)


run(main)
