"""finished() after the halves are done one by one, before 'close'."""

import pynet
from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        def settled():
            pynet.finished(s, {"writable": False}, answer("S", "read"))
            pynet.finished(s, answer("S", "both"))
            settle(lambda: s.end())

        record(s, "S", "end finish close")
        c.resume()
        s.resume()
        c.end()
        s.on("end", lambda: settle(settled))
        s.on("finish", lambda: pynet.finished(s, {"readable": False}, answer("S", "written")))

    pair({"allow_half_open": True}, {}, connected)


run(main)
