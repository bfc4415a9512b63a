"""reconnecting(): a client that connects again after each loss."""

from __future__ import annotations

import random
import time
from typing import Any

from pynet import _private, _pynet
from pynet._support import coded

__all__ = ["Reconnecting", "reconnecting"]


def _check_backoff(backoff: Any) -> tuple[float, float]:
    numbers = isinstance(backoff, tuple | list) and len(backoff) == 2
    for value in backoff if numbers else ():
        numbers = numbers and isinstance(value, int | float) and not isinstance(value, bool)
    if not numbers:
        _private.raise_arg_type("backoff", "a tuple of two numbers of seconds: the first delay, the longest", backoff)
    first, longest = float(backoff[0]), float(backoff[1])
    if not 0 < first <= longest < float("inf"):
        message = f'The value of "backoff" is out of range. It must be > 0, and not fall. Received {backoff!r}'
        raise coded(ValueError(message), "ERR_OUT_OF_RANGE")
    return first, longest


def _check_limit(name: str, value: Any, whole: bool) -> None:
    kinds = int if whole else int | float
    if value is None:
        return
    if not isinstance(value, kinds) or isinstance(value, bool):
        _private.raise_arg_type(name, "None or an int" if whole else "None or a number of seconds", value)
    if not value > 0:
        message = f'The value of "{name}" is out of range. It must be > 0. Received {value!r}'
        raise coded(ValueError(message), "ERR_OUT_OF_RANGE")


class Reconnecting(_pynet.EventEmitter):
    """The result of reconnecting(). Events: connected(sock), lost(err), giving_up(err).

    `socket` is the connected Socket, or None. `stopped` is True after stop() and after `giving_up`.
    """

    __module__ = "pynet"

    def __init__(
        self,
        args: tuple[Any, ...],
        options: dict[str, Any],
        backoff: tuple[float, float],
        jitter: bool,
        max_attempts: int | None,
        max_elapsed: float | None,
    ) -> None:
        self.socket: _pynet.Socket | None = None
        self.stopped = False
        self._args = args
        self._options = options
        self._first, self._longest = _check_backoff(backoff)
        _check_limit("max_attempts", max_attempts, True)
        _check_limit("max_elapsed", max_elapsed, False)
        self._jitter = bool(jitter)
        self._max_attempts = max_attempts
        self._max_elapsed = max_elapsed
        self._doublings = 0  # of the next delay
        self._failed = 0  # attempts since the last connection
        self._since = time.monotonic()  # when there was a connection last
        self._attempt: _pynet.Socket | None = None
        self._timer: _pynet.Timeout | None = None
        self._missed: tuple[Any, ...] | None = None  # an event that found no listener: its name and arguments
        _private.listen(self, "newListener", self._on_new_listener)
        with _pynet.turn():
            self._connect()

    def stop(self, destroy: bool = False) -> None:
        """Stops connecting, and emits nothing more. A connected socket stays open, or is destroyed."""
        self.stopped = True
        self._missed = None
        timer, self._timer = self._timer, None
        if timer is not None:
            _pynet.clear_timeout(timer)
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            attempt.destroy()
        socket, self.socket = self.socket, None
        if socket is not None and destroy:
            socket.destroy()

    # --- private ---

    def _connect(self) -> None:
        self._timer = None
        socket = _pynet.connect(*self._args, **self._options)
        self._attempt = socket
        errors: list[Any] = []
        socket.on("error", errors.append)
        socket.on("secureConnect" if socket.encrypted else "connect", lambda: self._connected(socket))
        socket.on("close", lambda had_error: self._closed(socket, errors[0] if errors else None))

    def _connected(self, socket: _pynet.Socket) -> None:
        if self._attempt is not socket:
            return
        self._attempt, self.socket = None, socket
        self._failed = 0
        self._since = time.monotonic()
        self._tell("connected", socket)

    def _closed(self, socket: _pynet.Socket, error: Any) -> None:
        if self.stopped:
            return
        now = time.monotonic()
        if self.socket is socket:
            self.socket = None
            # A server that accepts and closes at once must not be asked ten times a second.
            if now - self._since > self._delay():
                self._doublings = 0
            self._since = now
            self._missed = None
            self.emit("lost", error)
        elif self._attempt is socket:
            self._attempt = None
            self._failed += 1
        if not self.stopped and self.socket is None and self._attempt is None:
            self._again(error, now)

    def _delay(self) -> float:
        return min(self._longest, self._first * 2.0 ** min(self._doublings, 1000))

    def _again(self, error: Any, now: float) -> None:
        delay = self._delay()
        if self._jitter:
            delay *= random.uniform(0.5, 1)
        late = self._max_elapsed is not None and now + delay - self._since > self._max_elapsed
        many = self._max_attempts is not None and self._failed >= self._max_attempts
        if late or many or isinstance(error, _pynet.AbortError):
            self._give_up(error)
            return
        self._doublings += 1
        self._timer = _pynet.set_timeout(self._try_again, delay * 1000)

    def _try_again(self) -> None:
        if self.stopped:
            return
        try:
            self._connect()
        except Exception as error:  # of a lookup function, or of an option that can be used once
            self._give_up(error)

    def _give_up(self, error: Any) -> None:
        self.stop()
        self._tell("giving_up", error)

    def _tell(self, event: str, value: Any) -> None:
        """Emits; what finds no listener is kept for the first one."""
        self._missed = None if self.emit(event, value) else (event, value)

    def _on_new_listener(self, event: object, listener: object) -> None:
        if self._missed is not None and event == self._missed[0]:
            _pynet.next_tick(self._tell_late, self._missed)

    def _tell_late(self, missed: tuple[Any, ...]) -> None:
        if self._missed is missed:
            self._tell(*missed)


def reconnecting(
    *args: Any,
    backoff: tuple[float, float] = (0.1, 30),
    jitter: bool = True,
    max_attempts: int | None = None,
    max_elapsed: float | None = None,
    **options: Any,
) -> Reconnecting:
    """Connects as connect() does, and connects again after each loss. Returns an EventEmitter.

    Events: connected(sock), with a new Socket each time; with `ssl`, after its handshake. lost(err), when that socket
    has closed; err is None if it closed without an error. giving_up(err), after max_attempts failed attempts in a row,
    or if max_elapsed seconds would have passed without a connection. stop(destroy=False) ends it. The first delay is
    backoff[0] seconds. It doubles up to backoff[1]. jitter shortens each delay at random, by up to a half.

    Raises what connect() raises, TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
    """
    return Reconnecting(args, options, backoff, jitter, max_attempts, max_elapsed)
