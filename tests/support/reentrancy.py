"""Scripts in which code runs in the midst of a call: a collection of garbage, a finalizer, a listener."""

from __future__ import annotations

import importlib.util

import pytest

import isolated

needs_testcapi = pytest.mark.skipif(
    importlib.util.find_spec("_testcapi") is None, reason="this Python was built without the modules of its own tests"
)

# What every script begins with: at(n, action, call) calls, and runs action() in the midst of it, in a collection that
# one of the call's allocations sets off, about the nth (a finalizer could do the same).
PRELUDE = """
    import gc, os, socket, sys, threading, weakref
    import pynet
    from helpers import on_loop, wait_until

    class Target:
        # a listening socket that accepts nothing, to be connected to again and again
        def __init__(self):
            self.listening = socket.create_server(("127.0.0.1", 0), backlog=100)
            self.port = self.listening.getsockname()[1]

    def at(n, action, call, *args):
        armed = [False]
        def hook(phase, info):
            if armed[0]:
                armed[0] = False
                action()
        gc.collect()
        gc.disable()
        pad = [([], (i,), (i, i), (i, i, i), {}) for i in range(200)]   # nothing is left in the free lists
        gc.callbacks.append(hook)
        armed[0] = True
        try:
            gc.set_threshold(gc.get_count()[0] + n)
            gc.enable()
            return call(*args)
        finally:
            armed[0] = False
            gc.set_threshold(700)
            gc.callbacks.remove(hook)
"""


def ends_well(source: str, *args) -> None:
    """Runs the prelude and the source in an interpreter of its own; the source prints "well" as its last act."""
    assert isolated.check(isolated.join(PRELUDE, source), *args) == "well\n"
