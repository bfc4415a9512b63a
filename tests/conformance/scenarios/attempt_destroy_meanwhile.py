"""destroy() while an attempt is under way, the first of two or the only one."""

import pynet
from connecting import named, outgoing, silent
from harness import run


def main():
    def ready(target, release):
        def later():
            two.destroy()
            one.destroy()
            release()

        two = outgoing(named(target, "127.0.0.1", "127.0.0.2"), "C2")
        one = outgoing(named(target, "127.0.0.1"), "C1")
        pynet.set_timeout(later, 50)

    silent(ready)


run(main)
