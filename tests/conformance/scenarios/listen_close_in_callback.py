"""close() in the callback of listen(): the listeners after it are still called, and close follows."""

import pynet
from harness import answer, listen, record, run, trace


def main():
    server = pynet.create_server()

    def listening():
        server.close(answer("srv", "close callback"))
        trace("srv", "callback", server.listening)

    listen(server, listening)
    record(server, "srv", "listening close error")


run(main)
