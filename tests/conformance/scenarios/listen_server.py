"""listen() on another server that listens: at once, at the same address."""

import pynet
from harness import answer, listen, record, run, trace


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening error close")

    def listening():
        trace("second", "callback", second.address().port == first.address().port)
        second.close(answer("second", "close callback"))
        first.close()

    def start():
        same = second.listen(first, listening)
        trace("second", "returned", same is second, second.listening)

    listen(first, start)


run(main)
