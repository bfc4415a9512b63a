"""A million bytes in one write arrive whole."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(s, "S", "data end close")
        record(c, "C", "finish close")
        c.resume()
        c.end((b"abcdefghijklmnopqrstuvwxyz" * 40000)[:1000000], answer("C", "end callback"))
        c.on("close", lambda had_error: trace("C", "written", c.bytes_written))
        s.on("close", lambda had_error: trace("S", "read", s.bytes_read))

    pair({}, {}, connected)


run(main)
