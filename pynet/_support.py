"""What the Python files share: errors, checks of arguments, and waking asyncio from the loop's thread."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable

from pynet import _private, _pynet

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    import asyncio
    from typing import Any, TypeVar

    _X = TypeVar("_X", bound=BaseException)

# --- arguments ---

MISSING: Any = ...
"""The default of an argument that may be left out where None is no value for a type checker."""


def given(*args: Any) -> tuple[Any, ...]:
    """The arguments by position, without those at the end that were left out: None is Node's undefined."""
    count = len(args)
    while count and (args[count - 1] is None or args[count - 1] is MISSING):
        count -= 1
    return args[:count]


# --- errors ---


def coded(error: _X, code: str) -> _X:
    """Sets Node's code of an error; returns the error."""
    error.code = code  # type: ignore[attr-defined]
    return error


def as_error(args: tuple[Any, ...]) -> BaseException:
    """What an `error` event carries, as something that can be raised."""
    value = args[0] if args else None
    return value if isinstance(value, BaseException) else RuntimeError(f"Unhandled error. ({value!r})")


PREMATURE_CLOSE = "ERR_STREAM_PREMATURE_CLOSE"


def peer_of(emitter: object) -> tuple[str | None, int | None, str]:
    """What an error carries of a socket's peer: address, port, and both in parentheses behind its text."""
    peer = emitter.remote if isinstance(emitter, _pynet.Socket) else None
    if peer is None:
        return None, None, ""
    if isinstance(peer, str):
        return peer, None, f" ({peer if peer.isprintable() else repr(peer)})"  # the peer has chosen it
    return peer.address, peer.port, f" ({peer.address}:{peer.port})"


def premature_close(emitter: object, before: str, how: str = "closed") -> _pynet.NetError:
    """The error of a stream that closed before it had ended, or before what was waited for."""
    what = (
        "server" if isinstance(emitter, _pynet.Server) else "socket" if isinstance(emitter, _pynet.Socket) else "stream"
    )
    address, port, place = peer_of(emitter)
    error = coded(_pynet.NetError(f"The {what} {how} before {before}{place}"), PREMATURE_CLOSE)
    if address is not None:
        error.address, error.port = address, port
    return error


def what_it_died_of(emitter: _pynet.EventEmitter, before: str, how: str = "closed") -> BaseException:
    """The error of a socket that is closed; else ERR_STREAM_PREMATURE_CLOSE."""
    error = getattr(emitter, "errored", None)
    if isinstance(error, BaseException):
        return error
    return premature_close(emitter, before, how)


# --- arguments ---


def seconds_of(timeout: float | None, name: str = "timeout", *, positive: bool = False) -> float | None:
    """Checks a timeout, or a limit by another name; returns it as the waits of threading take it."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not isinstance(timeout, int | float):
        message = f'The "{name}" argument must be None or a number of seconds. Received {timeout!r}'
        raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE")
    if not (timeout > 0 if positive else timeout >= 0):
        least = "> 0" if positive else ">= 0"
        message = f'The value of "{name}" is out of range. It must be {least}. Received {timeout!r}'
        raise coded(ValueError(message), "ERR_OUT_OF_RANGE")
    return float(min(timeout, threading.TIMEOUT_MAX))


LONGEST_MS = 2_147_483_647
"""The longest time that a timer takes; a longer one counts as 1, as in Node."""


def timer_ms(seconds: float) -> float:
    """Seconds as a timer takes them."""
    return min(seconds * 1000, LONGEST_MS)


def check_size(name: str, value: int, least: int) -> None:
    """Checks that a value is an int from `least` up to sys.maxsize."""
    if isinstance(value, bool) or not isinstance(value, int):
        message = f'The "{name}" argument must be an int. Received {value!r}'
        raise coded(TypeError(message), "ERR_INVALID_ARG_TYPE")
    if not least <= value <= sys.maxsize:
        message = f'The value of "{name}" is out of range. It must be >= {least}. Received {value!r}'
        raise coded(ValueError(message), "ERR_OUT_OF_RANGE")


# --- the cluster ---


def in_cluster() -> bool:
    """Whether this process is a worker of a cluster."""
    cluster = sys.modules.get("pynet.cluster")
    return cluster is not None and cluster.is_worker


# --- where listeners run ---


def within_the_loop(function: Callable[..., object], *args: object) -> None:
    """Calls function(*args) now when this thread is inside a listener, else on the loop's next turn."""
    if _private.inside():
        function(*args)
        return
    with contextlib.suppress(_pynet.NetError):  # the interpreter exits: no callback is called any more
        _pynet.next_tick(function, *args)


# --- asyncio ---


def _finish(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)


def wake_later(loop: asyncio.AbstractEventLoop, waiter: asyncio.Future[None], *args: object) -> None:
    """Wakes an asyncio waiter from any thread. Does nothing when its asyncio loop is closed."""
    if _private.attached_to(loop):
        _finish(waiter)
        return
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(_finish, waiter)


def running_loop() -> asyncio.AbstractEventLoop | None:
    """The asyncio loop that runs in this thread, or None; does not import asyncio."""
    events = sys.modules.get("asyncio.events")
    return events._get_running_loop() if events is not None else None
