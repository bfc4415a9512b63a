"""The time of an attempt as the default of the process says."""

import pynet
from connecting import named, outgoing, silent
from harness import run, trace


def main():
    def ready(target, release):
        pynet.set_default_auto_select_family_attempt_timeout(1)
        trace("main", "default", pynet.get_default_auto_select_family_attempt_timeout())
        outgoing(named(target, "127.0.0.1", "127.0.0.2")).on("close", release)

    silent(ready)


run(main)
