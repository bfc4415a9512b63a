"""What scripts begin with that close descriptors of their process."""

from __future__ import annotations

import isolated

PRELUDE = """
    import gc, os, socket, sys, threading, time
    import pynet
    from isolated.tools import called_soon, echo_server, raw_connect, read_all, talk
    errors = []
    threading.excepthook = lambda args: errors.append(args.exc_value)
    def wait(condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, ("timed out", errors)
            time.sleep(0.001)
        return True
    def connected(server, peers):
        raw = raw_connect(server)
        wait(lambda: peers)
        return raw, peers[-1]
    def descriptors(kind):
        found = []
        for name in os.listdir("/proc/self/fd"):
            try:
                if kind in os.readlink(f"/proc/self/fd/{name}"): found.append(int(name))
            except FileNotFoundError: pass
        return found
"""


def check(script, *args, **options):
    return isolated.check(isolated.join(PRELUDE, script), *args, **options)
