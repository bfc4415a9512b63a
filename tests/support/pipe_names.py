"""On Windows a path to listen at is the name of a pipe."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

_numbers = itertools.count(1)


class PipeFolder(type(Path())):  # type: ignore[misc]
    """A folder in which the names that end in .sock are named pipes: folder / "s.sock" is the same pipe each time, and
    another one than that of any other folder."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._number = next(_numbers)

    def with_segments(self, *parts):
        return Path(*parts)

    def __truediv__(self, name):
        if str(name).endswith(".sock"):
            return Path(rf"\\.\pipe\pynet-{os.getpid()}-{self._number}-{name}")
        return Path(self) / name
