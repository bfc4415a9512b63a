"""An exception in the 'end' listener: uncaught, and the socket does not end itself then."""

import pynet
from harness import pair, record, run, state, trace


def main():
    def connected(c, s, server):
        def fail():
            raise RuntimeError("in end")

        c.on("end", fail)
        record(c, "main/C", "end finish error close")
        c.resume()
        s.resume()
        s.end()

        def later():
            trace("main", "later", state(c))
            c.destroy()

        pynet.set_timeout(later, 60)

    pair({}, {}, connected)


run(main)
