"""end() on a pipe: what the other side answers at once still arrives."""

from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "data finish end error close")
        record(s, "S", "data finish end error close")
        s.on("data", lambda chunk: s.end("answer", answer("S", "written")))
        c.end("request")

    pair({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
