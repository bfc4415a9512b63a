"""Wrong arguments of connect() raise at once."""

import pynet
from harness import attempt, run


def main():
    attempt("main", "no port", lambda: pynet.connect({"host": "127.0.0.1"}))
    attempt("main", "empty options", lambda: pynet.connect({}))
    attempt("main", "port 65536", lambda: pynet.connect(65536, "127.0.0.1"))
    attempt("main", "port -1", lambda: pynet.connect({"port": -1}))
    attempt("main", "port 1.5", lambda: pynet.connect({"port": 1.5}))
    attempt("main", "port text", lambda: pynet.connect({"port": "http"}))
    attempt("main", "port true", lambda: pynet.connect({"port": True}))
    attempt("main", "host 5", lambda: pynet.connect({"port": 80, "host": 5}))
    attempt("main", "path 5", lambda: pynet.connect({"path": 5}))


run(main)
