"""end(data) on a destroyed socket: refused; is it ended?"""

from harness import answer, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.on("error", lambda err: None)
        s.resume()
        c.destroy()
        c.end("x", callback=answer("C", "end callback"))
        trace("C", "ended", c.writable_ended, c.writable_finished, state(c))
        c.on("close", lambda had_error: trace("C", "ended", c.writable_ended, c.errored))

    pair({}, {}, connected)


run(main)
