"""end() on a pipe: no half of it stays open. The side that ended has its own end soon, if no answer comes."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "finish end error close")
        record(s, "S", "data finish end error close")
        c.resume()
        c.on("close", lambda had_error: s.write("too late", answer("S", "written")))
        c.end("request")

    pair({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
