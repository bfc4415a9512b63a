"""write() and end() on a socket that was never connected: what the calls leave."""

import pynet
from harness import answer, record, run, trace


def main():
    def flags(when):
        trace(
            "C",
            when,
            client.errored,
            client.writable,
            client.writable_ended,
            client.writable_length,
            client.bytes_written,
            client.readable,
            client.destroyed,
        )

    client = pynet.Socket()
    record(client, "C", "prefinish finish error")
    client.on("close", lambda had_error: trace("C", "close"))
    client.write("one", callback=answer("C", "one"))
    flags("written")
    trace("C", "write", client.write("two", callback=answer("C", "two")))
    trace("C", "empty", client.write("", callback=answer("C", "empty")))
    client.end("three", callback=answer("C", "end callback"))
    flags("ended")
    pynet.next_tick(lambda: flags("tick"))


run(main)
