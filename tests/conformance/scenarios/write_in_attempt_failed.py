"""write() in 'connectionAttemptFailed'."""

import pynet
from harness import answer, nowhere, record, run, state, trace


def main():
    def going(empty):
        def failed(*args):
            trace("C", "failed", state(client))
            trace(
                "C",
                "write",
                client.write("x", callback=answer("C", "write callback")),
                client.writable_length,
                client.bytes_written,
            )

        client = pynet.connect(empty)
        record(client, "C", "error finish close")
        client.on("connectionAttemptFailed", failed)

    nowhere(going)


run(main)
