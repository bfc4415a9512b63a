"""Nobody listens: 'error', then 'close' with true, and never 'connect'."""

import pynet
from harness import note, nowhere, record, run, state, trace


def main():
    def found(target):
        client = pynet.connect(target, note("C", "connect listener"))
        record(client, "C", "connect ready error end finish close")
        client.on("error", lambda err: trace("C", "state in error", state(client)))
        client.on("close", lambda had_error: trace("C", "state in close", state(client)))

    nowhere(found)


run(main)
