"""The destination's peer closes with what was piped unread, a reset: 'unpipe', 'error', and the source stays."""

from harness import record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def settled():
            trace("S", "settled", state(s), s.readable_flowing)
            c.destroy()
            s.destroy()

        record(d, "D", "pipe unpipe error close")
        d.resume()
        s.pipe(d)
        c.write("passed on")
        settle(lambda: t.destroy())
        d.on("close", lambda had_error: settle(settled))

    between({"pause_on_connect": True}, {}, connected)


run(main)
