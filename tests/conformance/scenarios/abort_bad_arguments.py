"""Wrong arguments of AbortSignal.timeout(), any() and of the listeners."""

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "below 0": -1,
        "text": "5",
        "nothing": None,
        "a list": [],
        "1.5": 1.5,
        "NaN": float("nan"),
        "infinite": float("inf"),
    }
    table("timeout", rows, lambda ms: pynet.AbortSignal.timeout(ms))
    rows = {
        "number": 5,
        "nothing": None,
        "numbers": [5],
        "a signal and text": [pynet.AbortSignal.abort(), "x"],
        "controller": [pynet.AbortController()],
    }
    table("any", rows, lambda signals: pynet.AbortSignal.any(signals))


run(main)
