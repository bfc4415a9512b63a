"""A signal that is aborted right after connect()."""

import pynet
from connecting import outgoing, serve, states
from harness import run, state, trace


def main():
    def serving(target, server):
        controller = pynet.AbortController()
        client = outgoing({**target, "signal": controller.signal})
        controller.abort()
        trace("C", "after", state(client))
        states(client, "C", "error close")
        client.on("close", lambda had_error: server.close())

    serve(serving)


run(main)
