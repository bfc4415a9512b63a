"""The socket's own timeout runs while it connects; it ends nothing by itself."""

import pynet
from connecting import EVENTS, named, silent
from harness import record, run, state, trace


def main():
    def ready(target, release):
        def expired():
            trace("C", "timeout", state(client), client.timeout)
            client.destroy(Exception("too long"))
            release()

        client = pynet.connect({**named(target, "127.0.0.1", "127.0.0.2"), "timeout": 40})
        record(client, "C", EVENTS)
        client.on("timeout", expired)

    silent(ready)


run(main)
