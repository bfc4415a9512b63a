"""'removeListener' comes after the removal, before a once() listener runs."""

import pynet
from harness import run, trace


def main():
    emitter = pynet.EventEmitter()

    def f():
        trace("E", "f runs")

    def removed(event, listener):
        mine = listener is f or listener.listener is f
        trace("E", "removeListener", event, mine, emitter.listener_count(event))

    emitter.on("removeListener", removed)
    emitter.on("x", f)
    emitter.once("x", f)
    emitter.emit("x")
    emitter.off("x", f)
    emitter.off("x", f)
    emitter.on("y", f)
    emitter.remove_all_listeners("y")


run(main)
