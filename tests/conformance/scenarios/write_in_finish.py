"""write() in a 'finish' listener: the callback and 'error' get the error, then 'close'."""

from harness import answer, pair, record, run, settle, trace


def main():
    def connected(c, s, server):
        record(c, "C", "prefinish finish error close")
        record(s, "S", "data end")
        c.resume()
        c.end("in time", answer("C", "end callback"))
        c.on("finish", lambda: trace("C", "write", c.write("late", answer("C", "write callback"))))
        c.on("close", lambda had_error: settle(lambda: s.destroy()))

    pair({"allow_half_open": True}, {}, connected)


run(main)
