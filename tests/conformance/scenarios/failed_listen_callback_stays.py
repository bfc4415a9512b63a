"""The callback of a failed listen() stays, and runs at the next 'listening'."""

import pynet
from harness import kind, listen, note, place, record, run, trace, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening error close")

    def listening_again():
        trace("second", "second callback")
        second.close()

    def failed(err):
        first.close()
        second.listen(place("other.sock") if kind == "unix" else 0, listening_again)

    def listening():
        second.once("error", failed)
        second.listen(where(first), note("second", "first callback"))

    listen(first, listening)


run(main)
