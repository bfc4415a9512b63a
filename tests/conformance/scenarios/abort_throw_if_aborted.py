"""throwIfAborted(): nothing before, the reason itself after."""

import pynet
from aborting import why
from harness import attempt, run, trace


def main():
    controller = pynet.AbortController()
    attempt("main", "before", lambda: controller.signal.throw_if_aborted())
    reason = Exception("stop")
    controller.abort(reason)
    attempt("main", "error", lambda: controller.signal.throw_if_aborted())
    try:
        controller.signal.throw_if_aborted()
    except Exception as err:
        trace("main", "same", err is reason)
    try:
        pynet.AbortSignal.abort().throw_if_aborted()
    except Exception as err:
        trace("main", "no reason", why(err))


run(main)
