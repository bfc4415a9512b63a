"""The usual use: destroy() in the 'timeout' listener."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "timeout error end close")
        record(s, "S", "error end close")
        s.resume()
        c.resume()
        c.set_timeout(20)
        c.on("timeout", lambda: c.destroy())

    pair({}, {}, connected)


run(main)
