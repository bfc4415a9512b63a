"""Every kind of value as the option signal of Socket(), connect() and listen()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "undefined": None,
        "a signal": pynet.AbortController().signal,
        "number": 5,
        "text": "x",
        "object": {},
        "controller": pynet.AbortController(),
        "class": pynet.AbortSignal,
    }
    table("Socket", rows, lambda signal: pynet.Socket({"signal": signal}))
    table("connect", rows, lambda signal: pynet.connect({"port": 80, "host": "127.0.0.1", "signal": signal}))
    table("listen", rows, lambda signal: pynet.create_server().listen({"port": 0, "signal": signal}))


run(main)
