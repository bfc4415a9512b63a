"""pipe() from one socket to another: the data and the end come through, with 'pipe' and 'unpipe'."""

import pynet
from harness import connect, listen, pair, place, record, run


def main():
    def connected(c, s, server):
        def arrived(far):
            record(far, "far", "data end close")
            target.close()

        def listening():
            out = connect(target, {})
            record(out, "out", "pipe unpipe finish end close")
            s.pipe(out)
            out.resume()
            c.resume()
            c.end("through the middle")

        target = pynet.create_server(arrived)
        listen(target, listening, place("target.sock"))

    pair({}, {}, connected)


run(main)
