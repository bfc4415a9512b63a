"""any() of signals that any() made."""

import pynet
from aborting import heard
from harness import run, trace


def main():
    a, b, c = (pynet.AbortController() for _ in range(3))
    inner = pynet.AbortSignal.any([a.signal, b.signal])
    outer = pynet.AbortSignal.any([inner, c.signal])
    outer.add_event_listener("abort", heard("main", "outer", outer))
    inner.add_event_listener("abort", heard("main", "inner", inner))
    b.signal.add_event_listener("abort", heard("main", "b", b.signal))
    b.abort("b")
    trace("main", "others", a.signal.aborted, c.signal.aborted)
    trace("main", "of aborted", pynet.AbortSignal.any([c.signal, outer]).reason)


run(main)
