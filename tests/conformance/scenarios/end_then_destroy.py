"""destroy() right after end(callback): the callback gets an error, there is no 'finish'."""

from harness import answer, pair, record, run, trace
from writing import ends


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        record(s, "S", "data end")
        c.end("last words", answer("C", "end callback"))
        c.end(answer("C", "second end callback"))
        c.destroy()
        trace("C", "destroyed", ends(c))

    pair({}, {}, connected)


run(main)
