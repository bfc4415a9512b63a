"""Types of the C module: timers and ticks. For type checkers only: import these names from pynet."""

from collections.abc import Callable
from typing import Self, TypeVarTuple, Unpack, final

_Ts = TypeVarTuple("_Ts")

@final
class Timeout:
    """What set_timeout() and set_interval() return. Node: class Timeout."""

    def ref(self) -> Self:
        """The timer keeps run() from returning (the default); returns it."""
    def unref(self) -> Self:
        """The timer does not keep run() from returning; returns it."""
    def has_ref(self) -> bool:
        """True unless unref() was called last."""
    hasRef = has_ref
    def refresh(self) -> Self:
        """Starts the delay anew, also after it has fired."""
    def close(self) -> Self:
        """Cancels the timer, as clear_timeout()."""

@final
class Immediate:
    """What set_immediate() returns. Node: class Immediate."""

    def ref(self) -> Self:
        """The immediate keeps run() from returning (the default); returns it."""
    def unref(self) -> Self:
        """The immediate does not keep run() from returning; returns it."""
    def has_ref(self) -> bool:
        """True unless unref() was called last."""
    hasRef = has_ref

def set_timeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) once, after at least ms milliseconds; returns a Timeout. Less than 1 counts as 1, more
    than 2,147,483,647 as 1 with a TimeoutOverflowWarning. Raises TypeError (ERR_INVALID_ARG_TYPE).
    Node: setTimeout().
    """

def setTimeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) once, after at least ms milliseconds; returns a Timeout. Less than 1 counts as 1, more
    than 2,147,483,647 as 1 with a TimeoutOverflowWarning. Raises TypeError (ERR_INVALID_ARG_TYPE).
    Node: setTimeout().
    """

def set_interval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) every ms milliseconds, counted from the end of the call before; returns a Timeout. As
    set_timeout() otherwise. Node: setInterval().
    """

def setInterval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout:
    """Calls callback(*args) every ms milliseconds, counted from the end of the call before; returns a Timeout. As
    set_timeout() otherwise. Node: setInterval().
    """

def set_immediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate:
    """Calls callback(*args) once, after the I/O of the loop's turn; returns an Immediate. Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: setImmediate().
    """

def setImmediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate:
    """Calls callback(*args) once, after the I/O of the loop's turn; returns an Immediate. Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: setImmediate().
    """

def next_tick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None:
    """Calls callback(*args) as soon as the listener or callback that the loop is calling returns, before any I/O:
    Node's process.nextTick(). From another thread than the loop's it runs at the start of the loop's next turn.

    Raises TypeError (ERR_INVALID_ARG_TYPE) when callback is not callable or is a coroutine function.
    """

def nextTick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None:
    """Calls callback(*args) as soon as the listener or callback that the loop is calling returns, before any I/O:
    Node's process.nextTick(). From another thread than the loop's it runs at the start of the loop's next turn.

    Raises TypeError (ERR_INVALID_ARG_TYPE) when callback is not callable or is a coroutine function.
    """

def clear_timeout(timer: Timeout | None, /) -> None:
    """Cancels a Timeout of set_timeout() or set_interval(); nothing happens when it has fired or for None. Raises
    TypeError (ERR_INVALID_ARG_TYPE) for anything else. Node: clearTimeout(), clearInterval().
    """

def clear_immediate(immediate: Immediate | None, /) -> None:
    """Cancels an Immediate; nothing happens when it has run or for None. Raises TypeError (ERR_INVALID_ARG_TYPE) for
    anything else. Node: clearImmediate().
    """

clear_interval = clear_timeout
clearTimeout = clear_timeout
clearInterval = clear_timeout
clearImmediate = clear_immediate
