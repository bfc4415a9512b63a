"""refresh() starts a timer's time anew."""

import pynet
from harness import note, run


def main():
    timer = pynet.set_timeout(note("main", "refreshed"), 60)
    pynet.set_timeout(lambda: timer.refresh(), 30)
    pynet.set_timeout(note("main", "at 75"), 75)


run(main)
