"""Listeners added or removed while an event is emitted count from the next emission on."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()
    removed = note("E", "removed")

    def first(n):
        trace("E", "first")
        emitter.off("x", removed)
        emitter.on("x", note("E", "added"))

    emitter.once("x", first)
    emitter.on("x", removed)
    emitter.on("x", note("E", "last"))
    emitter.emit("x", 1)
    emitter.emit("x", 2)


run(main)
