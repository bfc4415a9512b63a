"""resetAndDestroy() twice, and after destroy()."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "error close")
        record(s, "S", "end error close")
        s.resume()
        c.reset_and_destroy().reset_and_destroy()
        c.destroy(Exception("late"))

    pair({}, {}, connected)


run(main)
