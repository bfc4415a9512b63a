"""The libraries whose loops drive pynet's. `make test` installs them where pip has a wheel."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys

import pytest

# The package of a module, and the first Python that it has no wheel for (None: all have one).
_PACKAGES = {
    "trio": ("trio", None),
    "uvloop": ("uvloop", (3, 15)),
    "PySide6": ("PySide6-Essentials", (3, 16)),
}


def has_wheel(module: str, version: tuple[int, ...] = sys.version_info[:2], libc: str | None = None) -> bool:
    """Whether pip can install it for this Python. Qt's wheels need glibc 2.34."""
    too_new = _PACKAGES[module][1]
    if too_new is not None and version >= too_new:
        return False
    if module != "PySide6":
        return True
    name, _, number = (platform.libc_ver()[0] + " " + platform.libc_ver()[1] if libc is None else libc).partition(" ")
    return name == "glibc" and tuple(map(int, number.split("."))) >= (2, 34)


def require(module: str) -> None:
    """Skips the test if the module is not installed and cannot be; fails, with the line to type, if it only is not."""
    if module == "asyncio" or importlib.util.find_spec(module) is not None:
        return
    package = _PACKAGES[module][0]
    if sys.platform == "win32":
        pytest.skip(f"not on Windows: {package} is installed on Linux only")
    if not has_wheel(module):
        pytest.skip(f"{package} has no wheel for this Python")
    python = os.path.relpath(sys.executable)
    pytest.fail(f"{package} is not installed: {python} -m pip install {package}", pytrace=False)
