"""Pickling sockets, servers and bound sockets for another process, by the ways of multiprocessing."""

from __future__ import annotations

import sys
import weakref
from multiprocessing import context, reduction
from typing import Any

from pynet import _handles, _private, _pynet

_LOOK_AGAIN = 5  # ms


def _close_when_started(popen: Any, lent: _handles.Lent) -> None:
    """Closes its descriptors when the child has its own, or will never be started."""
    reference = weakref.ref(popen)
    del popen

    def look() -> None:
        starting = reference()
        if starting is not None and getattr(starting, "pid", None) is None:
            _pynet.set_timeout(look, _LOOK_AGAIN).unref()
            return
        lent.close()

    _pynet.set_timeout(look, _LOOK_AGAIN).unref()


def _rebuild(kind: int, about: list[Any], descriptors: list[tuple[Any, Any]]) -> object:
    return _handles.rebuild(kind, about, [(each.detach(), path) for each, path in descriptors])


def reduce(handle: Any) -> tuple[Any, ...]:
    """A Socket moves to the other process: two processes that read one connection would each get a part of its data. A
    Server or a BoundSocket stays open here as well, and its file belongs to this process."""
    if sys.platform == "win32":
        _private.unavailable("handles of multiprocessing")
    moves = isinstance(handle, _pynet.Socket)
    with _pynet.turn(), _handles.fork_lock:
        lent = _handles.lend(handle)
        popen = context.get_spawning_popen()
        try:
            wrapped = [(reduction.DupFd(fd), None) for fd, _path in lent.descriptors]
        except BaseException:
            lent.close()
            raise
        if popen is not None:
            _close_when_started(popen, lent)
        else:  # the thread of multiprocessing that hands them out has duplicates
            lent.close()
        if moves:
            lent.over()
    return _rebuild, (lent.kind, lent.about, wrapped)
