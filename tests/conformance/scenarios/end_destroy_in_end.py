"""end() and destroy() in the peer's 'end': both halves came to their end, finished() has no error."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        def ended():
            c.end(callback=answer("C", "end callback"))
            c.destroy()

        record(c, "C", "end prefinish finish error close")
        pynet.finished(c, answer("C", "finished"))
        c.resume()
        s.resume()
        s.on("end", s.destroy)
        s.end()
        c.on("end", ended)

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, connected)


run(main)
