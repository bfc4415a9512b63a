"""A host that is looked up, with a port in use: the error has the address that was found."""

import pynet
from harness import record, run, trace


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening error close")

    def start():
        second.listen(first.address().port, "127.1")
        trace("second", "returned", second.listening)
        second.on("error", lambda err: first.close())

    first.listen(0, "127.0.0.1", start)


run(main)
