"""The last address has all the time it wants; destroy() ends it."""

import pynet
from connecting import named, outgoing, silent, tried
from harness import run, state, trace


def main():
    def ready(target, release):
        def later():
            trace("C", "later", state(client), tried(client))
            client.destroy()
            trace("C", "after destroy", state(client))
            release()

        client = outgoing({**named(target, "127.0.0.2", "127.0.0.1"), "auto_select_family_attempt_timeout": 150})
        pynet.set_timeout(later, 500)

    silent(ready)


run(main)
