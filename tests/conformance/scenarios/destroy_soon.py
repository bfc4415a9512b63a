"""destroySoon() sends what is queued, finishes, and does not wait for the peer's end."""

from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish end error close")
        record(s, "S", "data end close")
        c.resume()
        c.write("queued", answer("C", "write callback"))
        c.destroy_soon()
        trace("C", "after destroySoon", state(c))
        c.on("close", lambda had_error: settle(lambda: s.destroy()))

    pair({"allow_half_open": True}, {}, connected)


run(main)
