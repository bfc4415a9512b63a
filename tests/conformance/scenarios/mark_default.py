"""The default of the high water mark is for the sockets that are made after it is set; bad values are refused."""

import pynet
from harness import attempt, run, trace


def main():
    before = pynet.Socket()
    trace("main", "at first", pynet.get_default_high_water_mark())
    pynet.set_default_high_water_mark(1000)
    trace("main", "set", pynet.get_default_high_water_mark())
    trace("main", "old", before.readable_high_water_mark)
    trace("main", "new", pynet.Socket().readable_high_water_mark)
    trace("main", "option", pynet.Socket(high_water_mark=5).readable_high_water_mark)
    attempt("main", "negative", lambda: pynet.set_default_high_water_mark(-1))
    trace("main", "as before", pynet.get_default_high_water_mark())
    pynet.set_default_high_water_mark(0)
    trace("main", "zero", pynet.Socket().readable_high_water_mark)


run(main)
