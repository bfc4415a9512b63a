"""A slow reader: write() turns False, 'drain' comes once all is out, before the callbacks."""

from harness import answer, pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        total = 0
        record(c, "C", "drain finish")
        s.pause()
        c.resume()
        trace("C", "big", c.write(bytes(20000000), answer("C", "big callback")))
        trace("C", "small", c.write("x", answer("C", "small callback")))
        c.once("drain", lambda: c.end())

        def data(chunk):
            nonlocal total
            total += len(chunk)

        s.on("data", data)
        s.on("end", lambda: trace("S", "end", total))
        settle(lambda: s.resume())

    pair({}, {}, connected)


run(main)
