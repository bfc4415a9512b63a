"""What the primary listens on for its workers.

A Share is one place that workers have asked for: a hidden Server, which binds and listens but accepts nothing, or hands
each accepted descriptor to a worker ("rr"). It lives while a worker uses it. Its key tells which requests mean the same
place: the n-th listen() of each worker on the same address.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pynet import _private, _pynet

if TYPE_CHECKING:
    from pynet.cluster._primary import PrimaryWorker

__all__ = ["Share", "Shares", "error_as_json"]

_Answer = Callable[[list[int], Any], None]


def error_as_json(error: BaseException) -> dict[str, Any]:
    """The error of listen(), for the worker: its syscall is bind, as in Node's cluster."""
    values = {name: getattr(error, name, None) for name in ("code", "errno", "address", "port")}
    if values["code"] is None or values["address"] is None:
        return {**values, "message": str(error)}
    port = f":{values['port']}" if (values["port"] or -1) > 0 else ""  # -1: a path
    return {**values, "message": f"bind {values['code']} {values['address']}{port}"}


def _place(kind: str, where: str | None, port: int = 0, family: int = 0) -> str | int | tuple[str, int]:
    """What listen() takes, from what a worker has asked for; the address None means all."""
    if kind == "path":
        return where or ""
    return port if where is None else (where, port)


class Share:
    """A listening server of the primary, and the workers that use it."""

    def __init__(self, key: str, scheduling: str, gone: Callable[[Share], None]) -> None:
        self.key = key
        self.scheduling = scheduling
        self.server = _pynet.Server()
        self.server.unref()
        self.users: dict[PrimaryWorker, set[int]] = {}
        """The workers, with the numbers of their servers."""
        self._gone = gone
        self._closed = False
        self._waiting: list[_Answer] = []
        self._round = RoundRobin(self) if scheduling == "rr" else None

    def begin(self, places: list[Any], options: Mapping[str, Any], answer: _Answer) -> None:
        """Listens. A failure is answered to all that wait, and is forgotten: the next request tries again."""
        self._waiting.append(answer)
        _private.server_share(self.server, self._round.accepted if self._round is not None else None)
        self.server.once("error", self._failed)
        self.server.once("listening", self._listens)
        given = {name: value for name, value in options.items() if value is not None}
        if self.scheduling == "reuse_port" and all(place[0] == "tcp" for place in places):
            given["reuse_port"] = True
        self.server.listen([_place(*place) for place in places], **given)

    def join(self, answer: _Answer) -> None:
        if self.server.listening:
            self._answer(answer)
        else:
            self._waiting.append(answer)

    def _answer(self, answer: _Answer) -> None:
        try:
            fds = _private.server_fds(self.server)
        except OSError as error:  # this process has no room for more descriptors
            answer([], error)
        else:
            answer(fds, None)

    def _listens(self) -> None:
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            self._answer(answer)
        if not self.users:
            self.close()

    def _failed(self, error: BaseException) -> None:
        self._gone(self)
        waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer([], error)

    def add(self, worker: PrimaryWorker, number: int) -> None:
        self.users.setdefault(worker, set()).add(number)

    def leave(self, worker: PrimaryWorker, number: int | None = None, *, died: bool = False) -> None:
        """A server of the worker, or all of them, use it no more. died: the worker answers for no connection."""
        numbers = self.users.get(worker, set())
        if number is not None:
            numbers.discard(number)
        if number is None or not numbers:
            self.users.pop(worker, None)
        if self._round is not None:
            self._round.left(worker, number, died)
        if not self.users:
            self.close()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._gone(self)
        self.server.close()
        if self._round is not None:
            self._round.close()

    # --- "rr" ---

    def accepting(self, worker: PrimaryWorker, number: int, accepts: bool) -> None:
        if self._round is not None:
            self._round.accepting(worker, number, accepts)

    def answered(self, worker: PrimaryWorker, taken: bool) -> None:
        if self._round is not None:
            self._round.answered(worker, taken)


def _duplicate(fd: int) -> int:
    try:
        return os.dup(fd)
    except OSError:
        return -1


