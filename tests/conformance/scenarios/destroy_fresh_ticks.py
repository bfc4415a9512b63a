"""Ticks around destroy(error) of a fresh socket."""

import pynet
from harness import record, run, trace


def main():
    sock = pynet.Socket()
    record(sock, "C", "error close")
    pynet.next_tick(lambda: trace("C", "tick before"))
    sock.destroy(RuntimeError("enough"))
    pynet.next_tick(lambda: trace("C", "tick after"))
    pynet.set_immediate(lambda: trace("C", "immediate"))


run(main)
