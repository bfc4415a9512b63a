"""The same inside a 'data' listener: what the listener adds runs after it, in order."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def data(chunk):
            pynet.next_tick(lambda: trace("S", "tick 1"))
            s.write("a", answer("S", "callback a"))
            pynet.next_tick(lambda: trace("S", "tick 2"))
            s.write("b", answer("S", "callback b"))
            trace("S", "first listener ends")

        c.resume()
        s.on("data", data)
        s.on("data", lambda chunk: trace("S", "second listener"))
        record(s, "S", "end finish close")
        c.end("x")

    pair({}, {}, connected)


run(main)
