"""A signal among the options of connect() of a socket."""

import pynet
from connecting import serve
from harness import record, run, state, trace


def main():
    def serving(target, server):
        controller = pynet.AbortController()
        client = pynet.Socket()
        record(client, "C", "error close")
        client.resume()
        client.connect({**target, "signal": controller.signal})
        controller.abort()
        trace("C", "after", state(client))
        client.on("close", lambda had_error: server.close())

    serve(serving)


run(main)
