"""cork() after end(), while a big write is under way: the end waits for what is corked."""

from harness import answer, pair, record, run, settle, trace
from writing import waits


def main():
    def connected(c, s, server):
        total = 0

        def uncork():
            trace("C", "corked", waits(c))
            c.uncork()
            trace("C", "uncorked", waits(c))

        def written(err):
            trace("C", "big callback", waits(c))
            settle(uncork)

        def data(chunk):
            nonlocal total
            total += len(chunk)

        record(c, "C", "drain prefinish finish")
        s.pause()
        c.resume()
        c.write(bytes(20000000), written)
        c.end("x", answer("C", "end callback"))
        c.cork()
        trace("C", "corked", waits(c))
        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        settle(lambda: s.resume())

    pair({}, {}, connected)


run(main)
