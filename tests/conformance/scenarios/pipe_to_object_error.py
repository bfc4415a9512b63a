"""An object that emits 'error': it is taken out of the pipe; its error is heard, or raised where it was emitted."""

from harness import attempt, pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            attempt("main", "heard", lambda: heard.emit("error", RuntimeError("first")))
            trace("main", "flowing", s.readable_flowing)
            c.write("two")
            settle(second)

        def second():
            attempt("main", "unheard", lambda: unheard.emit("error", RuntimeError("second")))
            trace("main", "flowing", s.readable_flowing)
            s.resume()
            c.end()

        heard = Sink("main/heard")
        unheard = Sink("main/unheard")
        c.resume()
        record(heard, "main/heard", "unpipe error")
        record(unheard, "main/unheard", "unpipe")
        s.pipe(heard)
        s.pipe(unheard)
        c.write("one ")
        settle(first)

    pair({}, {}, connected)


run(main)
