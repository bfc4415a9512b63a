"""The writing half while the peer does not read: it waits until the kernel has it all."""

from harness import pair, run, settle, trace
from writing import waits


def main():
    def connected(c, s, server):
        def tell(label):
            trace("C", label, waits(c), c.buffer_size == c.writable_length)

        s.pause()
        c.resume()
        trace("C", "big", c.write(bytes(20000000), lambda err: tell("big callback")))
        tell("after big")
        trace("C", "small", c.write("1234", lambda err: tell("small callback")))
        tell("after small")
        trace("C", "empty", c.write("", lambda err: tell("empty callback")))

        def drained():
            tell("drain")
            c.end()

        def settled():
            tell("settled")
            s.resume()

        c.on("drain", drained)
        s.on("data", lambda chunk: None)
        settle(settled)

    pair({}, {}, connected)


run(main)
