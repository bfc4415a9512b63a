"""write() on a socket that was never connected, then destroy() in one step."""

import pynet
from harness import answer, record, run, trace


def main():
    client = pynet.Socket()
    record(client, "C", "error")
    client.on("close", lambda had_error: trace("C", "close", client.errored))
    client.write("one", callback=answer("C", "one"))
    client.destroy()
    client.write("two", callback=answer("C", "two"))


run(main)
