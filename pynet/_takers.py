"""The futures that wait for a connection of a server: once(server, "connection"), wait("connection")."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from functools import partial
from typing import Any

from pynet import _private, _pynet

__all__ = ["Takers"]


class Takers:
    """The futures that wait for a connection of one server, oldest first. Each connection wakes one of them."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: OrderedDict[int, weakref.ref[Any]] = OrderedDict()

    @classmethod
    def of(cls, server: _pynet.Server) -> Takers:
        key = id(server)  # a subclass may have a hash of its own, or none
        entry = _takers.get(key)
        if entry is not None:
            return entry[1]
        takers = cls()
        # Before it can be found: a future that finds it must be woken.
        _private.listen(server, _private.server_changed, takers._wake)
        found = _takers.setdefault(key, (weakref.ref(server, partial(_forget_takers, key)), takers))[1]
        if found is not takers:  # another thread has made one meanwhile
            _private.unlisten(server, _private.server_changed, takers._wake)
        return found

    def add(self, future: Any) -> None:
        self._waiting[id(future)] = weakref.ref(future)

    @staticmethod
    def remove(server: _pynet.Server, future: Any) -> None:
        entry = _takers.get(id(server))
        if entry is not None:
            entry[1]._waiting.pop(id(future), None)

    def _wake(self) -> None:
        """There is a connection, or the server has closed: futures look until one of them has found nothing."""
        while self._waiting:
            try:
                key = next(iter(self._waiting))
                future = self._waiting[key]()
            except (KeyError, RuntimeError, StopIteration):  # another thread changes it
                continue
            if future is None or future.done():
                self._waiting.pop(key, None)
            elif not future._look():
                return


_takers: dict[int, tuple[weakref.ref[_pynet.Server], Takers]] = {}


def _forget_takers(key: int, server: weakref.ref[_pynet.Server]) -> None:
    entry = _takers.get(key)
    if entry is not None and entry[0] is server:
        _takers.pop(key, None)
