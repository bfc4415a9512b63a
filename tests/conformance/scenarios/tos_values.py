"""The type of service: what is set, and what is got, before and while connected, and after."""

import pynet
from harness import pair, run, trace


def main():
    def connected(c, s, server):
        trace("C", "option", c.get_type_of_service(), s.get_type_of_service())
        for tos in 0, 3, 16, 64, 255:
            c.set_type_of_service(tos)
            trace("C", "set", tos, c.get_type_of_service())
        c.destroy()
        s.destroy()
        trace("C", "destroyed", c.get_type_of_service(), s.get_type_of_service())

    sock = pynet.Socket()
    fresh = sock.get_type_of_service(), sock.set_type_of_service(16) is sock, sock.get_type_of_service()
    trace("C", "fresh", *fresh)
    pair({}, {"type_of_service": 32}, connected)


run(main)
