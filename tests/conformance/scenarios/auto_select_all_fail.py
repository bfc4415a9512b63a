"""All addresses refuse: one error with all errors, and the code of the first."""

import pynet
from connecting import named, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        def failed(err):
            trace("C", "is", isinstance(err, pynet.AggregateError), err.code, err.syscall, err.address)
            trace("C", "errors", len(err.errors), [f"{each.code} {each.address}" for each in err.errors])
            trace("C", "tried", tried(client), client.errored is err)

        client = outgoing(named(target, "127.0.0.1", "127.0.0.2"))
        client.on("error", failed)

    nowhere(going)


run(main)
