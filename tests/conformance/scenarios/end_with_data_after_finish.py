"""end(data) after 'finish': the callback and 'error' get the error, then 'close'."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        c.resume()
        s.resume()
        c.end()
        c.on("finish", lambda: settle(lambda: c.end("more", answer("C", "end callback"))))
        c.on("close", lambda had_error: s.destroy())

    pair({"allow_half_open": True}, {}, connected)


run(main)
