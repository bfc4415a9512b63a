"""Every kind of value as the options autoSelectFamily and autoSelectFamilyAttemptTimeout of connect()."""

import pynet
from harness import run
from tables import table


def main():
    families = {
        "undefined": None,
        "true": True,
        "false": False,
        "number": 1,
        "text": "true",
        "object": {},
    }
    table(
        "autoSelectFamily",
        families,
        lambda value: pynet.connect({"port": 80, "host": "localhost", "auto_select_family": value}),
    )
    timeouts = {
        "undefined": None,
        "1": 1,
        "9": 9,
        "10": 10,
        "largest": 2**31 - 1,
        "0": 0,
        "-1": -1,
        "too large": 2**31,
        "1.5": 1.5,
        "NaN": float("nan"),
        "infinite": float("inf"),
        "text": "5",
        "object": {},
    }
    table(
        "autoSelectFamilyAttemptTimeout",
        timeouts,
        lambda ms: pynet.connect({"port": 80, "host": "localhost", "auto_select_family_attempt_timeout": ms}),
    )


run(main)
