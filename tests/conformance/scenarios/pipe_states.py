"""What pipe() and unpipe() do to the source's mode, and the events of the destination."""

from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def tell(label):
            trace("S", label, s.readable_flowing, s.is_paused())

        def first():
            trace("S", "returns itself", s.unpipe(d) is s)
            tell("unpiped")
            settle(second)

        def second():
            s.pipe(d, end=False)
            tell("piped again")
            settle(third)

        def third():
            s.unpipe()
            tell("unpiped again")
            for sock in (c, s, d, t):
                sock.destroy()

        record(s, "S", "pause resume")
        record(d, "D", "pipe unpipe")
        tell("before")
        trace("S", "returns the destination", s.pipe(d) is d)
        tell("piped")
        settle(first)

    between({}, {}, connected)


run(main)
