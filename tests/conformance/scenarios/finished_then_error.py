"""An error after finished() has called back: it is not called again, and the error still counts as heard."""

import pynet
from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        def settled():
            c.destroy(RuntimeError("afterwards"))
            s.destroy()

        record(c, "C", "finish close")
        pynet.finished(c, {"readable": False}, answer("C", "written"))
        c.resume()
        s.resume()
        c.end()
        s.on("end", lambda: settle(settled))

    pair({"allow_half_open": True}, {}, connected)


run(main)
