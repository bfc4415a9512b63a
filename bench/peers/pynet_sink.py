"""Connects to the address given, reads to the end, answers with the number of bytes, and again. `data` or `onread`."""

import sys

import pynet
import support

SIZE = 256 * 1024  # of a buffer of our own; as much as uvloop reads at once by itself


def download(how):
    count = 0

    def on_data(data):
        nonlocal count
        count += len(data)

    def on_read(nread, _buffer):
        nonlocal count
        count += nread

    options = {"allow_half_open": True}
    if how == "onread":
        options["onread"] = {"buffer": bytearray(SIZE), "callback": on_read}
    sock = pynet.connect(**support.target(2), **options)
    if how == "data":
        sock.on("data", on_data)
    sock.on("end", lambda: sock.end(str(count)))
    sock.on("close", lambda _had_error: download(how))


if __name__ == "__main__":
    support.announce("ready")
    pynet.run(lambda: download(sys.argv[1]))
