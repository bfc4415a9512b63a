"""pipe() to a socket that is still connecting: the data waits for the connection."""

import pynet
from harness import connect, listen, pair, place, record, run


def main():
    def connected(c, s, server):
        def arrived(far):
            record(far, "far", "data end close")
            target.close()

        def listening():
            out = connect(target, {})
            record(out, "out", "pipe connect unpipe finish close")
            out.resume()
            s.pipe(out)

        target = pynet.create_server(arrived)
        c.end("ahead of time")
        c.resume()
        listen(target, listening, place("target.sock"))

    pair({}, {}, connected)


run(main)
