"""Wakes threads and tasks that still wait when the interpreter exits, so that their waits raise.

pynet imports this before the C module. atexit runs first what was registered last, so the C module has closed
everything when _wake_all() runs.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable

blocked: set[Callable[[], object]] = set()
"""For each thread and each task that waits now, the function that wakes it."""


def wake_all() -> None:
    """Wakes all of them to look again. The C module calls it when an internal listener has failed to (rewake.c)."""
    for wake in tuple(blocked):
        wake()


def _wake_all() -> None:
    while blocked:
        blocked.pop()()


atexit.register(_wake_all)
os.register_at_fork(after_in_child=blocked.clear)  # those threads exist only in the parent
