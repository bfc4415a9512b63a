"""Two destinations, one full: both wait for it."""

from harness import pair, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            c.end("two")
            settle(second)

        def second():
            trace("fast", "waits", s.readable_flowing)
            trace("slow", "is full")
            slow.drain()

        fast = Sink("fast")
        slow = Sink("slow")
        slow.full = True
        c.resume()
        s.pipe(fast)
        s.pipe(slow)
        c.write("one ")
        settle(first)

    pair({}, {}, connected)


run(main)
