"""destroy() in 'connectionAttempt' of a plain connection."""

import pynet
from connecting import EVENTS, outgoing
from harness import nowhere, record, run, state, trace


def main():
    def going(target):
        client = outgoing(target)
        client.on("connectionAttempt", lambda ip, port, family: client.destroy())
        early = pynet.Socket()
        record(early, "E", EVENTS)
        early.on("connectionAttempt", lambda ip, port, family: early.destroy())
        early.connect(target)
        trace("E", "after connect", state(early))

    nowhere(going)


run(main)
