"""Two addresses that do not answer, then one that refuses."""

import pynet
from connecting import named, outgoing, silent, tried
from harness import run, trace


def main():
    def ready(target, release):
        def later():
            trace("C", "tried", tried(client))
            client.destroy()
            release()

        options = named(target, "127.0.0.1", "127.0.0.2", "::ffff:127.0.0.3", "::ffff:127.0.0.4")
        client = outgoing({**options, "auto_select_family_attempt_timeout": 30})
        pynet.set_timeout(later, 600)

    silent(ready, "0.0.0.0")


run(main)
