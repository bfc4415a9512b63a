"""The iterators over a socket, the rare cases of reading (errors, ends, unusual arguments), and how a loop waits.

The reads themselves are in C (csrc/py/stream/read_slot.c, read_loop.c). Data stays in the socket until it is returned.
So a timeout, an error, or an iteration that is left early loses no data.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Self

from pynet import _private, _pynet
from pynet._awaitable import refuse_under_asyncio
from pynet._exit import blocked
from pynet._support import (
    as_error,
    check_size,
    coded,
    peer_of,
    premature_close,
    seconds_of,
    wake_later,
    what_it_died_of,
)

DEFAULT_MAX = 65536
END: Any = object()  # instead of a chunk


class IncompleteReadError(_pynet.NetError, EOFError):
    """The peer ended before read_exactly() or read_until() had all its data.

    `partial` is the data that came, which stays in the socket. `expected` is the n of read_exactly(), or None after
    read_until().
    """

    __module__ = "pynet"

    def __init__(self, partial: bytes | str, expected: int | None, socket: _pynet.Socket | None = None) -> None:
        unit = "characters" if isinstance(partial, str) else "bytes"
        wanted = f"{unit}, before the separator" if expected is None else f"of {expected} {unit}"
        address, port, place = peer_of(socket)
        super().__init__(f"The peer ended after {len(partial)} {wanted}{place}")
        if address is not None:
            self.address, self.port = address, port
        self.code = "ERR_INCOMPLETE_READ"
        self.partial = partial
        self.expected = expected

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.partial, self.expected), {**self.__dict__, "args": self.args}


# --- waiting for something to read ---


class Waiters:
    """The waiters that are woken when there may be new data or a new connection, and the error that has occurred."""

    __slots__ = ("_wakers", "error")

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self._wakers: deque[Callable[[], object]] = deque()

    def _wake(self, *args: object) -> None:
        with contextlib.suppress(IndexError):  # empty: another thread may have popped the last one
            # Only those that wait now: one that is awake may add itself again meanwhile.
            for _ in range(len(self._wakers)):
                waker = self._wakers.popleft()
                try:
                    waker()
                except BaseException:  # without memory: the next _wake() tries again
                    self._wakers.appendleft(waker)
                    raise

    def _forget(self, waker: Callable[[], object]) -> None:
        """Removes a waiter that has its result, or waits no longer."""
        with contextlib.suppress(ValueError, IndexError):  # removed already; or another thread changes the deque
            self._wakers.remove(waker)

    def _on_error(self, *args: object) -> None:
        self.error = as_error(args)
        self._wake()

    def wait(self, attempt: Callable[[], Any], seconds: float | None, what: str) -> Any:
        """Blocks until attempt() does not return None, and returns its result."""
        _private.check_blocking(what)
        deadline = None if seconds is None else time.monotonic() + seconds
        asleep = threading.Lock()
        asleep.acquire()
        wake = partial(self._wake)  # a new object: several may wait
        blocked.add(wake)
        try:
            while True:
                self._wakers.append(asleep.release)  # before the attempt, so that what comes after it wakes
                item = attempt()
                if item is not None:
                    return item
                _private.need_driver(None)
                left = -1 if deadline is None else max(0.0, deadline - time.monotonic())
                if not asleep.acquire(timeout=left):
                    raise TimeoutError(f"{what} has waited for {seconds} seconds")
        finally:
            self._forget(asleep.release)
            blocked.discard(wake)

    async def wait_async(self, attempt: Callable[[], Any], seconds: float | None, what: str) -> Any:
        """wait() under asyncio."""
        import asyncio

        _private.check_awaiting(what)
        loop = asyncio.get_running_loop()
        wake = partial(self._wake)  # a new object: several may wait
        blocked.add(wake)
        waker: Callable[[], object] = wake
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                while True:
                    waiter: asyncio.Future[None] = loop.create_future()
                    waker = partial(wake_later, loop, waiter)
                    self._wakers.append(waker)
                    item = attempt()
                    if item is not None:
                        return item
                    _private.need_driver(None)
                    await waiter
        except TimeoutError:
            if limit.expired():
                raise TimeoutError(f"{what} has waited for {seconds} seconds") from None
            raise
        finally:
            self._forget(waker)
            blocked.discard(wake)


# --- iteration ---


class Loop:
    """The object that `for` and `async for` use: an iterator, an async iterator and a context manager."""

    __slots__ = ("__weakref__", "_done")

    _what = "a loop"
    _instead = "async for"

    def __init__(self) -> None:
        self._done = False

    def __iter__(self) -> Self:
        _private.check_blocking(self._what)
        self._refuse()
        return self

    def __aiter__(self) -> Self:
        return self

    def close(self) -> None:
        """Ends the iteration."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """close(), by the name that async iterators have."""
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<pynet.{type(self).__name__} of {self._of()!r}{', ended' if self._done else ''}>"

    def __del__(self) -> None:
        # Raises when the interpreter exits, when this module may have no globals left, and no caller handles it.
        try:
            self.close()
        except Exception:
            pass

    def _of(self) -> object:
        """The object that it iterates over."""
        raise NotImplementedError

    def _refuse(self) -> None:
        """Raises where it would block an asyncio loop."""
        refuse_under_asyncio(self._what, self._instead)


class SocketIterator(Loop):
    """The chunks of a socket, for `for` and `async for`. Socket.iterator() returns one.

    It has listeners from the first chunk to the end, to close(), or to the end of its last reference, as after a `for`
    that is left early. `with` closes it.
    """

    __slots__ = ("_destroy", "_listening", "_seconds", "socket")

    _what = "a loop over a socket"
    _instead = "async for chunk in sock"

    def __init__(self, socket: _pynet.Socket, destroy_on_return: bool = False, timeout: float | None = None) -> None:
        self._seconds = seconds_of(timeout)
        super().__init__()
        self.socket = socket
        self._destroy = destroy_on_return
        self._listening = False

    def __next__(self) -> Any:
        if not self._listening:
            self._begin()
        return _private.loop_next(self, self.socket, self._seconds, self._done)

    def __anext__(self) -> Awaitable[Any]:
        if not self._listening:
            self._begin()
        return _private.loop_anext(self, self.socket, self._seconds, self._done)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Ends the iteration: removes the listeners, and destroys the socket if destroy_on_return."""
        if self._done:
            return
        self._done = True
        if self._destroy:
            self._destroy_socket()
        if self._listening:
            self._listening = False
            _private.loop_close(self.socket, self)

    def _of(self) -> object:
        return self.socket

    def _begin(self) -> None:
        if not self._done:
            _private.loop_open(self.socket)
            self._listening = True

    def _look(self, error: tuple[Any, ...]) -> bool:
        """For read_loop.c: there is no data, and the socket has ended. Returns True if the loop ends, or raises."""
        try:
            over = is_over(self.socket, as_error(error) if error else None)
        except BaseException:
            self._give_up(False)
            raise
        if over:
            self.close()
        return over

    def _give_up(self, connected_again: bool) -> None:
        """For read_loop.c: ends the iteration, since the loop raises."""
        self._destroy = not connected_again
        self.close()

    def _destroy_socket(self) -> None:
        socket = self.socket
        if socket.destroyed:
            return
        if socket.readable or socket.writable:
            _private.hear_errors(socket, _hear)
            socket.destroy(_pynet.AbortError("The operation was aborted"))
        else:
            socket.destroy()


