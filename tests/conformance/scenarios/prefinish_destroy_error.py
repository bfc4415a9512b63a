"""destroy(err) in 'prefinish': 'finish' still comes, after 'error'."""

import pynet
from harness import answer, pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "end prefinish finish error")
        pynet.finished(c, answer("C", "finished"))
        record(c, "C", "close")
        s.resume()
        s.on("end", s.destroy)
        c.on("prefinish", lambda: c.destroy(ValueError("boom")))
        c.end(callback=answer("C", "end callback"))

    pair({"allowHalfOpen": True}, {}, connected)


run(main)
