"""The timeout option of connect(): as setTimeout() right after."""

from harness import pair, record, run, trace


def main():
    def connected(c, s, server):
        trace("C", "timeout", c.timeout)
        record(c, "C", "timeout close")
        c.resume()
        s.resume()
        c.on("timeout", lambda: c.end())

    pair({}, {"timeout": 20}, connected)


run(main)
