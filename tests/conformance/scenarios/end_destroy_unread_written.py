"""end(data) and destroy() in one step while the kernel holds unread input: a reset, after the data or at once."""

import pynet
from harness import answer, pair, record, run, settle


def main():
    def connected(c, s, server):
        def later():
            s.end("bye", callback=answer("S", "end callback"))
            s.destroy()

        record(c, "C", "end error close")
        record(s, "S", "end prefinish finish error close")
        pynet.finished(s, answer("S", "finished"))
        c.resume()
        c.write("unread input")
        settle(later)

    pair({"allowHalfOpen": True, "pauseOnConnect": True}, {}, connected)


run(main)
