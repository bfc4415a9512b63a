"""write(), end() and destroy() in one step: what the kernel took arrives."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "end prefinish finish error close")
        record(s, "S", "data end error close")
        pynet.finished(c, answer("C", "finished"))
        pynet.finished(c, answer("C", "finished writing"), readable=False)
        s.on("end", s.destroy)
        c.write("last", callback=answer("C", "write callback"))
        c.end("words", callback=answer("C", "end callback"))
        c.destroy()

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
