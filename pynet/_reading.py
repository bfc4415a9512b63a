"""Iteration over a socket, and framing: lines(), read_until(), read_exactly(); for threads and for asyncio.

A reader tries first. Only when there is no data it adds its internal listeners, and the loop's thread wakes it to try
again. Data stays in the socket until it is returned: a timeout, an error or an iteration that is left early lose none.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from pynet import _private, _pynet
from pynet._awaitable import AwaitableCall, refuse_under_asyncio
from pynet._exit import blocked
from pynet._support import (
    as_error,
    check_size,
    coded,
    peer_of,
    running_loop,
    seconds_of,
    wake_later,
    what_it_died_of,
)

DEFAULT_MAX = 65536
END: Any = object()  # instead of a chunk
_read_until = _private.read_until


class IncompleteReadError(_pynet.NetError, EOFError):
    """The peer ended before read_exactly() or read_until() had all its data.

    `partial` is what came (it stays in the socket), `expected` the n of read_exactly(), None for read_until().
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
    """The waiters to wake when there may be new data or a new connection, and the error that occurred."""

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
        """Removes a waiter that has its result, or has given up."""
        with contextlib.suppress(ValueError, IndexError):  # removed already; or another thread changes the deque
            self._wakers.remove(waker)

    def _on_error(self, *args: object) -> None:
        self.error = as_error(args)
        self._wake()

    def wait(self, attempt: Callable[[], Any], seconds: float | None, what: str) -> Any:
        """Blocks until attempt() returns something else than None."""
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

        _private.check_blocking(what)
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


class Watch(Waiters):
    """The internal listeners of one reader of a socket."""

    __slots__ = ("_fresh", "_listeners", "socket")

    def __init__(self, socket: _pynet.Socket) -> None:
        super().__init__()
        self.socket = socket
        self._fresh = deque([True])
        self._listeners: list[tuple[str, Callable[..., None]]] = []

    def listen(self) -> None:
        """Adds the listeners; only the first call does."""
        if not self._fresh:
            return
        try:
            self._fresh.pop()
        except IndexError:  # another thread has popped it
            return
        wake = self._wake
        self._listeners = [("error", self._on_error), ("readable", wake), ("end", wake), ("close", wake)]
        for event, function in self._listeners:
            _private.listen(self.socket, event, function)

    def leave(self) -> None:
        """Removes the listeners, and wakes all waiters."""
        listeners, self._listeners = self._listeners, []
        for event, function in listeners:
            _private.unlisten(self.socket, event, function)
        self._wake()

    def over(self) -> bool:
        """True when the socket has ended, False when more may come; raises the error of a socket that was destroyed."""
        if self.error is not None:
            raise self.error
        closed = _private.over(self.socket)
        if closed and self.socket.errored is not None:
            raise self.socket.errored
        if _private.reached(self.socket, "end") is not None:
            return True
        if closed:
            raise what_it_died_of(self.socket, "its end")
        return False


# --- iteration ---


