"""destroy() in the 'drain' listener: the write callbacks are still answered."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "drain error finish close")
        c.on("drain", lambda: c.destroy())
        s.on("error", lambda err: None)
        s.pause()
        c.write(bytes(20000000), answer("C", "first callback"))
        c.write("x", answer("C", "second callback"))
        settle(lambda: s.resume())

    pair({}, {}, connected)


run(main)
