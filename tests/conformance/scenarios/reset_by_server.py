"""resetAndDestroy() of an accepted socket."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "end error finish close")
        record(s, "S", "end error finish close")
        c.resume()
        s.reset_and_destroy()

    pair({}, {}, connected)


run(main)
