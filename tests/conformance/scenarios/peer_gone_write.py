"""Writes to a peer that is gone: the first is taken, the second fails with EPIPE."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "end error finish close")
        c.resume()
        s.destroy()

        def second():
            c.write("two", answer("C", "second write"))
            c.end(answer("C", "end"))

        def first():
            c.write("one", answer("C", "first write"))
            settle(second)

        c.on("end", lambda: settle(first))

    pair({}, {"allow_half_open": True}, connected)


run(main)
