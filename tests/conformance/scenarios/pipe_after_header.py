"""A header is read, what came with it is put back, and the rest is piped."""

from harness import record, run, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def header(chunk):
            at = chunk.index(b"\n")
            s.off("data", header)
            s.pause()
            trace("S", "header", chunk[:at])
            s.unshift(chunk[at + 1 :])
            trace("S", "put back", s.readable_length)
            s.pipe(d)

        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.on("data", header)
        c.end("CONNECT\nand the body")

    between({}, {}, connected)


run(main)
