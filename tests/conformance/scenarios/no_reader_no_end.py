"""A socket that nobody reads sees no 'end' until it is resumed."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")
        record(s, "S", "end finish close")
        c.resume()
        c.end("unread")

        def settled():
            trace("S", "settled", state(s))
            trace("C", "settled", state(c))
            s.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
