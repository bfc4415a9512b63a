"""A listener added inside 'newListener' comes before the one that caused it."""

import pynet
from harness import note, run


def main():
    emitter = pynet.EventEmitter()

    def added(event, listener):
        if event == "x":
            emitter.on("x", note("E", "from newListener"))

    emitter.once("newListener", added)
    emitter.on("x", note("E", "the cause"))
    emitter.emit("x")


run(main)
