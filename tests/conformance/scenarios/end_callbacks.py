"""end() twice: both callbacks run before 'finish', in order."""

from harness import answer, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        c.resume()
        s.resume()
        c.end("x", answer("C", "first callback"))
        trace("C", "after end", state(c))
        c.end(answer("C", "second callback"))

    pair({}, {}, connected)


run(main)
