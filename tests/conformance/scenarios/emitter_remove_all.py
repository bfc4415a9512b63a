"""removeAllListeners() with a 'removeListener' listener: told of each, its own event last."""

import pynet
from harness import run, trace


def main():
    emitter = pynet.EventEmitter()
    names = {}

    def add(event, label):
        def f():
            pass

        names[f] = label
        emitter.on(event, f)

    emitter.on("removeListener", lambda event, listener: trace("E", "removed", event, names.get(listener)))
    add("x", "x1")
    add("x", "x2")
    add("y", "y1")
    trace("E", "events", emitter.event_names())
    emitter.remove_all_listeners()
    trace("E", "events", emitter.event_names())


run(main)
