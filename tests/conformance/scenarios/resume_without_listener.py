"""resume() without a 'data' listener drops the data and lets 'end' come."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        record(c, "C", "end close")
        c.resume()
        s.end(bytes(200000))
        c.on("close", lambda had_error: trace("C", "read", c.bytes_read))

    pair({}, {}, connected)


run(main)
