"""An emit() inside a listener runs to its end before the outer one goes on."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()

    def outer():
        trace("E", "outer 1")
        emitter.emit("inner")
        trace("E", "outer 1 ends")

    def inner():
        trace("E", "inner")
        pynet.next_tick(lambda: trace("E", "tick"))

    emitter.on("outer", outer)
    emitter.on("outer", note("E", "outer 2"))
    emitter.on("inner", inner)
    emitter.emit("outer")
    trace("E", "emitted")


run(main)
