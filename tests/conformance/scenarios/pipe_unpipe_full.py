"""The one destination that everybody waits for is taken out: the source goes on for the other."""

from harness import pair, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def first():
            c.write("two ")
            settle(second)

        def second():
            trace("fast", "waits", s.readable_flowing)
            s.unpipe(slow)
            trace("fast", "goes on", s.readable_flowing)
            settle(lambda: c.end("three"))

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
