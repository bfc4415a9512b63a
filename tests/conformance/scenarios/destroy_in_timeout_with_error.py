"""destroy(error) in the 'timeout' listener."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "timeout error end close")
        s.resume()
        c.set_timeout(20, lambda: c.destroy(RuntimeError("too slow")))

    pair({}, {}, connected)


run(main)
