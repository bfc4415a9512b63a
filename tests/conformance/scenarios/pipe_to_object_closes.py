"""An object that emits 'close' or 'finish' is taken out of the pipe."""

from harness import pair, record, run, settle, trace
from writing import Sink


def main():
    def connected(c, s, server):
        def settled():
            two.emit("finish")
            trace("main", "flowing", s.readable_flowing)
            s.resume()
            c.end("for nobody")

        one = Sink("main/one")
        two = Sink("main/two")
        c.resume()
        record(one, "main/one", "unpipe")
        record(two, "main/two", "unpipe")
        s.pipe(one)
        s.pipe(two)
        one.emit("close")
        trace("main", "flowing", s.readable_flowing)
        c.write("for two")
        settle(settled)

    pair({}, {}, connected)


run(main)
