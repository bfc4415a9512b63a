"""end() while a big write is under way: it finishes when all is out."""

from harness import pair, run, settle, trace
from writing import ends, waits


def main():
    def connected(c, s, server):
        total = 0

        def tell(label):
            trace("C", label, waits(c), ends(c))

        s.pause()
        c.resume()
        c.write(bytes(20000000), lambda err: tell("big callback"))
        c.end("tail", lambda err: tell("first end callback"))
        c.end(lambda err: tell("second end callback"))
        tell("ended")
        c.on("drain", lambda: tell("drain"))
        c.on("prefinish", lambda: tell("prefinish"))
        c.on("finish", lambda: tell("finish"))
        c.on("close", lambda had_error: tell("close"))

        def data(chunk):
            nonlocal total
            total += len(chunk)

        def settled():
            tell("settled")
            s.resume()

        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        settle(settled)

    pair({}, {}, connected)


run(main)
