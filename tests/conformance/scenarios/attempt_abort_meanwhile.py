"""A signal that is aborted while an attempt is under way, the first of two or the only one."""

import pynet
from connecting import named, outgoing, silent
from harness import run


def main():
    def ready(target, release):
        def later():
            controller.abort()
            release()

        controller = pynet.AbortController()
        outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "signal": controller.signal}, "C2")
        outgoing({**named(target, "127.0.0.1"), "signal": controller.signal}, "C1")
        pynet.set_timeout(later, 50)

    silent(ready)


run(main)
