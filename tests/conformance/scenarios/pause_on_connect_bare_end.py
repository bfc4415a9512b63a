"""pauseOnConnect, and the peer ends without having sent anything: not noticed before resume()."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(s, "S", "end finish close")
        c.resume()
        c.end()

        def settled():
            trace("S", "settled", state(s))
            s.resume()

        settle(settled)

    pair({"pause_on_connect": True}, {}, connected)


run(main)
