"""set_slow_listener(), watch_blocked(): what keeps the loop from going on."""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from typing import NamedTuple

from pynet import _private, _pynet
from pynet._messages import function_text
from pynet._run import start_own_thread
from pynet._support import seconds_of

__all__ = [
    "Blocked",
    "SlowListener",
    "set_slow_listener",
    "setSlowListener",
    "stack_of_driver",
    "watch_blocked",
    "watchBlocked",
]

_log = logging.getLogger("pynet")


class SlowListener(NamedTuple):
    """What the handler of set_slow_listener() gets: a listener or callback that took long."""

    listener: Callable[..., object]
    """The function."""
    event: object
    """The name of its event; None if it is a callback."""
    emitter: _pynet.EventEmitter | None
    """The object of the event or the callback, or None."""
    seconds: float
    """How long it took."""


class Blocked(NamedTuple):
    """What the handler of watch_blocked() gets: a turn of the loop that lasts long."""

    seconds: float
    """How long the turn has lasted so far."""
    thread: int
    """The identifier of the thread that drives the loop."""
    stack: traceback.StackSummary
    """The stack of that thread, the innermost call last."""
    held: bool
    """A turn() block of another thread keeps the loop from going on."""


# --- slow listeners ---


def set_slow_listener(seconds: float | None, handler: Callable[[SlowListener], object] | None = None) -> None:
    """Reports each listener and callback that takes as long as `seconds`, when it returns.

    Calls handler(slow) with a SlowListener, on the thread of the listener. Without a handler it warns by the logger
    "pynet". Only the outermost call counts: what a listener calls is part of it. A call costs two readings of the clock
    meanwhile. None for `seconds` switches it off. A second call replaces the first. An exception of the handler goes to
    sys.unraisablehook.

    Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) unless seconds is a number above 0 or None.
    """
    limit = seconds_of(seconds, "seconds", positive=True)
    if handler is not None:
        _private.check_callback(handler, "handler")
    if limit is None:
        _private.slow_listener(0, None)
        return
    call = _log_slow if handler is None else handler

    def report(
        listener: Callable[..., object], event: object, emitter: _pynet.EventEmitter | None, took: float
    ) -> None:
        call(SlowListener(listener, event, emitter, took))

    _private.slow_listener(limit, report)


def _log_slow(slow: SlowListener) -> None:
    what = "callback" if slow.event is None else "listener"
    of = "" if slow.event is None else f" of {slow.event}"
    owner = "" if slow.emitter is None else f" of {slow.emitter!r}"
    _log.warning("%s %s%s%s took %.3f s", what, function_text(slow.listener), of, owner, slow.seconds)


# --- a loop that is blocked ---


def stack_of_driver() -> Blocked | None:
    """The turn that is under way, with the stack of its thread; None between two turns."""
    now = _private.turn_now()
    if now is None:
        return None
    began, seconds, thread, held = now
    frame = sys._current_frames().get(thread)
    stack = traceback.StackSummary.extract(traceback.walk_stack(frame) if frame is not None else ())
    stack.reverse()
    after = _private.turn_now()
    if after is None or after[0] != began:  # it has ended meanwhile
        return None
    return Blocked(seconds, thread, stack, held)


class _Watch:
    """A thread that looks at the loop's turn, `often` times within `seconds`."""

    often = 4

    def __init__(self, seconds: float, handler: Callable[[Blocked], object]) -> None:
        self.seconds = seconds
        self.handler = handler
        self.over = threading.Event()
        self.reported: int | None = None

    def run(self) -> None:
        while not self.over.wait(min(self.seconds / self.often, threading.TIMEOUT_MAX)):
            try:
                self.look()
            except Exception:  # of the handler
                _log.exception("the handler of watch_blocked() has raised")

    def look(self) -> None:
        """Reports a turn once."""
        now = _private.turn_now()
        if now is None or now[1] < self.seconds or now[0] == self.reported:
            return
        blocked = stack_of_driver()
        if blocked is not None and blocked.seconds >= self.seconds:
            self.reported = now[0]
            self.handler(blocked)


_watch: _Watch | None = None
_lock = threading.Lock()


def watch_blocked(seconds: float | None, handler: Callable[[Blocked], object] | None = None) -> None:
    """Reports each turn of the loop that lasts longer than `seconds`, while it lasts, once.

    A thread of pynet looks at the loop, which costs the loop nothing. It calls handler(blocked), with a Blocked that
    has the stack of the thread that drives the loop. Without a handler it warns by the logger "pynet", with the stack.
    Code that blocks and keeps Python's GIL, such as a long call of a C function, is reported when it has released it.
    None for `seconds` ends it. A second call replaces the first. An exception of the handler is logged.

    While pynet is attached to the loop of a host, such as asyncio's, only pynet's own part of the host's turns counts.

    Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) unless seconds is a number above 0 or None.
    """
    global _watch
    limit = seconds_of(seconds, "seconds", positive=True)
    if handler is not None:
        _private.check_callback(handler, "handler")
    with _lock:
        if _watch is not None:
            _watch.over.set()
            _watch = None
        if limit is not None:
            watch = _Watch(limit, _log_blocked if handler is None else handler)
            start_own_thread(watch.run, name="pynet-watch")
            _watch = watch


def _log_blocked(blocked: Blocked) -> None:
    why = "; a turn() block of another thread is open" if blocked.held else ""
    stack = "".join(blocked.stack.format()).rstrip()
    _log.warning("the loop has not gone on for %.3f s%s\n%s", blocked.seconds, why, stack)


def _after_fork() -> None:
    global _lock, _watch
    _lock = threading.Lock()
    _watch = None  # its thread exists in the parent only


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)

setSlowListener = set_slow_listener
watchBlocked = watch_blocked
