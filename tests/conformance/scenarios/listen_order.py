"""listen(): the callback is the first 'listening' listener that was added, and all run in order."""

import pynet
from harness import answer, listen, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.prepend_listener("listening", note("srv", "prepended"))

    def listening():
        trace("srv", "callback", server.listening)
        server.close(answer("srv", "close callback"))
        trace("srv", "closing", server.listening)

    listen(server, listening)


run(main)
