"""any() with a timeout: its TimeoutError is the reason."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    controller = pynet.AbortController()
    either = pynet.AbortSignal.any([controller.signal, pynet.AbortSignal.timeout(20)])
    either.add_event_listener("abort", heard("main", "any", either))

    def later():
        controller.abort("late")
        trace("main", "later", why(either.reason))

    pynet.set_timeout(later, 80)


run(main)
