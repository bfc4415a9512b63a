"""Both sides destroyed in the same turn."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "end finish error close")
        record(s, "S", "end finish error close")
        c.resume()
        s.resume()
        c.destroy()
        s.destroy()

    pair({}, {}, connected)


run(main)
