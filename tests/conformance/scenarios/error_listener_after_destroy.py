"""An 'error' listener added after destroy(error), in the same turn, hears it."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        s.resume()
        c.destroy(RuntimeError("heard"))
        record(c, "C", "error close")

    pair({}, {}, connected)


run(main)
