"""destroy(error) without an 'error' listener: uncaught, and 'close' follows."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "main/C", "close")
        s.resume()
        c.destroy(RuntimeError("nobody listens"))

    pair({}, {}, connected)


run(main)
