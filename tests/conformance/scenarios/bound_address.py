"""BoundSocket: bound at once, address() always the same object, nothing left after close()."""

import pynet
from harness import attempt, run, trace


def main():
    cases = {
        "nothing": {},
        "v4": {"host": "127.0.0.1"},
        "v6": {"host": "::1"},
        "only": {"ipv6_only": True},
        "zone": {"host": "::1%lo"},
    }
    for label, options in cases.items():
        bound = pynet.BoundSocket(options)
        trace("main", label, bound.address(), bound.address().port > 0, bound.address() is bound.address())
        trace("main", "is", bound.is_pipe, bound.fd() > 2)
        bound.close()
        for method in ("address", "fd", "close"):
            attempt("main", method, getattr(bound, method))
        bound.__exit__(None, None, None)
        trace("main", "still", bound.is_pipe)


run(main)
