"""pause() of a piped source holds everything back, its end too; resume() lets it go."""

from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def first():
            s.pause()
            c.end("two")
            settle(second)

        def second():
            trace("T", "held back", d.bytes_written)
            s.resume()

        record(s, "S", "pause resume end")
        record(t, "T", "data end")
        c.resume()
        d.resume()
        s.pipe(d)
        c.write("one ")
        settle(first)

    between({}, {}, connected)


run(main)
