"""new Server(options, listener) and new Server(listener)."""

import pynet
from harness import connect, listen, place, run, trace


def main():
    def at_first(sock):
        trace("first", "connection", sock.is_paused())
        sock.destroy()
        first.close()

    def at_second(sock):
        trace("second", "connection", sock.is_paused())
        sock.destroy()
        second.close()

    first = pynet.Server({"pause_on_connect": True}, at_first)
    second = pynet.Server(at_second)
    listen(first, lambda: connect(first, {}).on("error", lambda err: None).resume())
    listen(second, lambda: connect(second, {}).on("error", lambda err: None).resume(), place("second.sock"))


run(main)
