"""A client that ended and does not read the answer stays, until it reads."""

from harness import pair, record, run, settle, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end finish close")
        s.on("end", lambda: s.end("answer"))
        record(s, "S", "data end finish close")
        c.pause()
        c.end("question")

        def settled():
            trace("C", "settled", state(c))
            c.on("data", lambda chunk: trace("C", "chunk", chunk))
            c.resume()

        settle(settled)

    pair({}, {}, connected)


run(main)
