"""A signal that is aborted when its time is up."""

import pynet
from connecting import outgoing, silent
from harness import run, trace


def main():
    def ready(target, release):
        def failed(err):
            reason = signal.reason
            name = "TimeoutError" if isinstance(reason, TimeoutError) else repr(reason)
            trace("C", "reason", signal.aborted, err.__cause__ is reason, name)

        signal = pynet.AbortSignal.timeout(40)
        client = outgoing({**target, "signal": signal})
        client.on("error", failed)
        client.on("close", release)

    silent(ready)


run(main)
