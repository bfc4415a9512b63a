"""read() meets the end and destroy() follows in the same step: 'end' still comes."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        def readable():
            chunk = c.read()
            trace("C", "read", chunk)
            if chunk is None:
                c.destroy()
                trace("C", "ended", c.readable_ended)

        record(c, "C", "end finish error close")
        s.resume()
        s.on("end", s.destroy)
        c.on("readable", readable)
        s.end("x")

    pair({"allowHalfOpen": True}, {"allowHalfOpen": True}, connected)


run(main)
