"""read(n) for more than the mark raises it, so that a big message can come together."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        message = b"message " * 25000
        done = False

        def readable():
            nonlocal done
            got = c.read(None if done else 200000)
            if got is not None:
                done = True
                trace("C", "read", got, c.readable_high_water_mark, c.readable_length)
                s.end()

        c.on("readable", readable)
        record(c, "C", "end close")
        trace("C", "mark", c.readable_high_water_mark)
        trace("C", "read(200000)", c.read(200000), c.readable_high_water_mark)
        s.write(message)

    pair({}, {}, connected)


run(main)