class RoundRobin:
    """Hands accepted connections to the workers in turn; to each the next one after it has answered for the last.

    A duplicate of the descriptor is kept until the answer, so a connection goes to another worker when the first one
    dies. It is -1 when this process has no room for it: such a connection has only one chance. While no worker accepts,
    the server is paused: connections wait in the kernel's queue.
    """

    def __init__(self, share: Share) -> None:
        self._share = share
        self._queue: deque[tuple[int, int]] = deque()  # descriptors, with the places that accepted them
        self._free: deque[tuple[PrimaryWorker, int]] = deque()
        self._handed: dict[PrimaryWorker, tuple[int, int, int]] = {}  # duplicate, place, server in the worker
        self._paused = False

    def accepted(self, fd: int, index: int) -> None:
        self._queue.append((fd, index))
        self._hand()

    def _hand(self) -> None:
        while self._queue and self._free:
            worker, number = self._free.popleft()
            fd, index = self._queue.popleft()
            self._handed[worker] = (_duplicate(fd), index, number)
            worker._hand(self._share, number, index, fd)
        self._pace()

    def _pace(self) -> None:
        """Accepts while a worker can take what comes."""
        pause = bool(self._queue) or not (self._free or self._handed)
        if pause != self._paused and self._share.server.listening:
            self._paused = pause
            _private.server_accepting(self._share.server, not pause)

    def accepting(self, worker: PrimaryWorker, number: int, accepts: bool) -> None:
        entry = (worker, number)
        if not accepts:
            if entry in self._free:
                self._free.remove(entry)
        elif entry not in self._free and worker not in self._handed:
            self._free.append(entry)
        self._hand()

    def answered(self, worker: PrimaryWorker, taken: bool) -> None:
        if worker not in self._handed:  # all have left
            return
        fd, index, number = self._handed.pop(worker)
        if not taken:
            self._again(fd, index)
        else:
            if fd >= 0:
                os.close(fd)
            if number in self._share.users.get(worker, ()):
                self._free.append((worker, number))
        self._hand()

    def _again(self, fd: int, index: int) -> None:
        """Another worker gets the connection."""
        if fd >= 0:
            self._queue.appendleft((fd, index))

    def left(self, worker: PrimaryWorker, number: int | None, died: bool) -> None:
        self._free = deque(entry for entry in self._free if entry[0] is not worker or number not in (None, entry[1]))
        if died and worker in self._handed:
            fd, index, _ = self._handed.pop(worker)
            self._again(fd, index)
        self._hand()

    def close(self) -> None:
        for fd, _ in (*self._queue, *(entry[:2] for entry in self._handed.values())):
            if fd >= 0:
                os.close(fd)
        self._queue.clear()
        self._handed.clear()
        self._free.clear()


class Shares:
    """All shares of the primary, by their keys."""

    def __init__(self) -> None:
        self._by_key: dict[str, Share] = {}

    def ask(
        self,
        worker: PrimaryWorker,
        number: int,
        key: str,
        places: list[Any],
        options: Mapping[str, Any],
        scheduling: str,
        answer: Callable[[Share, list[int], Any], None],
    ) -> None:
        if scheduling == "reuse_port" and all(place[0] == "tcp" for place in places):
            places = self._same_ports(key, places)
            key = f"{key} {worker.id}"
        share = self._by_key.get(key)
        new = share is None
        if share is None:
            share = self._by_key[key] = Share(key, scheduling, self._forget)
        share.add(worker, number)
        joined = share

        def answered(fds: list[int], error: Any) -> None:
            answer(joined, fds, error)
            if error is not None:
                joined.leave(worker, number)

        if new:
            share.begin(places, options, answered)
        else:
            share.join(answered)

    def _same_ports(self, key: str, places: list[Any]) -> list[Any]:
        """With "reuse_port" each worker has a share of its own; port 0 is one port for all."""
        for other, share in self._by_key.items():
            if other.rpartition(" ")[0] == key and share.server.listening:
                ports = [getattr(address, "port", 0) for address in share.server.addresses]
                return [[*place[:2], port, *place[3:]] for place, port in zip(places, ports, strict=True)]
        return places

    def _forget(self, share: Share) -> None:
        if self._by_key.get(share.key) is share:
            del self._by_key[share.key]

    def leave(self, worker: PrimaryWorker, *, died: bool) -> None:
        for share in list(self._by_key.values()):
            share.leave(worker, died=died)
