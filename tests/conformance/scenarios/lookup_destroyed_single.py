"""destroy() during the lookup of one address, which is answered later."""

import pynet
from connecting import outgoing
from harness import run, state, trace


def main():
    def lookup(hostname, options, callback):
        nonlocal answer_now
        answer_now = callback

    def answering():
        answer_now(None, "127.0.0.1", 4)
        trace("C", "after answer", state(client))

    answer_now = None
    client = outgoing({"port": 80, "host": "some.name", "auto_select_family": False, "lookup": lookup})
    client.destroy()
    trace("C", "after destroy", state(client))
    client.on("close", lambda had_error: pynet.set_immediate(answering))


run(main)
