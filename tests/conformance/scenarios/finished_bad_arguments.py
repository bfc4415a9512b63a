"""finished() and pipeline() with wrong arguments raise at once."""

import pynet
from harness import attempt, run


def nothing(err):
    pass


def main():
    one = pynet.Socket()
    two = pynet.Socket()
    attempt("main", "a number", lambda: pynet.finished(5, nothing))
    attempt("main", "no callback", lambda: pynet.finished(one))
    attempt("main", "callback", lambda: pynet.finished(one, {}, 5))
    attempt("main", "pipeline of one", lambda: pynet.pipeline(one, nothing))
    attempt("main", "pipeline of a number", lambda: pynet.pipeline(one, 5, nothing))
    attempt("main", "pipeline from a number", lambda: pynet.pipeline(5, two, nothing))


run(main)
