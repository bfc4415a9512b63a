"""Who waits when the interpreter exits: everything has been closed then, and they are woken to find that out.

pynet imports this before the C module: what is registered first runs last, after the C module has closed everything.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable

blocked: set[Callable[[], object]] = set()
"""What wakes each thread and each task that waits now."""


def _wake_all() -> None:
    while blocked:
        blocked.pop()()


atexit.register(_wake_all)
os.register_at_fork(after_in_child=blocked.clear)  # their threads are the parent's
