"""A signal of several: aborted by the first, with its reason."""

import pynet
from harness import record, run, state, trace


def main():
    one = pynet.AbortController()
    two = pynet.AbortController()
    either = pynet.AbortSignal.any([one.signal, two.signal])
    sock = pynet.Socket({"signal": either})
    record(sock, "C", "error close")
    two.abort(Exception("two"))
    one.abort(Exception("one"))
    trace("main", "either", either.aborted, either.reason, state(sock))
    later = pynet.AbortSignal.any([one.signal, two.signal])
    trace("main", "later", later.reason, pynet.AbortSignal.any([]).aborted)


run(main)
