"""end() and destroy() while a write is under way: finished() has its error."""

import pynet
from harness import answer, pair, record, run, trace


def main():
    def connected(c, s, server):
        def closed(had_error):
            trace("C", "errored", c.errored)
            s.destroy()

        record(c, "C", "prefinish finish error close")
        pynet.finished(c, answer("C", "finished writing"), readable=False)
        s.on("error", lambda err: None)
        c.write(bytes(20000000), callback=answer("C", "write callback"))
        c.end(callback=answer("C", "end callback"))
        c.destroy()
        c.on("close", closed)

    pair({"allowHalfOpen": True, "pauseOnConnect": True}, {}, connected)


run(main)