class LineIterator(SocketIterator):
    """The lines of a socket, for `for` and `async for`. Socket.lines() returns one."""

    __slots__ = ("_keep_ends", "_max")

    _instead = "async for line in sock.lines()"

    def __init__(self, socket: _pynet.Socket, max: int, keep_ends: bool, timeout: float | None = None) -> None:
        super().__init__(socket, timeout=timeout)
        self._max = max
        self._keep_ends = keep_ends

    def __next__(self) -> Any:
        if not self._listening:
            self._begin()
        return _private.loop_next(self, self.socket, self._seconds, self._done, self._max, self._keep_ends)

    def __anext__(self) -> Awaitable[Any]:
        if not self._listening:
            self._begin()
        line = _private.loop_anext(self, self.socket, self._seconds, self._done, self._max, self._keep_ends)
        return line  # type: ignore[no-any-return]

    def _give_up(self, connected_again: bool) -> None:
        self.close()  # keeps the socket: a line that is too long can be read otherwise


def iterate(socket: _pynet.Socket, /) -> SocketIterator:
    """Socket.__iter__()."""
    return SocketIterator(socket).__iter__()


def iterate_async(socket: _pynet.Socket, /) -> SocketIterator:
    """Socket.__aiter__()."""
    return SocketIterator(socket)


def iterator(socket: _pynet.Socket, destroy_on_return: bool, timeout: float | None, /) -> SocketIterator:
    """Socket.iterator()."""
    return SocketIterator(socket, destroy_on_return, timeout)


def lines(
    socket: _pynet.Socket, max: int = DEFAULT_MAX, keep_ends: bool = False, timeout: float | None = None
) -> LineIterator:
    """Socket.lines()."""
    check_size("max", max, 1)
    return LineIterator(socket, max, bool(keep_ends), timeout)


# --- framing: read_slot.c calls these ---


def _hear(*args: object) -> None:
    """An internal `error` listener of a socket that is read by calls, so that the next call raises the error."""


def separator_of(separator: Any) -> bytes | str:
    """Checks the separator of read_until()."""
    if not isinstance(separator, bytes | str):
        try:
            separator = bytes(memoryview(separator))
        except TypeError:
            message = f'The "separator" argument must be str or an object with a buffer. Received {separator!r}'
            raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE") from None
    if not separator:
        message = f'The argument "separator" must not be empty. Received {separator!r}'
        raise coded(ValueError(message), "ERR_INVALID_ARG_VALUE")
    checked: bytes | str = separator
    return checked


def raise_outcome(socket: _pynet.Socket, at_end: bool, expected: int | None) -> None:
    """Raises what ends the wait for a frame, unless more may come."""
    if at_end or is_over(socket, None):
        raise IncompleteReadError(_private.peek(socket), expected, socket)


def raise_over(socket: _pynet.Socket) -> None:
    """Raises for a wait for data of a connection that was destroyed, when the socket has connected again."""
    raise premature_close(socket, "its end")


def is_over(socket: _pynet.Socket, error: BaseException | None) -> bool:
    """True when the socket has ended, False when more may come; raises the error of a socket that was destroyed."""
    if error is not None:
        raise error
    closed = _private.over(socket)
    if closed and socket.errored is not None:
        raise socket.errored
    if _private.reached(socket, "end") is not None:
        return True
    if closed:
        raise what_it_died_of(socket, "its end")
    return False
