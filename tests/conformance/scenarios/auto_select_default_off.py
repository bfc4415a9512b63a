"""The default of the process off, and the option that says otherwise."""

import pynet
from connecting import named, outgoing
from harness import nowhere, run, trace


def main():
    def going(target):
        trace("main", "default", pynet.get_default_auto_select_family())
        pynet.set_default_auto_select_family(False)
        trace("main", "now", pynet.get_default_auto_select_family())
        outgoing(named(target, "127.0.0.2", "127.0.0.1"), "C1")
        outgoing({**named(target, "127.0.0.2", "127.0.0.1"), "auto_select_family": True}, "C2")
        outgoing({**named(target, "127.0.0.2", "127.0.0.1"), "auto_select_family": None}, "C3")

    nowhere(going)


run(main)
