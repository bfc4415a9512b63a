"""A socket that nobody reads, whose peer ends without having sent anything."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")
        record(s, "S", "end finish close")
        c.resume()
        c.end()

        def settled():
            trace("S", "settled", state(s))
            s.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
