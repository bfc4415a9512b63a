"""Any value can be the reason; none is an AbortError."""

import pynet
from aborting import why
from harness import run, trace


def main():
    reasons = {
        "nothing": None,
        "text": "stop",
        "empty text": "",
        "number": 0,
        "error": Exception("broken"),
    }
    for label, reason in reasons.items():
        controller = pynet.AbortController()
        controller.abort(reason)
        trace("main", label, controller.signal.aborted, why(controller.signal.reason))
        trace("main", label, reason is None or controller.signal.reason is reason)


run(main)
