"""resetAndDestroy() while connecting to what never answers; destroy() ends it."""

import pynet
from connecting import outgoing, silent
from harness import run, state, trace


def main():
    def ready(target, release):
        def later():
            trace("C", "later", state(client))
            client.destroy()
            release()

        client = outgoing(target)
        client.reset_and_destroy()
        pynet.set_timeout(later, 50)

    silent(ready)


run(main)
