"""What a server does for threads and asyncio: shutdown(), and iteration over its connections.

The C module (csrc/py/server/server_shutdown.c, server_iterate.c) does what must be one step; here are the future, the
timer and the iterator.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent import futures
from typing import Any

from pynet import _private, _pynet
from pynet._awaitable import refuse_under_asyncio
from pynet._exit import pending
from pynet._reading import END, Loop, Waiters
from pynet._support import seconds_of, timer_ms
from pynet._waiting import Future, _Link

__all__ = ["ServerIterator", "Shutdown", "iterate_server", "iterate_server_async", "shutdown"]

_without_events = _pynet.EventEmitter()

# --- shutdown ---


class Shutdown(Future[int]):
    """What Server.shutdown() returns; the server keeps it, so that each call returns the same one.

    It cannot be cancelled: several callers may wait for it, and connections that were ended stay ended.
    """

    __module__ = "pynet"

    def __init__(self, server: _pynet.Server) -> None:
        # A Future without listeners: the C module calls _finish().
        futures.Future.__init__(self)
        self._emitter: _pynet.EventEmitter = server
        self._event = "close"
        self._link = _Link(self)
        self._listeners = deque()
        self._deadline = float("inf")
        self._timers: deque[_pynet.Timeout] = deque()
        self.set_running_or_notify_cancel()
        pending.add(self)

    def _call_text(self) -> str:
        return "server.shutdown()"

    def _look(self) -> bool:
        _private.reached(self._emitter, self._event)  # raises in a forked child and at exit
        return self.done()

    def _within(self, seconds: float) -> None:
        """Destroys what is open after so many seconds; an earlier, shorter limit still counts."""
        deadline = time.monotonic() + seconds
        if deadline >= self._deadline:
            return
        self._deadline = deadline
        self._wait_until(deadline)

    def _wait_until(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            server = self._emitter
            if isinstance(server, _pynet.Server):
                _private.destroy_draining(server)
            return
        self._timers.append(_pynet.set_timeout(self._wait_until, timer_ms(left), deadline))
        if self.done():  # it was finished while the timer was made
            self._stop_timers()

    def _stop_timers(self) -> None:
        while self._timers:
            _pynet.clear_timeout(self._timers.popleft())

    def _finish(self, destroyed: int) -> None:
        self._settle((destroyed,))
        self._stop_timers()
        self._emitter = _without_events  # the server keeps this future


def shutdown(server: _pynet.Server, timeout: float | None = None, *, drain: bool = False) -> Future[int]:
    """Server.shutdown()."""
    seconds = seconds_of(timeout)
    future: Shutdown = _private.shut_down(server, Shutdown(server), drain)
    if seconds is not None:
        future._within(seconds)
    return future


# --- iteration ---


class ServerIterator(Loop):
    """The connections of a server, for `for` and `async for`.

    It takes connections from its creation to the end, to close(), or to the end of its last reference, as after a `for`
    that is left early. `with` closes it.
    """

    __slots__ = ("_open", "_waiters", "server")

    _what = "a loop over a server"
    _instead = "async for sock in server"

    def __init__(self, server: _pynet.Server) -> None:
        super().__init__()
        self._waiters = Waiters()
        self.server = server
        self._open: list[bool] = []
        _private.iter_open(server)
        self._open.append(True)
        waiters = self._waiters
        _private.listen(server, "error", waiters._on_error)
        _private.listen(server, _private.server_changed, waiters._wake)

    def __next__(self) -> _pynet.Socket:
        socket = self._attempt()
        if socket is None:
            self._refuse()
            socket = self._waiters.wait(self._attempt, None, self._what)
        if socket is END:
            raise StopIteration
        return socket  # type: ignore[no-any-return]

    async def __anext__(self) -> _pynet.Socket:
        socket = self._attempt()
        if socket is None:
            socket = await self._waiters.wait_async(self._attempt, None, self._what)
        if socket is END:
            raise StopAsyncIteration
        return socket  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the iteration. The last iterator to close destroys the connections that were accepted but not taken."""
        try:
            self._open.pop()
        except IndexError:  # closed already, perhaps by another thread
            return
        self._done = True
        waiters = self._waiters
        _private.unlisten(self.server, "error", waiters._on_error)
        _private.unlisten(self.server, _private.server_changed, waiters._wake)
        _private.iter_close(self.server)
        waiters._wake()

    def _of(self) -> object:
        return self.server

    def _attempt(self) -> Any:
        if self._done:
            return END
        try:
            sock = _private.iter_next(self.server)
            if sock:
                return sock
            error = self._waiters.error or _private.failure(self.server)
            if error is not None:
                raise error
        except BaseException:
            self.close()
            raise
        if sock is None:
            return None
        self.close()
        return END


def iterate_server(server: _pynet.Server, /) -> ServerIterator:
    """Server.__iter__()."""
    _private.check_blocking(ServerIterator._what)
    refuse_under_asyncio(ServerIterator._what, ServerIterator._instead)
    return ServerIterator(server)


def iterate_server_async(server: _pynet.Server, /) -> ServerIterator:
    """Server.__aiter__()."""
    return ServerIterator(server)
