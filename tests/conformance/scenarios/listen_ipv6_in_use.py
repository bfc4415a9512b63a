"""An address of IPv6 in use, with and without a host."""

import pynet
from harness import record, run


def main():
    first = pynet.create_server()
    six = pynet.create_server()
    none = pynet.create_server()
    record(six, "host", "listening error close")
    record(none, "no host", "listening error close")

    def start():
        port = first.address().port
        six.on("error", lambda err: none.listen(port))
        none.on("error", lambda err: first.close())
        six.listen(port, "::1")

    first.listen(0, start)


run(main)
