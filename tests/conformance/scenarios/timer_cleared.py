"""A cleared timer or immediate does not run, also when another of the same pass clears it."""

import pynet
from harness import note, run, trace


def main():
    second = other = None
    never = note("main", "never")

    def first():
        trace("main", "first clears second")
        pynet.clear_timeout(second)

    pynet.clear_timeout(pynet.set_timeout(never, 1))
    pynet.clear_immediate(pynet.set_immediate(never))
    pynet.set_timeout(first, 5)
    second = pynet.set_timeout(never, 5)
    pynet.set_timeout(note("main", "third"), 5)
    pynet.set_immediate(lambda: pynet.clear_immediate(other))
    other = pynet.set_immediate(never)
    pynet.clear_timeout(None)


run(main)
