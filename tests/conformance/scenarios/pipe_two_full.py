"""Two destinations, both full: the source waits for the last 'drain'."""

from harness import pair, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            one.drain()
            trace("main", "one drained", s.readable_flowing)
            c.write("second")
            settle(second)

        def second():
            two.drain()
            trace("main", "two drained", s.readable_flowing)
            settle(lambda: c.end())

        one = Sink("main/one")
        two = Sink("main/two")
        one.full = True
        two.full = True
        c.resume()
        s.pipe(one)
        s.pipe(two)
        c.write("first")
        settle(first)

    pair({}, {}, connected)


run(main)
