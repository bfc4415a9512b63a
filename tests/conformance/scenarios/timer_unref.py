"""An unref'd timer does not keep the loop; ref() makes it do so again."""

import pynet
from harness import note, run, trace


def main():
    pynet.set_timeout(note("main", "never"), 500).unref()
    pynet.set_interval(note("main", "never"), 500).unref()
    pynet.set_timeout(note("main", "kept"), 40).unref().ref()
    pynet.set_timeout(note("main", "short"), 5)
    timer = pynet.set_timeout(lambda: None, 1)
    trace("main", "hasRef", timer.has_ref(), timer.unref().has_ref())


run(main)
