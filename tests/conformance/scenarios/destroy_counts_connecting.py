"""errored, bytesWritten and writableLength when writes wait for the connection at destroy()."""

import pynet
from harness import nowhere, run, trace


def main():
    def going(empty):
        def show(when):
            trace(
                "C",
                when,
                client.errored and client.errored.code,
                client.bytes_written,
                client.writable_length,
                client.writable_need_drain,
            )

        def closed(had_error):
            show("closed")
            pynet.set_immediate(lambda: show("later"))

        client = pynet.connect(empty)
        client.write("one", callback=lambda err: show("one"))
        client.write("two", callback=lambda err: show("two"))
        show("before")
        client.on("error", lambda err: show("error"))
        client.on("close", closed)

    nowhere(going)


run(main)
