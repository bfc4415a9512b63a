"""The process-wide defaults: what they take, what is kept, and what raises."""

import pynet
from harness import attempt, run, trace


def main():
    trace("family", "initial", pynet.get_default_auto_select_family())
    families = {"false": False, "true": True, "number": 1, "text": "true", "undefined": None, "object": {}}
    for label, value in families.items():
        attempt("family", label, lambda value=value: pynet.set_default_auto_select_family(value))
        trace("family", label, pynet.get_default_auto_select_family())
    timeouts = {
        "10": 10,
        "1": 1,
        "9": 9,
        "11": 11,
        "largest": 2**31 - 1,
        "0": 0,
        "-1": -1,
        "too large": 2**31,
        "1.5": 1.5,
        "NaN": float("nan"),
        "text": "300",
        "undefined": None,
        "object": {},
        "300": 300,
    }
    for label, value in timeouts.items():
        attempt("timeout", label, lambda value=value: pynet.set_default_auto_select_family_attempt_timeout(value))
        trace("timeout", label, pynet.get_default_auto_select_family_attempt_timeout() % 500)


run(main)
