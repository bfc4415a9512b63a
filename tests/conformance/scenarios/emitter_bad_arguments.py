"""Listeners that are no functions raise, and wrong numbers for setMaxListeners()."""

import pynet
from harness import attempt, run, trace


def main():
    emitter = pynet.EventEmitter()
    attempt("E", "on", lambda: emitter.on("x", "text"))
    attempt("E", "once", lambda: emitter.once("x", 5))
    attempt("E", "off", lambda: emitter.off("x", {}))
    attempt("E", "prepend", lambda: emitter.prepend_listener("x", "text"))
    attempt("E", "negative", lambda: emitter.set_max_listeners(-1))
    attempt("E", "text", lambda: emitter.set_max_listeners("5"))
    trace("E", "after", emitter.event_names(), emitter.get_max_listeners())


run(main)
