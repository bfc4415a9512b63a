"""What the C module needs of the standard library; it calls this (csrc/py/state.h: PN_RUN).

The C module imports it while it is made itself, so nothing here imports pynet. At the interpreter's exit an import may
fail: what is needed then is imported here.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import namedtuple
from collections.abc import Callable
from functools import partial
from typing import Any

AddressInfo = namedtuple("AddressInfo", "address port family", module="pynet")
AbortEvent = namedtuple("AbortEvent", "type target", module="pynet")

# --- reports ---
# Each gives (where, call). The C module makes the call, so that no frame of pynet stands in tracebacks and log records.


def thread_report(exc: BaseException, thread: threading.Thread | None) -> tuple[object, Callable[[], object]]:
    """To threading.excepthook."""
    hook = threading.excepthook
    args = threading.ExceptHookArgs((type(exc), exc, exc.__traceback__, thread))
    return hook, partial(hook, args)


def log_report(exc: BaseException) -> tuple[object, Callable[[], object]]:
    """To the logger "pynet"."""
    import logging

    logger = logging.getLogger("pynet")
    return logger, partial(logger.error, "uncaught exception in a listener", exc_info=exc)


# --- multiprocessing ---


def register_exit(at_exit: Callable[[], object]) -> None:
    """A child of multiprocessing leaves without atexit; its own finalizers run."""
    process: Any = sys.modules.get("multiprocessing.process")
    util: Any = sys.modules.get("multiprocessing.util")
    with contextlib.suppress(Exception):
        if process is not None and util is not None and process.parent_process() is not None:
            util.Finalize(None, at_exit, exitpriority=0)
