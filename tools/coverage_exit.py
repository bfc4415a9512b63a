"""Python runs this first in all processes of `make coverage`, as sitecustomize: os._exit() writes the counters too."""

import ctypes
import os
import sys

leave = os._exit


def _exit(status: int) -> None:
    if sys.platform == "linux" and (module := sys.modules.get("pynet._pynet")) is not None:
        ctypes.PyDLL(module.__file__).__gcov_dump()
    leave(status)


os._exit = _exit
