"""removeAllListeners() inside a listener: the emission under way goes on to its end."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()

    def first():
        trace("E", "first")
        emitter.remove_all_listeners("x")
        trace("E", "nested", emitter.emit("x"))

    emitter.on("x", first)
    emitter.on("x", note("E", "second"))
    trace("E", "emit", emitter.emit("x"))
    trace("E", "emit", emitter.emit("x"))


run(main)
