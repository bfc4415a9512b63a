"""An echo by a pipe to itself with allow_half_open: the pipe ends it after the peer's end."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(s, "S", "pipe unpipe end prefinish finish close")
        record(c, "C", "data")
        s.pipe(s)
        c.write("one ")
        settle(lambda: c.end("two"))
        c.on("end", lambda: settle(lambda: trace("C", "settled", state(c))))

    pair({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
