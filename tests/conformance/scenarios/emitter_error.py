"""emit('error') without a listener raises that error; with one it is told."""

import pynet
from harness import attempt, run, trace


def main():
    emitter = pynet.EventEmitter()
    reason = RuntimeError("boom")
    attempt("E", "unheard error", lambda: emitter.emit("error", reason))
    attempt("E", "unheard text", lambda: emitter.emit("error", "text"))
    attempt("E", "unheard nothing", lambda: emitter.emit("error"))
    emitter.on("error", lambda err: trace("E", "heard", err is reason))
    trace("E", "emit", emitter.emit("error", reason))


run(main)
