"""destroy() in a readable listener: the read that follows, no 'end', and what is told at 'close'."""

from harness import pair, record, run, trace
from reading import flags, flow


def main():
    def connected(c, s, server):
        def readable():
            trace("C", "readable", c.read(2))
            c.destroy()
            trace("C", "destroyed", flow(c), flags(c))
            trace("C", "read", c.read())

        record(s, "S", "end close")
        s.resume()
        c.on("readable", readable)
        record(c, "C", "end error close")
        c.on("close", lambda had_error: trace("C", "at close", flow(c), flags(c)))
        s.write("abcdef")

    pair({}, {}, connected)


run(main)
