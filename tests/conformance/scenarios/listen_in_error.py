"""listen() in the error listener, where another server is in the way."""

import pynet
from harness import listen, place, record, run, trace, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening close error")

    def listening():
        trace("second", "callback", second.listening)
        second.close()
        first.close()

    def failed(err):
        trace("second", "in error", second.listening)
        listen(second, listening, place("other.sock"))

    second.once("error", failed)
    listen(first, lambda: second.listen(where(first)))


run(main)
