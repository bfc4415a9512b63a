"""onread with a function that gives a buffer: each callback gets the one that was read into."""

from harness import pair, record, run, trace
from reading import in_turn


def main():
    given = []

    def make():
        given.append(bytearray(50))
        return given[-1]

    def callback(nread, buffer):
        index = next((at for at, one in enumerate(given) if one is buffer), -1)
        trace("C", "callback", index >= 0, bytes(buffer[:nread]))
        given[index] = None

    def connected(c, s, server):
        record(c, "C", "data end close")
        in_turn(s, c, ["one", "two", "three"], s.end)

    pair({}, {"onread": {"buffer": make, "callback": callback}}, connected)


run(main)
