"""A small mark does not hold up a flow: all of a big message comes."""

from harness import pair, record, run


def main():
    def connected(c, s, server):
        record(c, "C", "data end close")
        s.end(b"flow" * 75000)

    pair({}, {"readable_high_water_mark": 1}, connected)


run(main)
