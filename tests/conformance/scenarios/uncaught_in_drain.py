"""An exception in the 'drain' listener: uncaught, and the socket goes on."""

import pynet
from harness import pair, record, run, settle


def main():
    def connected(c, s, server):
        def drained():
            pynet.set_immediate(lambda: c.end("and on"))
            raise RuntimeError("in drain")

        c.on("drain", drained)
        record(c, "main/C", "error finish close")
        c.resume()
        s.pause()
        c.write(bytes(20000000))
        settle(lambda: s.resume())

    pair({}, {}, connected)


run(main)
