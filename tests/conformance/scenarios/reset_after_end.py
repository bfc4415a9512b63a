"""resetAndDestroy() after end(), before the peer has answered it."""

from harness import pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        record(s, "S", "end error close")
        s.resume()
        c.end()
        s.on("end", lambda: settle(c.reset_and_destroy))

    pair({"allow_half_open": True}, {}, connected)


run(main)
