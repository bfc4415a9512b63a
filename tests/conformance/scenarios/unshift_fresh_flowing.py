"""unshift() on a socket that was never connected, with a 'data' listener."""

import pynet
from harness import run, trace


def main():
    client = pynet.Socket()
    client.on("data", lambda chunk: trace("C", "data", chunk))
    client.on("resume", lambda: trace("C", "resume"))
    trace("C", "unshift", client.unshift("back"), client.readable_length)
    pynet.next_tick(lambda: trace("C", "tick", client.readable_length))


run(main)
