"""The defaults of the process: what they take, and what they become."""

import pynet
from harness import attempt, run, trace


def main():
    attempt("main", "family 1", lambda: pynet.set_default_auto_select_family(1))
    attempt("main", "family null", lambda: pynet.set_default_auto_select_family(None))
    attempt("main", "family text", lambda: pynet.set_default_auto_select_family("true"))
    trace("main", "family", pynet.get_default_auto_select_family())
    timeouts = 1, 9, 10, 11, 0, -1, 1.5, ("text", "20"), ("null", None), ("true", True), 2147483647, 2147483648
    for value in timeouts:
        label, value = value if isinstance(value, tuple) else (str(value), value)
        attempt("main", f"timeout {label}", lambda ms=value: pynet.set_default_auto_select_family_attempt_timeout(ms))
        if label != "0":
            trace("main", "now", pynet.get_default_auto_select_family_attempt_timeout())


run(main)
