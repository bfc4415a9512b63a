"""read() meets the end and destroy(err) follows in the same step: 'end' does not come."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        def readable():
            if c.read() is None:
                c.destroy(ValueError("boom"))

        record(c, "C", "end finish error close")
        s.resume()
        s.on("end", s.destroy)
        c.on("readable", readable)
        s.end("x")

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, connected)


run(main)
