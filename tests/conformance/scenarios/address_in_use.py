"""listen() where another server listens: 'error' EADDRINUSE, no 'close', not listening."""

import pynet
from harness import listen, note, record, run, trace, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening close error")

    def failed(err):
        trace("second", "state", second.listening, second.address())
        first.close()

    def listening():
        second.on("error", failed)
        second.listen(where(first), note("second", "callback"))

    listen(first, listening)


run(main)
