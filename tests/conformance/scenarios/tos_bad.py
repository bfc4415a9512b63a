"""A type of service that is none raises, and the one set before stays."""

import pynet
from harness import attempt, run, trace


def main():
    sock = pynet.Socket({"type_of_service": 16})
    for tos in -1, 256, 1.5, "1", None, True, {}:
        attempt("main", "set", lambda tos=tos: sock.set_type_of_service(tos))
    trace("main", "is", sock.get_type_of_service())
    for tos in -1, 256, 1.5, "1", True, {}:
        attempt("main", "option", lambda tos=tos: pynet.Socket({"type_of_service": tos}))


run(main)
