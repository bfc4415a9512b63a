"""end(callback) without data after destroy()."""

from harness import answer, pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "error finish close")
        s.resume()
        c.destroy()
        c.end(answer("C", "end callback"))
        c.on("close", lambda had_error: settle(lambda: trace("C", "settled", state(c))))

    pair({}, {}, connected)


run(main)
