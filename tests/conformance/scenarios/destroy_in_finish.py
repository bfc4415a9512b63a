"""destroy() in the 'finish' listener: no 'end', 'close'."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish end error close")
        c.on("finish", lambda: c.destroy())
        c.resume()
        record(s, "S", "data end close")
        c.end("x", answer("C", "end callback"))
        c.on("close", lambda had_error: settle(lambda: s.destroy()))

    pair({"allow_half_open": True}, {}, connected)


run(main)
