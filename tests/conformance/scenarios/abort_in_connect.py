"""A signal that is aborted in 'connect'."""

import pynet
from connecting import outgoing, serve
from harness import run, state, trace


def main():
    def serving(target, server):
        def connected():
            controller.abort()
            trace("C", "after", state(client))

        controller = pynet.AbortController()
        client = outgoing({**target, "signal": controller.signal})
        client.on("connect", connected)

    serve(serving)


run(main)
