"""An abstract name in use, and free again after close()."""

import os

import pynet
from harness import run, trace


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    path = f"\0pynet-conformance-{os.getpid()}"

    def failed(err):
        trace("second", "error", err.code, err.syscall, err.address == path)
        first.close()

        def listening():
            trace("second", "listening", second.address() == path)
            second.close()

        second.listen(path, listening)

    second.on("error", failed)
    first.listen(path, lambda: second.listen(path))


run(main)
