"""eventNames(), listeners(), rawListeners() and listenerCount()."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()
    f = note("E", "f")
    trace("E", "empty", emitter.event_names(), emitter.listeners("x"), emitter.listener_count("x"))
    emitter.on("b", f)
    emitter.once("a", f)
    trace("E", "names", emitter.event_names())
    trace("E", "listeners", emitter.listeners("a")[0] is f, emitter.listeners("b")[0] is f)
    trace("E", "raw", emitter.raw_listeners("a")[0] is f, emitter.raw_listeners("a")[0].listener is f)
    trace("E", "raw of on()", emitter.raw_listeners("b")[0] is f)
    emitter.raw_listeners("a")[0]("called by hand")
    trace("E", "names", emitter.event_names())


run(main)
