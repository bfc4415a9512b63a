"""end() and destroy() in one step: the peer gets an end; 'finish' does not come."""

import pynet
from harness import answer, pair, record, run, state, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end prefinish finish error close")
        record(s, "S", "end error close")
        pynet.finished(c, answer("C", "finished"))
        pynet.finished(c, answer("C", "finished writing"), readable=False)
        s.resume()
        s.on("end", s.destroy)
        c.end(callback=answer("C", "end callback"))
        c.destroy()
        trace("C", "state", state(c), c.writable_ended, c.writable_finished)

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
