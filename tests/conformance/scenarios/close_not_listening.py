"""close() of a server that never listened: 'close' all the same, and the callback gets the error."""

import pynet
from harness import answer, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "close error")
    server.close(answer("srv", "callback"))
    trace("srv", "after close")


run(main)
