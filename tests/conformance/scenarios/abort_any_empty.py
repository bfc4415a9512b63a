"""any() of nothing is never aborted; of one signal twice, it is aborted once."""

import pynet
from aborting import heard, why
from harness import run, trace


def main():
    none = pynet.AbortSignal.any([])
    trace("main", "none", none.aborted, why(none.reason))
    controller = pynet.AbortController()
    twice = pynet.AbortSignal.any([controller.signal, controller.signal])
    twice.add_event_listener("abort", heard("main", "twice", twice))
    controller.abort("stop")


run(main)
