"""cork() while a big write is under way: the callbacks and 'drain' wait for what is corked."""

from harness import answer, pair, record, run, settle, trace
from writing import waits


def main():
    def connected(c, s, server):
        total = 0
        record(c, "C", "drain finish")
        s.pause()
        c.resume()

        def uncork():
            c.uncork()
            trace("C", "uncorked", waits(c))

        def written(err):
            trace("C", "big callback", waits(c))
            settle(uncork)

        trace("C", "big", c.write(bytes(20000000), written), waits(c))
        c.cork()
        trace("C", "small", c.write("x", answer("C", "small callback")), waits(c))

        def data(chunk):
            nonlocal total
            total += len(chunk)

        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        c.on("drain", lambda: c.end())
        settle(lambda: s.resume())

    pair({}, {}, connected)


run(main)
