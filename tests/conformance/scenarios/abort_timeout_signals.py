"""AbortSignal.timeout(): a TimeoutError when the time is up, in the order of the times."""

import pynet
from aborting import heard, why
from harness import attempt, run, trace


def main():
    slow = pynet.AbortSignal.timeout(60)
    fast = pynet.AbortSignal.timeout(10)
    trace("main", "fresh", slow.aborted, why(slow.reason))
    slow.add_event_listener("abort", heard("main", "slow", slow))
    fast.add_event_listener("abort", heard("main", "fast", fast))

    def raises():
        try:
            fast.throw_if_aborted()
        except Exception as err:
            trace("main", "raised", why(err))

    def later():
        trace("main", "later", slow.aborted, fast.aborted)
        attempt("main", "raises", raises)

    pynet.set_timeout(later, 120)


run(main)
