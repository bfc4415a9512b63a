"""The states in the events of a connection to the second address."""

import pynet
from connecting import named, serve, states
from harness import run, state, trace


def main():
    def serving(target, server):
        client = pynet.Socket()
        states(client, "C", "lookup connectionAttempt connectionAttemptFailed connect ready close")
        client.resume()
        client.connect(named(target, "127.0.0.2", "127.0.0.1"))
        trace("C", "after connect", state(client))

    serve(serving)


run(main)
