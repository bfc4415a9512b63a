"""Types of the C module: timers and ticks. For type checkers only: import these names from pynet."""

from collections.abc import Callable
from typing import Self, TypeVarTuple, Unpack, final

_Ts = TypeVarTuple("_Ts")

@final
class Timeout:
    """What set_timeout() and set_interval() return. Node: class Timeout."""

    def ref(self) -> Self:
        """The timer keeps run() from returning, which is the default. Returns the timer."""
    def unref(self) -> Self:
        """The timer does not keep run() from returning. Returns the timer."""
    def has_ref(self) -> bool:
        """True, unless unref() was called last."""
    hasRef = has_ref
    def refresh(self) -> Self:
        """Starts the delay again, also after the timer has fired. Returns the timer."""
    def close(self) -> Self:
        """Cancels the timer, like clear_timeout(). Returns the timer."""

@final
class Immediate:
    """What set_immediate() returns. Node: class Immediate."""

    def ref(self) -> Self:
        """The immediate keeps run() from returning, which is the default. Returns the immediate."""
    def unref(self) -> Self:
        """The immediate does not keep run() from returning. Returns the immediate."""
    def has_ref(self) -> bool:
        """True, unless unref() was called last."""
    hasRef = has_ref

def set_timeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) once, after at least ms milliseconds. Returns a Timeout. A value below 1 counts as
    1. A value above 2,147,483,647 also counts as 1, with a TimeoutOverflowWarning. Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: setTimeout().
    """

def setTimeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) once, after at least ms milliseconds. Returns a Timeout. A value below 1 counts as
    1. A value above 2,147,483,647 also counts as 1, with a TimeoutOverflowWarning. Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: setTimeout().
    """

def set_interval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) again and again. The delay of ms milliseconds starts at the end of each call.
    Returns a Timeout. Otherwise it is like set_timeout(). Node: setInterval().
    """

def setInterval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) again and again. The delay of ms milliseconds starts at the end of each call.
    Returns a Timeout. Otherwise it is like set_timeout(). Node: setInterval().
    """

def set_immediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate:
    """Calls callback(*args) once, after the I/O of the current turn of the loop. Returns an Immediate. Raises
    TypeError (ERR_INVALID_ARG_TYPE). Node: setImmediate().
    """

def setImmediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate:
    """Calls callback(*args) once, after the I/O of the current turn of the loop. Returns an Immediate. Raises
    TypeError (ERR_INVALID_ARG_TYPE). Node: setImmediate().
    """

def next_tick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None:
    """Calls callback(*args) on the loop's thread. In a listener, that is as soon as the listener has returned,
    and before any I/O. Outside of a listener, it is at the start of the next turn of the loop.
    Node: process.nextTick().

    Raises TypeError (ERR_INVALID_ARG_TYPE) if callback is not callable, or is a coroutine function.
    """

def nextTick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None:
    """Calls callback(*args) on the loop's thread. In a listener, that is as soon as the listener has returned,
    and before any I/O. Outside of a listener, it is at the start of the next turn of the loop.
    Node: process.nextTick().

    Raises TypeError (ERR_INVALID_ARG_TYPE) if callback is not callable, or is a coroutine function.
    """

def clear_timeout(timer: Timeout | None, /) -> None:
    """Cancels a Timeout of set_timeout() or set_interval(). Does nothing if it has fired, and for None. Raises
    TypeError (ERR_INVALID_ARG_TYPE) for anything else. Node: clearTimeout(), clearInterval().
    """

def clear_immediate(immediate: Immediate | None, /) -> None:
    """Cancels an Immediate. Does nothing if it has run, and for None. Raises TypeError (ERR_INVALID_ARG_TYPE)
    for anything else. Node: clearImmediate().
    """

clear_interval = clear_timeout
clearTimeout = clear_timeout
clearInterval = clear_timeout
clearImmediate = clear_immediate
