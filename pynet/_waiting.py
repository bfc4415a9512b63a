"""once(), wait(), drain() and context managers: how threads and asyncio wait for the events of sockets and servers.

The methods of Socket and Server that wait are implemented here: `sock.wait(event)` calls wait(sock, event). Iteration
and framing are in _reading.py; this module re-exports them, so that the C types find everything in one module.

A wait misses no event: it checks the state, adds its listeners, and checks again. The listeners are internal
(`_private.listen`): hidden from user code, and a listener that is added afterwards still gets a missed event.
"""

from __future__ import annotations

import contextlib
import os
import sys
import weakref
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent import futures
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from pynet import _private, _pynet
from pynet._awaitable import refuse_under_asyncio, wait_or_await
from pynet._exit import blocked, pending
from pynet._messages import check_event, events_of_node
from pynet._reading import (
    IncompleteReadError,
    LineIterator,
    SocketIterator,
    iterate,
    iterate_async,
    iterator,
    lines,
)
from pynet._support import as_error, coded, running_loop, seconds_of, timer_ms, wake_later, what_it_died_of
from pynet._takers import Takers

if TYPE_CHECKING:
    import asyncio

__all__ = [
    "Future",
    "IncompleteReadError",
    "LineIterator",
    "SocketIterator",
    "drain",
    "enter_async",
    "iterate",
    "iterate_async",
    "iterator",
    "leave",
    "leave_async",
    "lines",
    "once",
    "wait",
]

_E = TypeVar("_E", _pynet.Socket, _pynet.Server)
_T = TypeVar("_T")
_TAKES: Any = object()  # among the listeners of a Future: the wait that its server counts

# --- one event ---


def _result(args: tuple[Any, ...]) -> Any:
    """The arguments of an event as one value."""
    return None if not args else args[0] if len(args) == 1 else args


class _Link:
    """The listeners of a Future. Has a weak reference to it until it has a callback, so that it can be freed before."""

    __slots__ = ("_future", "kept")

    def __init__(self, future: Future[Any]) -> None:
        self._future = weakref.ref(future)
        self.kept: Future[Any] | None = None

    def on_event(self, *args: Any) -> None:
        future = self._future()
        if future is not None:
            future._settle(args)

    def on_error(self, *args: Any) -> None:
        future = self._future()
        if future is not None:
            future._fail(as_error(args))

    def on_end(self) -> None:
        future = self._future()
        if future is not None:
            future._fail(what_it_died_of(future._emitter, repr(future._event), "ended"))

    def on_close(self, *args: Any) -> None:
        future = self._future()
        if future is not None:
            future._closed()

    def on_abort(self, event: _pynet.AbortEvent) -> None:
        future = self._future()
        if future is not None:
            future._fail(_private.abort_error(event.target.reason))


