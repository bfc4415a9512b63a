"""'newListener' comes before the listener is added, with the function itself, for once() too."""

import pynet
from harness import run, trace


def main():
    emitter = pynet.EventEmitter()

    def f(*args):
        pass

    def added(event, listener):
        trace("E", "newListener", event, listener is f, emitter.listener_count(event))

    emitter.on("newListener", added)
    emitter.on("x", f)
    emitter.once("x", f)
    emitter.prepend_listener("y", f)
    emitter.on("removeListener", f)


run(main)