class Loop:
    """What `for` and `async for` use: an iterator, an async iterator and a context manager."""

    __slots__ = ("__weakref__", "_done", "_waiters")

    _what = "a loop"
    _instead = "async for"
    _seconds: float | None = None  # the limit for each item

    def __init__(self, waiters: Waiters) -> None:
        self._done = False
        self._waiters = waiters

    def __iter__(self) -> Self:
        _private.check_blocking(self._what)
        refuse_under_asyncio(self._what, self._instead)
        return self

    def __aiter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        item = self._attempt()
        if item is None:
            refuse_under_asyncio(self._what, self._instead)
            item = self._waiters.wait(self._attempt, self._seconds, self._what)
        if item is END:
            raise StopIteration
        return item

    async def __anext__(self) -> Any:
        item = self._attempt()
        if item is None:
            item = await self._waiters.wait_async(self._attempt, self._seconds, self._what)
        if item is END:
            raise StopAsyncIteration
        return item

    def close(self) -> None:
        """Ends the iteration."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """close() under the name that async iterators have for it."""
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

    def _attempt(self) -> Any:
        """The next item, END, or None: wait."""
        raise NotImplementedError


class SocketIterator(Loop):
    """Chunks of a socket, for `for` and `async for`; what Socket.iterator() returns.

    It has listeners from the first chunk to the end, or until close(), or until its last reference is dropped, as when
    a `for` is left early. `with` closes it.
    """

    __slots__ = ("_destroy", "_listening", "_seconds", "_watch", "socket")

    _what = "a loop over a socket"
    _instead = "async for chunk in sock"

    def __init__(self, socket: _pynet.Socket, destroy_on_return: bool = False, timeout: float | None = None) -> None:
        self._seconds = seconds_of(timeout)
        self._watch = Watch(socket)
        super().__init__(self._watch)
        self.socket = socket
        self._destroy = destroy_on_return
        self._listening = False

    def close(self) -> None:
        """Ends the iteration: removes the listeners, and destroys the socket if destroy_on_return."""
        if self._done:
            return
        self._done = True
        self._listening = False
        if self._destroy:
            self._destroy_socket()
        self._watch.leave()

    def _of(self) -> object:
        return self.socket

    def _take(self) -> Any:
        """The item that can be read now, or None."""
        return None if self.socket.destroyed else self.socket.read()

    def _failed(self) -> None:
        """Called before the iteration raises."""
        self._destroy = True

    def _attempt(self) -> Any:
        if not self._listening:
            if self._done:
                return END
            self._watch.listen()
            self._listening = True
        try:
            item = self._take()
            if item is not None:
                return item
            ended = self._watch.over()
        except BaseException:
            self._failed()
            self.close()
            raise
        if not ended:
            return None
        self.close()
        return END

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
    """Lines of a socket, for `for` and `async for`; what Socket.lines() returns."""

    __slots__ = ("_keep_ends", "_max")

    _instead = "async for line in sock.lines()"

    def __init__(self, socket: _pynet.Socket, max: int, keep_ends: bool, timeout: float | None = None) -> None:
        super().__init__(socket, timeout=timeout)
        self._max = max
        self._keep_ends = keep_ends

    def _take(self) -> Any:
        at_end = _private.at_end(self.socket)  # before the search: another line may come with the end after it
        line = _read_until(self.socket, "\n", self._max)
        if line is None:
            if not at_end:
                return None
            # The last line may lack its end. When nothing is left, read() causes the "end" event.
            left = self.socket.readable_length
            return _private.read_exactly(self.socket, left) if left else self.socket.read()
        if self._keep_ends:
            return line
        crlf = "\r\n" if isinstance(line, str) else b"\r\n"
        return line[:-2] if line[-2:] == crlf else line[:-1]

    def _failed(self) -> None:
        # Keeps the socket: a line that is too long can be read otherwise.
        return


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


# --- framing ---


def _hear(*args: object) -> None:
    """An internal `error` listener of a socket that is read by calls, so that the next call raises the error."""


def read_until(
    socket: _pynet.Socket,
    separator: Any,
    max: int = DEFAULT_MAX,
    timeout: float | None = None,
) -> Any:
    """Socket.read_until()."""
    if not isinstance(separator, bytes | str):
        try:
            separator = bytes(memoryview(separator))
        except TypeError:
            message = f'The "separator" argument must be str or an object with a buffer. Received {separator!r}'
            raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE") from None
    if not separator:
        message = f'The argument "separator" must not be empty. Received {separator!r}'
        raise coded(ValueError(message), "ERR_INVALID_ARG_VALUE")
    check_size("max", max, 1)
    text = f"sock.read_until({separator!r})"
    return _read(socket, partial(_private.read_until, socket, separator, max), None, timeout, text)


def read_exactly(socket: _pynet.Socket, n: int, timeout: float | None = None) -> Any:
    """Socket.read_exactly()."""
    if type(n) is not int or not 0 <= n <= sys.maxsize:
        check_size("n", n, 0)
    return _read(socket, partial(_private.read_exactly, socket, n), n, timeout, f"sock.read_exactly({n})")


def has_read(socket: _pynet.Socket, n: int) -> Any:
    """True when n bytes have been read: they stay. Raises as read_exactly()."""
    return _read(socket, partial(_private.has_read, socket, n), n, None, "sock.has_read()")


def read_some(socket: _pynet.Socket, n: int) -> Any:
    """Up to n bytes, when there is one. Raises as read_exactly(1)."""
    return _read(socket, partial(_take_some, socket, n), 1, None, "sock.read_some()")


def _take_some(socket: _pynet.Socket, n: int) -> Any:
    if _private.has_read(socket, 1) is None:
        return None
    return _private.read_exactly(socket, min(n, socket.readable_length))


def _read(
    socket: _pynet.Socket,
    take: Callable[[], Any],
    expected: int | None,
    timeout: float | None,
    text: str,
) -> Any:
    seconds = None if timeout is None else seconds_of(timeout)
    what = text[5 : text.index("(")] + "()"
    if running_loop() is not None:

        def block(limit: float | None) -> Any:
            limits = [each for each in (seconds, seconds_of(limit)) if each is not None]
            return _read_blocking(socket, take, expected, min(limits, default=None), what)

        return AwaitableCall(text, partial(_read_async, socket, take, expected, seconds, what), block)
    return _read_blocking(socket, take, expected, seconds, what)


def _read_blocking(
    socket: _pynet.Socket,
    take: Callable[[], Any],
    expected: int | None,
    seconds: float | None,
    what: str,
) -> Any:
    _private.check_blocking(what)
    _private.hear_errors(socket, _hear)
    data = take()
    if data is not None:
        return data
    watch = Watch(socket)
    try:
        watch.listen()
        return watch.wait(partial(_attempt, watch, take, expected), seconds, what)
    except BaseException:
        _want_nothing(socket)
        raise
    finally:
        watch.leave()


async def _read_async(
    socket: _pynet.Socket,
    take: Callable[[], Any],
    expected: int | None,
    seconds: float | None,
    what: str,
) -> Any:
    _private.hear_errors(socket, _hear)
    data = take()
    if data is not None:
        return data
    watch = Watch(socket)
    try:
        watch.listen()
        return await watch.wait_async(partial(_attempt, watch, take, expected), seconds, what)
    except BaseException:
        _want_nothing(socket)
        raise
    finally:
        watch.leave()


def _want_nothing(socket: _pynet.Socket) -> None:
    """Gives up the wait for a frame: from now on the socket reads up to its high-water mark only."""
    with contextlib.suppress(_pynet.NetError):  # in a forked child, and at exit
        _private.read_exactly(socket, 0)


def _attempt(watch: Watch, take: Callable[[], Any], expected: int | None) -> Any:
    at_end = _private.at_end(watch.socket)  # before take(): the rest of the data may come with the end in between
    data = take()
    if data is not None:
        return data
    if at_end or watch.over():
        raise IncompleteReadError(_private.peek(watch.socket), expected, watch.socket)
    return None
