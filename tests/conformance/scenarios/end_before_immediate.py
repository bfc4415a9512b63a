"""end() in a listener, an immediate and a timer: 'finish' comes before an immediate that was set with it."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def data(chunk):
            pynet.set_immediate(lambda: trace("C", "immediate"))
            pynet.next_tick(lambda: trace("C", "tick"))
            c.end("answer", callback=answer("C", "end callback"))

        record(c, "C", "prefinish finish close")
        s.resume()
        s.on("end", s.destroy)
        c.on("data", data)
        s.write("x")

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
