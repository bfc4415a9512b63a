"""connect() of the module with a signal that is aborted already."""

import pynet
from connecting import EVENTS, serve
from harness import record, run, state, trace


def main():
    def serving(target, server):
        def later():
            trace("C", "later", state(client))
            client.destroy()
            server.close()

        client = pynet.connect({**target, "signal": pynet.AbortSignal.abort()})
        record(client, "C", EVENTS)
        client.resume()
        pynet.set_timeout(later, 100)

    serve(serving)


run(main)
