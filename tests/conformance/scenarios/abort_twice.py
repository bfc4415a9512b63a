"""abort() twice: one event, and the first reason stays."""

import pynet
from harness import attempt, run, trace


def main():
    controller = pynet.AbortController()
    sock = pynet.Socket({"signal": controller.signal})
    sock.on("error", lambda err: trace("C", "error", err.__cause__))
    trace("main", "fresh", controller.signal.aborted, controller.signal.reason)
    controller.signal.add_event_listener("abort", lambda *event: trace("main", "abort"))
    controller.signal.onabort = lambda *event: trace("main", "onabort")
    controller.abort(Exception("first"))
    controller.abort(Exception("second"))
    trace("main", "aborted", controller.signal.aborted, controller.signal.reason)
    attempt("main", "throwIfAborted", lambda: controller.signal.throw_if_aborted())


run(main)
