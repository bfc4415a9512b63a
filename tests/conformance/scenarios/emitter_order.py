"""Listeners run in the order they were added, prepended ones first; emit() says whether there were any."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()
    emitter.on("x", note("E", "first"))
    emitter.add_listener("x", note("E", "second"))
    emitter.prepend_listener("x", note("E", "prepended"))
    trace("E", "emit", emitter.emit("x", 1, "two", None))
    trace("E", "emit unheard", emitter.emit("y"))


run(main)