class Future(futures.Future[_T]):
    """What once() returns: a concurrent.futures.Future that can be awaited under asyncio as well.

    result() and exception() take a timeout in seconds. If there is no result yet, they raise RuntimeError on the thread
    that drives the loop, in a listener and inside turn(). cancel() removes the listeners. So does a cancelled await,
    and the end of the last reference, unless there is a callback.
    """

    __module__ = "pynet"
    _signal: _pynet.AbortSignal | None = None
    _taken = False  # a caller has got the result
    _server: _pynet.Server | None = None  # it takes a connection out of the queue of this server
    _timer: _pynet.Timeout | None = None  # makes it fail

    def __init__(self, emitter: _pynet.EventEmitter, event: object, signal: _pynet.AbortSignal | None = None) -> None:
        super().__init__()
        self._emitter = emitter
        self._event = event
        self._signal = signal
        self._reads = event in ("data", "readable") and isinstance(emitter, _pynet.Socket)
        if event == "connection" and isinstance(emitter, _pynet.Server):
            self._server = emitter
        self._link = _Link(self)
        self._listeners: deque[tuple[object, Callable[..., None]]] = deque()
        if not self._look():
            self._subscribe()
            self._look()
        if self.done():
            self._leave()

    def _call_text(self) -> str:
        """The call that made it, for messages."""
        variable = "server" if isinstance(self._emitter, _pynet.Server) else "sock"
        return f"{variable}.drain()" if self._event == "drain" else f"pynet.once({variable}, {self._event!r})"

    def result(self, timeout: float | None = None) -> _T:
        """Waits for the event and returns its value; see once(). Raises TimeoutError after `timeout` seconds, and
        CancelledError after cancel()."""
        wake = self._begin_to_wait("result()")
        try:
            value = super().result(timeout)
            self._taken = True
            return value
        finally:
            blocked.discard(wake)
            del self, wake  # no cycle with the traceback of what is raised

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Waits for the event, and returns the exception that result() would raise, or None. Raises TimeoutError and
        CancelledError like result()."""
        wake = self._begin_to_wait("exception()")
        try:
            return super().exception(timeout)
        finally:
            blocked.discard(wake)

    def add_done_callback(self, fn: Callable[[futures.Future[_T]], object]) -> None:
        """Calls fn(future) when the future is done, on the thread that emits the event; at once if it is done."""
        self._link.kept = self
        super().add_done_callback(fn)
        if self.done():
            self._link.kept = None

    def cancel(self) -> bool:
        """Ends the wait. Returns False if there is a result already."""
        cancelled = super().cancel()
        if cancelled:
            self._leave()
        return cancelled

    def __await__(self) -> Generator[Any, None, _T]:
        wake = self._begin_to_wait("await")
        try:
            if not self.done():
                yield from self._wait_under_asyncio().__await__()
        finally:
            blocked.discard(wake)
        self._taken = True
        return super().result()

    async def _wait_under_asyncio(self) -> None:
        import asyncio

        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        self.add_done_callback(partial(wake_later, loop, waiter))
        try:
            await waiter
        except asyncio.CancelledError:
            self._give_up()
            raise
        if self.cancelled():
            raise asyncio.CancelledError

    def __repr__(self) -> str:
        state = "pending"
        if self.cancelled():
            state = "cancelled"
        elif self.done():
            state = "failed" if self._exception is not None else "done"
        emitter = getattr(self, "_emitter", None)
        name = "Future" if type(self).__name__.startswith("_") else type(self).__name__
        return f"<pynet.{name} {state}{'' if emitter is None else f' {self._event!r} of {emitter!r}'}>"

    def __del__(self) -> None:
        # Raises when the interpreter exits, when this module may have no globals left, and no caller handles it.
        try:
            self._leave()
        except Exception:
            pass

    # --- private ---

    def _begin_to_wait(self, what: str) -> Any:
        """Raises if the wait would never end. Adds an object to `blocked` and returns it; the caller removes it."""
        if self.done():
            return None
        if what == "await":
            _private.check_awaiting(what)
        else:
            _private.check_blocking(what)
            refuse_under_asyncio(what, f"await {self._call_text()}")
        _private.over(self._emitter)  # raises in a forked child and at exit: no event can come
        wake = partial(self._wake)  # a new object: several may wait
        blocked.add(wake)
        try:
            self._look()  # its listener may have failed already, for lack of memory
            if not self.done():
                _private.need_driver(self._emitter)
        except BaseException:
            blocked.discard(wake)
            raise
        return wake

    def _give_up(self) -> None:
        """cancel() for a caller that has not taken the result: a chunk or connection that has come is put back."""
        if self.cancel() or self._taken or self._exception is not None:
            return
        if _give_back(self._emitter, self._event, self._result):
            with self._condition:
                self._state, self._result = "CANCELLED", None

    def _wake(self) -> None:
        """Makes the future fail if no event can come any more."""
        try:
            if not self._look():
                _private.need_driver(self._emitter)
        except MemoryError:
            raise
        except Exception as error:
            self._fail(error)
        with self._condition:
            self._condition.notify_all()  # it may be done, and its waiter not awake

    def _look(self) -> bool:
        """Sets the result if the state is already reached, or the error if it never will be."""
        if self.done():
            return True
        if self._signal is not None and self._signal.aborted:
            self._fail(_private.abort_error(self._signal.reason))
            return True
        reached = _private.reached(self._emitter, self._event)
        # The error of listen(): until another one only `close` can come.
        failure = None if self._event == "close" else _private.failure(self._emitter)
        if reached is None and failure is not None and self._event == "error":
            reached = (failure,)
        # False: no connection can come any more.
        connection = _private.iter_next(self._server) if self._server is not None else None
        if connection:
            reached = (connection,)
        if reached is not None:
            self._settle(reached)
        elif failure is not None:
            self._fail(failure)
        elif connection is False or _private.over(self._emitter):
            self._fail(what_it_died_of(self._emitter, repr(self._event)))
        elif self._reads and _private.reached(self._emitter, "end") is not None:
            self._fail(what_it_died_of(self._emitter, repr(self._event), "ended"))
        else:
            return False
        return True

    def _subscribe(self) -> None:
        link = self._link
        pending.add(self)
        if self._server is not None:
            _private.take_open(self._server)
            self._listeners.append((_TAKES, link.on_event))
            Takers.of(self._server).add(self)
        else:
            self._listen(self._event, link.on_event)
        if self._event != "error":
            self._listen("error", link.on_error)
        if self._event == "drain":
            # After end() no `drain` is emitted any more.
            self._listen("finish", link.on_event)
        if self._reads:
            self._listen("end", link.on_end)
        if self._event != "close" and isinstance(self._emitter, _pynet.Socket | _pynet.Server):
            self._listen("close", link.on_close)
        if isinstance(self._emitter, _pynet.Server) and self._server is None:
            self._listen(_private.server_changed, link.on_close)
        if self._signal is not None:
            self._signal.add_event_listener("abort", link.on_abort)
        if self._event in ("end", "finish", "close"):
            _notice_end(self._emitter)

    def _listen(self, event: object, function: Callable[..., None]) -> None:
        # In the list first: the loop may call it at once, and removes those of the list when that ends the wait.
        self._listeners.append((event, function))
        _private.listen(self._emitter, event, function)
        if self.done():
            _private.unlisten(self._emitter, event, function)

    def _fail_after(self, seconds: float | None, what: str) -> None:
        """Makes the future fail with TimeoutError if it has no result within that time."""
        if seconds is None or self.done():
            return
        error = TimeoutError(f"{what} has waited for {seconds} seconds")
        timer = _pynet.set_timeout(self._link.on_error, timer_ms(seconds), error)
        self._timer = timer.unref()
        if self.done():
            _pynet.clear_timeout(timer)

    def _leave(self) -> None:
        self._link.kept = None
        if self._timer is not None:
            _pynet.clear_timeout(self._timer)
        pending.discard(self)
        if self._signal is not None:
            self._signal.remove_event_listener("abort", self._link.on_abort)
        if self._server is not None:
            self._leave_server(self._server)
        # Another thread may be here as well. Each removes a listener before its entry: when the list is empty, no
        # listener is left that would take another chunk.
        while self._listeners:
            with contextlib.suppress(IndexError, ValueError):
                entry = self._listeners[0]
                _private.unlisten(self._emitter, *entry)
                self._listeners.remove(entry)

    def _leave_server(self, server: _pynet.Server) -> None:
        try:
            self._listeners.remove((_TAKES, self._link.on_event))
        except ValueError:  # another thread has done so
            return
        Takers.remove(server, self)
        _private.take_close(server)

    def _closed(self) -> None:
        # A `close` of the previous connection may come when the next connect() or listen() has begun.
        self._look()

    def _settle(self, args: tuple[Any, ...]) -> None:
        value = _result(args)
        try:
            self.set_result(value)
        except futures.InvalidStateError:  # settled by another event, or cancelled
            if self._server is not None:
                _give_back(self._emitter, self._event, value)
            elif self.cancelled():
                self._leave()
                _give_back(self._emitter, self._event, value)
        finally:
            self._leave()

    def _fail(self, error: BaseException) -> None:
        try:
            self.set_exception(error)
        except futures.InvalidStateError:
            pass
        finally:
            self._leave()


def _notice_end(emitter: _pynet.EventEmitter) -> None:
    """Calls read(0) if a frame has taken the last byte: `end` is emitted by the read() after that byte."""
    if isinstance(emitter, _pynet.Socket) and _private.at_end(emitter) and emitter.readable_length == 0:
        emitter.read(0)


def _give_back(emitter: _pynet.EventEmitter, event: object, value: Any) -> bool:
    """Puts a chunk back into its socket, or a connection into its server. False if a listener has it, or if the socket
    has ended."""
    if event == "data" and isinstance(emitter, _pynet.Socket):
        # While it flows, another listener has got the chunk.
        if emitter.readable_flowing or emitter.destroyed or _private.reached(emitter, "end") is not None:
            return False
        emitter.unshift(value)
    elif event == "connection" and isinstance(emitter, _pynet.Server):
        _private.put_back(emitter, value)
    else:
        return False
    return True


class _Already(Future[None]):
    """The future of a state that is reached and has no value. One object is enough, since it never changes."""

    def __init__(self) -> None:
        futures.Future.__init__(self)
        self._link = _Link(self)
        self._listeners = deque()
        self.set_result(None)

    def __await__(self) -> Any:
        return iter(())


_already = _Already()
_private.set_already(_already)  # drain() and flush() in C give it, too


def _renew_after_fork() -> None:
    # Another thread of the parent may have held its lock.
    global _already
    _already = _Already()
    _private.set_already(_already)


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_renew_after_fork)


def once(
    emitter: _pynet.EventEmitter,
    event: object,
    options: Mapping[str, Any] | None = None,
    /,
    *,
    signal: _pynet.AbortSignal | None = None,
) -> Future[Any]:
    """once(emitter, event) -> a Future of the next event of this name.

    Its value is None, the one argument of the event, or the tuple of its arguments. `await` it under asyncio, or call
    its result(timeout) in a thread. A function that you pass to add_done_callback() is called by the thread that emits
    the event.

    It is done at once if the state is already reached: connect, ready, end, finish and close of a socket if they have
    been emitted; drain if nothing has to be drained (after end(): if everything has been sent); listening and close of
    a server. It fails with the error of an "error" event, unless you wait for that event. If the object closes first,
    it fails with the object's error, or with NetError (ERR_STREAM_PREMATURE_CLOSE). An AbortSignal as `signal`, by
    keyword or in a mapping of options, ends the wait with an AbortError.

    Raises TypeError (ERR_INVALID_ARG_TYPE) for anything but an EventEmitter, an event name, an AbortSignal.
    Node: events.once().
    """
    if signal is None and options is not None:
        signal = _signal_of(options)
    reached = _private.reached(emitter, event)
    if type(event) is str and event not in events_of_node and isinstance(emitter, _pynet.Socket | _pynet.Server):
        check_event(emitter, event)
    if signal is not None:
        _private.check_signal(signal)
        return Future(emitter, event, signal)
    return _already if reached == () else Future(emitter, event)


def _signal_of(options: Mapping[str, Any]) -> _pynet.AbortSignal | None:
    if not isinstance(options, Mapping):
        message = f'The "options" argument must be a mapping. Received {options!r}'
        raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE")
    return options.get("signal")


def wait(emitter: _pynet.Socket | _pynet.Server, event: object, timeout: float | None = None) -> Any:
    """Socket.wait() and Server.wait()."""
    if running_loop() is None:
        return wait_for(emitter, event, timeout, "wait()")
    seconds = seconds_of(timeout)
    variable = "server" if isinstance(emitter, _pynet.Server) else "sock"
    begin = partial(wait_async, emitter, event, seconds)
    block = partial(wait_blocking, emitter, event, seconds, "wait()")
    return wait_or_await(f"{variable}.wait({event!r})", begin, block, 2)


def wait_for(emitter: _pynet.Socket | _pynet.Server, event: object, timeout: float | None, what: str) -> Any:
    """Blocks until the event is emitted, for the method `what`."""
    _private.check_blocking(what)
    seconds = seconds_of(timeout)
    future = once(emitter, event)
    try:
        return future.result(seconds)
    except TimeoutError:
        if not future.cancel():  # the event came meanwhile, or it is the error of the socket
            return future.result()
        raise TimeoutError(f"no {event!r} within {timeout} seconds") from None
    except BaseException:
        future._give_up()
        raise
    finally:
        del future  # no cycle with the traceback of what is raised


def wait_blocking(
    emitter: _pynet.Socket | _pynet.Server, event: object, seconds: float | None, what: str, limit: float | None
) -> Any:
    """wait_for() with two limits, for AwaitableCall.result()."""
    limits = [each for each in (seconds, limit) if each is not None]
    return wait_for(emitter, event, min(limits, default=None), what)


async def wait_async(emitter: _pynet.Socket | _pynet.Server, event: object, seconds: float | None) -> Any:
    """wait_for() under asyncio."""
    import asyncio

    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await once(emitter, event)
    except TimeoutError:
        if limit.expired():
            raise TimeoutError(f"no {event!r} within {seconds} seconds") from None
        raise


def drain(socket: _pynet.Socket, /, timeout: float | None = None) -> Future[None]:
    """Socket.drain()."""
    seconds = seconds_of(timeout)
    future = once(socket, "drain")
    future._fail_after(seconds, "drain()")
    return future


# --- context managers ---


def _destroy_all(self: _pynet.Socket | _pynet.Server) -> None:
    if isinstance(self, _pynet.Server):
        _private.destroy_connections(self)
    else:
        self.destroy()


def _leave_in_order(server: _pynet.Server) -> Future[int]:
    from pynet._server import shutdown  # that module imports this one

    return shutdown(server, server.grace, drain=True)


def may_block() -> bool:
    """Whether the end of a `with` block may wait on this thread."""
    try:
        _private.check_blocking("with")
    except RuntimeError:
        return False
    return running_loop() is None


def leave(
    self: _pynet.Socket | _pynet.Server,
    exc_type: type[BaseException] | None,
    exc: BaseException | None,
    traceback: TracebackType | None,
    /,
) -> None:
    """__exit__() of both types."""
    try:
        if isinstance(self, _pynet.Server) and self.grace is not None:
            try:
                closed = _leave_in_order(self)
                if may_block():
                    closed.result()
            except BaseException:  # Ctrl-C
                _destroy_all(self)
                raise
            return
        if isinstance(self, _pynet.Server):
            if _private.reached(self, "close") is None:
                self.close()
        elif exc_type is None:
            self.close()
        if exc_type is not None:
            _destroy_all(self)
    except _pynet.NetError as error:
        # In a forked child, and at exit, everything is closed already.
        if error.code not in ("ERR_FORKED", "ERR_LOOP_CLOSED"):
            raise


async def enter_async(self: _E, /) -> _E:
    """__aenter__() of both types."""
    return self


async def leave_async(
    self: _pynet.Socket | _pynet.Server,
    exc_type: type[BaseException] | None,
    exc: BaseException | None,
    traceback: TracebackType | None,
    /,
) -> None:
    """__aexit__() of both types."""
    if isinstance(self, _pynet.Server) and self.grace is not None:
        try:
            await _leave_in_order(self)
        except BaseException:
            _destroy_all(self)
            raise
        return
    closed = once(self, "close")
    leave(self, exc_type, exc, traceback)
    try:
        await closed
    except Exception as error:
        # `close` comes after an `error`; it may even have been emitted already.
        if getattr(self, "destroyed", False):
            await _closed_at_last(self)
        if exc_type is None:
            raise error
    except BaseException:
        _destroy_all(self)
        raise


async def _closed_at_last(self: _pynet.Socket | _pynet.Server) -> None:
    try:
        await once(self, "close")
    except Exception:
        return  # the caller raises the first error
