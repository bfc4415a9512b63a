"""What the C module needs of the standard library; it calls this (csrc/py/state.h: PN_RUN).

The C module imports it while it is made itself, so nothing here imports pynet. At the interpreter's exit an import may
fail: what is needed then is imported here.
"""

from __future__ import annotations

import contextlib
import sys
from collections import namedtuple
from collections.abc import Callable
from typing import Any

AddressInfo = namedtuple("AddressInfo", "address port family", module="pynet")
AbortEvent = namedtuple("AbortEvent", "type target", module="pynet")

# --- multiprocessing ---


def register_exit(at_exit: Callable[[], object]) -> None:
    """A child of multiprocessing leaves without atexit; its own finalizers run."""
    process: Any = sys.modules.get("multiprocessing.process")
    util: Any = sys.modules.get("multiprocessing.util")
    with contextlib.suppress(Exception):
        if process is not None and util is not None and process.parent_process() is not None:
            util.Finalize(None, at_exit, exitpriority=0)
