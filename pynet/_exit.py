"""What waits now: threads, tasks and futures. When run() returns and one of them waits, the background loop starts.

At the interpreter's exit they are woken, so that their waits raise. pynet imports this before the C module. atexit runs
first what was registered last, so the C module has closed everything when _wake_all() runs.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from collections.abc import Callable
from types import FrameType

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
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


_main: list[FrameType] = []
"""The outermost frame of the main thread: how it ended is how the script ended."""


def _note_main() -> None:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
    # Another frame belongs to a program that embeds Python: its locals must not live longer for us.
    if frame is not None and frame.f_code.co_name in ("<module>", "_run_module_as_main"):
        _main.append(frame)


def ended_by_itself() -> bool:
    """Whether the script has reached its end: without sys.exit(), an exception or Ctrl-C. Called at exit.

    The frame tells it, by the instruction at which it ended; nothing else does after a SystemExit.
    """
    if os.environ.get("PYNET_NO_EXIT_NOTICE") or not _main:
        return False
    import opcode

    code = _main[0].f_code.co_code
    return opcode.opname[code[_main[0].f_lasti]] in ("RETURN_VALUE", "RETURN_CONST")


def _wake_all() -> None:
    _main.clear()
    while blocked:
        blocked.pop()()


_note_main()
atexit.register(_wake_all)
# Those threads exist only in the parent.
if sys.platform != "win32":
    os.register_at_fork(after_in_child=blocked.clear)
    os.register_at_fork(after_in_child=pending.clear)
