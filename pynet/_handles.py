"""Handles that travel between processes: what is sent beside their descriptor, and the objects that arrive."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    from pynet import Socket

MESSAGE = 0


def received(sock: Socket, kind: int, message: bytes, fd: int) -> tuple[object, bytes] | Exception:
    """The arguments of `handle`, from a frame; it takes over `fd`. An exception that is returned concerns the handle only."""
    if fd >= 0:
        os.close(fd)
    return None, message
