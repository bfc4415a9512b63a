"""The methods that add, remove and configure return the emitter."""

import pynet
from harness import run, trace


def main():
    emitter = pynet.EventEmitter()

    def f():
        pass

    trace("E", "add", emitter.on("x", f) is emitter, emitter.once("x", f) is emitter)
    trace("E", "prepend", emitter.prepend_listener("x", f) is emitter, emitter.prepend_once_listener("x", f) is emitter)
    trace("E", "remove", emitter.off("x", f) is emitter, emitter.remove_all_listeners("x") is emitter)
    trace("E", "configure", emitter.set_max_listeners(3) is emitter, emitter.get_max_listeners())


run(main)
