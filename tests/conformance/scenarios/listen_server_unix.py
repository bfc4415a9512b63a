"""listen() on another server that listens at a path."""

import pynet
from harness import listen, record, run, trace


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening close error")
    second.on("error", lambda err: first.close())

    def listening():
        trace("second", "callback", second.listening)
        second.close()
        first.close()

    def start():
        second.listen(first, listening)
        trace("second", "returned", second.listening)

    listen(first, start)


run(main)
