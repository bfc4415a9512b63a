"""What waits now: threads, tasks and futures. When run() returns and one of them waits, the background loop starts.

At the interpreter's exit they are woken, so that their waits raise. pynet imports this before the C module. atexit runs
first what was registered last, so the C module has closed everything when _wake_all() runs.
"""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Callable
from typing import Any

blocked: set[Callable[[], object]] = set()
"""For each thread and each task that waits now, the function that wakes it."""

pending: weakref.WeakSet[Any] = weakref.WeakSet()
"""The futures of once() and the like without a result: others may wait for them, such as concurrent.futures.wait()."""


def wake_waiters() -> None:
    """All that waits looks at its state again. The C module calls it when no thread can drive the loop, so that each
    wait raises, and when an internal listener has failed to wake its wait (rewake.c)."""
    for wake in [*blocked, *(future._wake for future in pending)]:
        wake()


def _wake_all() -> None:
    while blocked:
        blocked.pop()()


atexit.register(_wake_all)
# Those threads exist only in the parent.
os.register_at_fork(after_in_child=blocked.clear)
os.register_at_fork(after_in_child=pending.clear)
