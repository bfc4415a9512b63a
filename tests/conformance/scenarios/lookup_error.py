"""A lookup function that gives an error: 'lookup' with it, 'error', 'close'."""

import pynet
from connecting import outgoing, states, tried
from harness import run, trace


def main():
    def failing(hostname, options, callback):
        pynet.set_immediate(callback, Exception("no such name"))

    for who, auto in ("Cfalse", False), ("Ctrue", True):
        client = outgoing({"port": 80, "host": "some.name", "lookup": failing, "auto_select_family": auto}, who)
        states(client, who, "lookup error close")
        client.on("close", lambda had_error, client=client, who=who: trace(who, "tried", tried(client)))


run(main)
