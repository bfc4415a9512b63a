"""destroy() with an error during the lookup: it is that error, and the one of the lookup is gone."""

import pynet
from connecting import outgoing
from harness import run


def main():
    def lookup(hostname, options, callback):
        nonlocal answer_now
        answer_now = callback

    answer_now = None
    client = outgoing({"port": 80, "host": "some.name", "lookup": lookup})
    client.destroy(Exception("mine"))
    client.on("close", lambda had_error: pynet.set_immediate(answer_now, Exception("late")))


run(main)
