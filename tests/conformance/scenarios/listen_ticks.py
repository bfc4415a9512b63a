"""Ticks around listen() and close() without a lookup."""

import pynet
from harness import answer, kind, place, record, run, trace


def main():
    server = pynet.create_server()

    def tick(label):
        pynet.next_tick(lambda: trace("srv", f"tick {label}"))

    def listening():
        trace("srv", "listening")
        tick("of listening")
        server.close(answer("srv", "callback"))
        tick("after close")

    server.on("listening", listening)
    record(server, "srv", "close")
    tick("before listen")
    server.listen(place("s.sock") if kind == "unix" else 0)
    tick("after listen")


run(main)
