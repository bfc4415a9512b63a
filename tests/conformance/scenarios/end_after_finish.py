"""end(callback) after 'finish': the callback gets the error, no event."""

from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        c.resume()
        s.resume()
        c.end()

        def settled():
            c.end(answer("C", "end callback"))
            settle(lambda: s.end())

        c.on("finish", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
