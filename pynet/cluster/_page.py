"""The page of memory that the primary shares with its workers: for each worker how many connections it has, and when
its loop has run last. csrc/uvio/brake.h describes its layout; the C module counts the connections.
"""

from __future__ import annotations

import mmap
import os
import struct
import sys
import tempfile
import time

__all__ = ["SLOTS", "Page", "open_page"]

SLOTS = 1024
SLOT = 64
_state = struct.Struct("=II")  # PN_SLOT_*: unused or live; connections
_stamp = struct.Struct("=Q")  # CLOCK_MONOTONIC, ns
_STAMP_AT = 8


def open_page() -> int:
    """A new descriptor of memory for SLOTS workers."""
    if sys.platform != "win32" and hasattr(os, "memfd_create"):
        fd = os.memfd_create("pynet-cluster", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, SLOTS * SLOT)
    return fd


class Page:
    """The memory, as Python sees it. It keeps the descriptor `fd` open, and closes it at its end."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._memory = mmap.mmap(fd, SLOTS * SLOT)

    def take(self, slot: int) -> None:
        """A worker gets the slot."""
        _state.pack_into(self._memory, slot * SLOT, 1, 0)
        self.stamp(slot)

    def free(self, slot: int) -> None:
        _state.pack_into(self._memory, slot * SLOT, 0, 0)

    def connections(self, slot: int) -> int:
        count: int = _state.unpack_from(self._memory, slot * SLOT)[1]
        return count

    def stamp(self, slot: int) -> None:
        """The loop of the worker runs now."""
        _stamp.pack_into(self._memory, slot * SLOT + _STAMP_AT, time.monotonic_ns())

    def age(self, slot: int) -> float:
        """For how many seconds the loop of the worker has not run."""
        then: int = _stamp.unpack_from(self._memory, slot * SLOT + _STAMP_AT)[0]
        return (time.monotonic_ns() - then) / 1e9

    def close(self) -> None:
        self._memory.close()
        os.close(self.fd)
