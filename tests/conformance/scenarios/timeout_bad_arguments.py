"""Wrong times for setTimeout() raise."""

import pynet
from harness import attempt, run


def main():
    sock = pynet.Socket()
    attempt("C", "text", lambda: sock.set_timeout("20"))
    attempt("C", "negative", lambda: sock.set_timeout(-1))
    attempt("C", "infinite", lambda: sock.set_timeout(float("inf")))
    attempt("C", "callback", lambda: sock.set_timeout(20, "callback"))
    sock.destroy()


run(main)
