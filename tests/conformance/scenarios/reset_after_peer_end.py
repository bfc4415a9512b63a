"""resetAndDestroy() of a half-open socket whose peer has ended."""

from harness import pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        record(s, "S", "finish end error close")
        c.resume()
        s.resume()
        s.end()
        c.on("end", lambda: settle(c.reset_and_destroy))

    pair({}, {"allow_half_open": True}, connected)


run(main)
