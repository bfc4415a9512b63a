"""BoundSocket with a path: the file is there at once and gone after close(); what cannot be bound raises."""

import os
from pathlib import Path

import pynet
from harness import attempt, run, trace


def main():
    bound = pynet.BoundSocket(path="b.sock")
    trace("main", "bound", bound.address(), bound.is_pipe, os.path.exists("b.sock"))
    attempt("main", "again", lambda: pynet.BoundSocket(path="b.sock"))
    bound.close()
    trace("main", "closed", bound.is_pipe, os.path.exists("b.sock"))
    Path("file").touch()
    for path in ("file", "nowhere/b.sock", "x" * 120, "a\0b"):
        attempt("main", str(len(path)), lambda path=path: pynet.BoundSocket(path=path))
    trace("main", "file", os.path.exists("file"))
    name = f"\0bound-path-{os.getpid()}"
    hidden = pynet.BoundSocket(path=name)
    trace("main", "abstract", hidden.is_pipe, hidden.address() == name)
    hidden.close()


run(main)
