"""Connects, waits for a first byte, then writes as many MiB as the second argument says and ends; it obeys `drain`."""

import sys

import pynet
import support

CHUNK = bytes(65536)
PER_MIB = (1 << 20) // len(CHUNK)


def start():
    left = int(sys.argv[2]) * PER_MIB
    sock = pynet.connect(**support.target(), allow_half_open=True)

    def send():
        nonlocal left
        while left > 0:
            left -= 1
            if not sock.write(CHUNK):
                break
        if left == 0:
            left = -1
            sock.end()

    def on_first(_data):
        sock.on("drain", send)
        send()

    sock.once("data", on_first)


if __name__ == "__main__":
    support.announce("ready")
    pynet.run(start)
