"""A signal that is aborted while a name is looked up."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    def lookup(hostname, options, callback):
        def later():
            controller.abort()
            callback(None, [("127.0.0.1", 4)])
            trace("C", "answered", state(client))

        pynet.set_immediate(later)

    controller = pynet.AbortController()
    client = outgoing({"port": 80, "host": "some.name", "signal": controller.signal, "lookup": lookup})


run(main)
