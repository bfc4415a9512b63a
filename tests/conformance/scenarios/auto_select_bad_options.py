"""Wrong values of the options of automatic selection raise at once."""

import pynet
from harness import attempt, run


def main():
    def lookup(hostname, options, callback):
        callback(Exception("enough"))

    given = {"port": 80, "host": "some.name", "lookup": lookup}
    for value in 1, "true", {}:
        attempt("main", "on", lambda value=value: pynet.connect({**given, "auto_select_family": value}))
    for value in 0, -1, 1.5, "5", {}, True, 2147483648:
        options = {**given, "auto_select_family_attempt_timeout": value}
        attempt("main", "time", lambda options=options: pynet.connect(options))


run(main)
