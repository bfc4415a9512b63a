"""pipeline() of three sockets, with a service in the middle that answers in capitals."""

import pynet
from harness import pair, record, run, settle, state, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def third(e, f, server):
            def done(err):
                trace("main", "pipeline", err, state(d))
                s.end()

            record(d, "D", "pipe unpipe finish end close")
            record(e, "E", "pipe unpipe finish")
            record(f, "F", "data end")
            c.resume()
            e.resume()
            t.on("data", lambda chunk: t.write(chunk.upper()))
            t.on("end", lambda: t.end("!"))
            pynet.pipeline(s, d, e, done)
            c.write("quiet ")
            settle(lambda: c.end("words"))

        pair({}, {}, third)

    between({"allow_half_open": True}, {"allow_half_open": True}, connected)


run(main)
