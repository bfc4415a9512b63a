"""pipeline() with a source that has ended and closed already: the destination is ended."""

import pynet
from harness import record, run, settle, trace
from writing import between


def main():
    def connected(c, s, d, t):
        def closed():
            pynet.pipeline(s, d, lambda err: trace("D", "pipeline", err))
            trace("D", "called")

        def ended():
            s.destroy()
            s.on("close", lambda had_error: settle(closed))

        record(d, "D", "finish error close")
        record(t, "T", "data end close")
        t.on("error", lambda err: None)
        c.on("error", lambda err: None)
        c.resume()
        s.resume()
        c.end("unheard")
        s.on("end", lambda: settle(ended))
        d.on("close", lambda had_error: settle(lambda: t.destroy()))
        d.on("finish", lambda: settle(lambda: t.end()))
        d.resume()

    between({"allow_half_open": True}, {}, connected)


run(main)
