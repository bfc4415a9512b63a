"""destroy(error) with a write under way: ECANCELED for that one, the error for those behind it."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "drain error finish close")
        s.on("error", lambda err: None)
        s.pause()
        c.write(bytes(20000000), answer("C", "big write"))
        c.write("more", answer("C", "small write"))
        c.end(answer("C", "end"))

        def settled():
            c.destroy(RuntimeError("enough"))
            s.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
