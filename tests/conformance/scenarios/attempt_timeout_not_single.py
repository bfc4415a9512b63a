"""A single address has no attempt timeout."""

import pynet
from connecting import named, outgoing, silent, tried
from harness import run, state, trace


def main():
    def ready(target, release):
        def later():
            trace("C", "later", state(client), tried(client))
            client.destroy()
            release()

        client = outgoing({**named(target, "127.0.0.1"), "auto_select_family_attempt_timeout": 20})
        pynet.set_timeout(later, 150)

    silent(ready)


run(main)
