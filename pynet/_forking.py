"""Sockets, servers and bound sockets among the arguments of a Process that multiprocessing starts by fork.

The loop of a forked child cannot use the objects of its parent. So before the fork their descriptors are duplicated,
and in the child new objects take the places of the old ones, before Process.run() begins.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from types import FrameType
from typing import Any

from pynet import _handles, _pynet
from pynet._pynet import BoundSocket, Server, Socket

_DEPTH = 3  # the attributes of the Process; its args and kwargs; lists, tuples and dicts among those


def _find(value: Any, depth: int, found: dict[int, Any]) -> None:
    """Collects the handles in `value`, each once."""
    if isinstance(value, (Socket, Server, BoundSocket)):
        found[id(value)] = value
    elif depth > 0 and type(value) in (list, tuple, dict):
        for each in value.values() if isinstance(value, dict) else value:
            _find(each, depth - 1, found)


def _replaced(value: Any, depth: int, made: dict[int, Any]) -> Any:
    """The value with the new handles; lists and dicts are changed in place."""
    kind = type(value)
    if depth > 0 and kind is dict:
        for key, each in value.items():
            value[key] = _replaced(each, depth - 1, made)
    elif depth > 0 and kind is list:
        value[:] = [_replaced(each, depth - 1, made) for each in value]
    elif depth > 0 and kind is tuple:
        changed = tuple(_replaced(each, depth - 1, made) for each in value)
        return changed if any(new is not old for new, old in zip(changed, value, strict=True)) else value
    return made.get(id(value), value)


class _Start:
    """The handles of a Process that is being started."""

    def __init__(self, process: Any, handles: dict[int, Any]) -> None:
        self.process = process
        self.handles = handles  # by id(); they live at least as long as this
        self.lent: dict[int, _handles.Lent] = {}
        self.turn = _pynet.turn()  # nothing is read from the handles until they have been given away
        self.turn.__enter__()
        try:
            for key, handle in handles.items():
                with _handles.fork_lock:
                    self.lent[key] = _handles.lend(handle)
                self.lent[key].forked_by = threading.get_ident()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for lent in self.lent.values():
            lent.close()
        self.turn.__exit__(None, None, None)

    def in_parent(self) -> None:
        """A Socket moves, as by pickling; a Server or a BoundSocket stays open here as well."""
        for key, lent in self.lent.items():
            if isinstance(self.handles[key], Socket):
                lent.over()

    def in_child(self) -> None:
        """The objects are made when run() begins: what they start must come after multiprocessing has forgotten what
        its parent registered for the exit."""
        own = vars(self.process).get("run")

        def run() -> None:
            del self.process.run
            if own is not None:
                self.process.run = own
            self.rebuild()
            self.process.run()

        self.process.run = run

    def rebuild(self) -> None:
        made = {}
        try:
            for key, lent in self.lent.items():
                made[key] = _handles.rebuild(lent.kind, lent.about, [(fd, None) for fd, _path in lent.take_all()])
        except BaseException:
            for lent in self.lent.values():
                lent.close()
            raise
        _replaced(vars(self.process), _DEPTH, made)


_starts: dict[int, _Start] = {}  # by the thread that forks


def _refuse(launching: FrameType, error: BaseException) -> None:
    """Makes Process.start() raise: a hook of os.fork() cannot. The child ends at once; here the assignment of its pid,
    which is the first step after the fork, raises."""
    popen, pipes = launching.f_locals["self"], dict(launching.f_locals)  # of Popen._launch()
    kind: Any = type(popen)

    class Refused(kind):  # type: ignore[misc]
        def __setattr__(self, name: str, value: Any) -> None:
            if name == "pid" and value == 0:
                os._exit(1)
            object.__setattr__(self, "__class__", kind)
            with contextlib.suppress(ChildProcessError):  # SIGCHLD is ignored
                os.waitpid(value, 0)
            for end in ("parent_r", "parent_w", "child_r", "child_w"):
                os.close(pipes[end])
            raise error

    popen.__class__ = Refused


def before(launching: FrameType) -> None:
    """multiprocessing will fork now, in this frame."""
    process = launching.f_locals["process_obj"]
    try:
        handles: dict[int, Any] = {}
        _find(vars(process), _DEPTH, handles)
        if handles:
            _starts[threading.get_ident()] = _Start(process, handles)
    except BaseException as error:
        _refuse(launching, error)


def _after_in_parent() -> None:
    start = _starts.pop(threading.get_ident(), None)
    if start is not None:
        try:
            start.in_parent()
        finally:
            start.close()


def _after_in_child() -> None:
    start = _starts.pop(threading.get_ident(), None)
    _starts.clear()
    if start is not None:
        start.in_child()


if sys.platform != "win32":
    os.register_at_fork(after_in_parent=_after_in_parent, after_in_child=_after_in_child)
