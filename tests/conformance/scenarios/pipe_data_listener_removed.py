"""A 'data' listener beside a pipe comes and goes: the pipe goes on."""

from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def data(chunk):
            trace("S", "data", chunk)

        def first():
            s.on("data", data)
            c.write("two ")
            settle(second)

        def second():
            s.off("data", data)
            trace("S", "off", s.readable_flowing)
            c.end("three")

        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(d)
        c.write("one ")
        settle(first)

    between({}, {}, connected)


run(main)
