"""An empty write sends nothing, and its callback comes in its turn."""

from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        record(s, "S", "data end")
        c.resume()
        trace("C", "empty", c.write("", answer("C", "empty callback")))
        trace("C", "text", c.write("x", answer("C", "text callback")))
        trace("C", "empty bytes", c.write(b"", answer("C", "empty bytes callback")))
        trace("C", "written", c.bytes_written)
        c.end("", answer("C", "end callback"))

    pair({}, {}, connected)


run(main)
