"""What a listener raises leaves emit(), and the listeners after it do not run."""

import pynet
from harness import attempt, note, run


def main():
    emitter = pynet.EventEmitter()

    def fail():
        raise RuntimeError("from a listener")

    emitter.on("x", note("E", "first"))
    emitter.once("x", fail)
    emitter.on("x", note("E", "third"))
    attempt("E", "emit", lambda: emitter.emit("x"))
    attempt("E", "emit again", lambda: emitter.emit("x"))


run(main)
