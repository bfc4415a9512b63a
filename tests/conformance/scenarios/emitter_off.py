"""off() removes the match that was added last, one at a time, and those of once() too."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()
    f = note("E", "f")
    g = note("E", "g")
    emitter.on("x", f)
    emitter.on("x", g)
    emitter.on("x", f)
    emitter.once("x", f)
    trace("E", "count", emitter.listener_count("x"), emitter.listener_count("x", f))
    emitter.off("x", f)
    trace("E", "count", emitter.listener_count("x"))
    emitter.emit("x", 1)
    emitter.remove_listener("x", f)
    emitter.emit("x", 2)
    trace("E", "returns itself", emitter.off("x", lambda: None) is emitter, emitter.off("unknown", f) is emitter)


run(main)
