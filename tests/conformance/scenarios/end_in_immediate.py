"""end() in an immediate: 'finish' comes before an immediate that was set there."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def immediate():
            pynet.set_immediate(lambda: trace("C", "immediate"))
            c.end(callback=answer("C", "end callback"))

        record(c, "C", "prefinish finish close")
        s.resume()
        s.on("end", s.destroy)
        pynet.set_immediate(immediate)

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
