"""A listener of a source that throws does not keep those of any() from being called."""

import pynet
from aborting import heard
from harness import attempt, run


def main():
    controller = pynet.AbortController()
    either = pynet.AbortSignal.any([controller.signal])
    either.add_event_listener("abort", heard("main", "any", either))

    def raises(event):
        raise Exception("source")

    controller.signal.add_event_listener("abort", raises)
    attempt("main", "abort", lambda: controller.abort("stop"))


run(main)
