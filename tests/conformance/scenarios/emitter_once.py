"""once(): taken off before it runs, so that an emit() inside it does not call it again."""

import pynet
from harness import note, run, trace


def main():
    emitter = pynet.EventEmitter()

    def once(n):
        trace("E", "once", n, emitter.listener_count("x"))
        emitter.emit("x", n + 1)

    emitter.once("x", once)
    emitter.prepend_once_listener("x", note("E", "prepended once"))
    emitter.on("x", note("E", "always"))
    emitter.emit("x", 1)
    emitter.emit("x", 5)


run(main)
