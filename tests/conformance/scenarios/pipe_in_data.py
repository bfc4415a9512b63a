"""pipe() in a 'data' listener: the chunk of that event is the listener's alone."""

from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def data(chunk):
            trace("S", "got", chunk)
            s.pipe(d)

        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.once("data", data)
        c.write("for S")
        settle(lambda: c.end("for T"))

    between({}, {}, connected)


run(main)
