"""Types of the C module: run() and the like, and the defaults."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, final, type_check_only

from pynet._emitter import EventEmitter
from pynet._options import HappyEyeballs

# --- the loop ---

@type_check_only
class _Turn:
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> Literal[False]: ...

_Handler: TypeAlias = Callable[[BaseException, EventEmitter | None], object]

def run(
    main: Callable[[], object] | None = None,
    *,
    signals: bool = False,
    grace: float | None = 10,
    on_uncaught: Literal["log"] | None = None,
) -> None:
    """Drives the loop on the calling thread until nothing referenced is left to do (see active()), or stop() is
    called. main() is called first, inside the first turn. The background thread, if it was driving, hands over.

    signals=True (main thread only): the first SIGINT or SIGTERM closes in order (stops accepting, sends queued
    writes, unlinks unix paths), the second returns at once. What has not closed `grace` seconds after the first
    is destroyed, and counted in one line on stderr; None waits without limit. on_uncaught="log": an exception
    that leaves a listener is logged (logger "pynet"), the connection concerned is destroyed, and run() continues;
    by default run() raises it, destroys nothing, and may be called again.

    Raises RuntimeError inside a listener, inside turn(), while another run() is active, and while pynet is
    attached to the loop of a host (embed(), pynet.aio).
    """

def stop() -> None:
    """Makes run() return at the end of the turn under way; from any thread, listener or signal handler. Nothing is
    closed. Does nothing when run() is not active.
    """

def turn() -> _Turn:
    """with turn(): nothing is dispatched until the block ends, so that several calls are one step for the loop, as
    they are inside a listener. From any thread; it nests, and inside a listener it does nothing. Entering waits
    for the end of the current turn. Don't enter it holding a lock that a listener takes.
    """

@final
class Drive:
    """What embed() returns: the loop of a host runs pynet's loop by it. As a context manager it is closed."""

    _automatic: bool
    @property
    def closed(self) -> bool:
        """True after close(), and when the host is gone."""
    @property
    def host(self) -> Any:
        """The host that embed() got, or None."""
    def fileno(self) -> int:
        """The descriptor that the host watches for reading; -1 after close()."""
    def step(self) -> float | None:
        """Runs one turn of the loop without waiting. Returns 0 when another one is due at once, the seconds until
        the next timer, or None; whatever it is, the descriptor becomes readable in time, so that a host need not
        look at it. Does nothing after close(), inside a listener, and while a turn() block is open. Raises
        KeyboardInterrupt and SystemExit of a listener, what wake() raises, and RuntimeError on another thread
        than that of embed().
        """
    def close(self) -> None:
        """Detaches pynet from the host, inside a listener at the end of the step(). The host must not watch the
        descriptor any more. Sockets and servers stay open: the next call that needs the loop starts the
        background thread, or the loop is attached again. From any thread; does nothing when it is closed.
        """
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...

def embed(
    wake: Callable[[Callable[[], float | None]], object] | None = None,
    *,
    host: object = None,
    uncaught: Callable[[BaseException, EventEmitter | None], object] | None = None,
) -> Drive:
    """embed(wake=None, *, host=None, uncaught=None) -> Drive: the loop of a host runs pynet's loop, on the calling
    thread. The host watches drive.fileno() for reading and calls drive.step() whenever it is readable; listeners
    run within step(), so they may use all that the host allows on its thread. drive.close() ends it.

    wake is called as wake(drive.step) at the end of a step() that wants another one at once, so that the host
    calls it in its next turn (loop.call_soon); without it the descriptor becomes readable again. host: what
    messages call the host. uncaught is called as uncaught(exc, emitter) for what leaves a listener, before the
    connection concerned is destroyed; without it threading.excepthook is. KeyboardInterrupt and SystemExit leave
    step().

    If the background thread was driving, it hands over, and starts again after close(). Raises RuntimeError while
    run() is active or pynet is attached to a host already, inside a listener and inside turn(); TypeError
    (ERR_INVALID_ARG_TYPE) when wake or uncaught is not callable or a coroutine function.
    """

def set_uncaught_handler(handler: _Handler | None, /) -> _Handler | None:
    """Sets what is called with (exc, emitter) for an exception that leaves a listener or callback, and for an
    "error" event without a listener; emitter is the object whose listener raised, or None. It replaces what run()
    and the background loop do otherwise. Returns the previous handler; None resets. What the handler raises goes
    to sys.unraisablehook. KeyboardInterrupt and SystemExit never reach it.

    Raises TypeError (ERR_INVALID_ARG_TYPE) when handler is not callable.
    """

setUncaughtHandler = set_uncaught_handler

# --- defaults ---

def get_default_auto_select_family() -> bool:
    """The default of connect()'s auto_select_family: True at first, unless PYNET_NO_NETWORK_FAMILY_AUTOSELECTION is
    in the environment. Node: net.getDefaultAutoSelectFamily().
    """

def set_default_auto_select_family(value: bool, /) -> None:
    """Sets the default of connect()'s auto_select_family, a bool. Raises TypeError (ERR_INVALID_ARG_TYPE).
    Node: net.setDefaultAutoSelectFamily().
    """

def get_default_auto_select_family_attempt_timeout() -> int:
    """The default of connect()'s auto_select_family_attempt_timeout in milliseconds: 250 at first, or what
    PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT in the environment says.
    Node: net.getDefaultAutoSelectFamilyAttemptTimeout().
    """

def set_default_auto_select_family_attempt_timeout(value: int, /) -> None:
    """Sets the default of connect()'s auto_select_family_attempt_timeout: milliseconds, an integer from 1 to
    2147483647; below 10 it is 10. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
    Node: net.setDefaultAutoSelectFamilyAttemptTimeout().
    """

def get_default_happy_eyeballs() -> HappyEyeballs:
    """The default of connect()'s happy_eyeballs: "race" at first."""

def set_default_happy_eyeballs(value: HappyEyeballs, /) -> None:
    """Sets the default of connect()'s happy_eyeballs: with "race" an attempt whose time is up continues beside the
    next one, with "serial" it is given up, as in Node. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError
    (ERR_INVALID_ARG_VALUE).
    """

getDefaultAutoSelectFamily = get_default_auto_select_family
setDefaultAutoSelectFamily = set_default_auto_select_family
getDefaultAutoSelectFamilyAttemptTimeout = get_default_auto_select_family_attempt_timeout
setDefaultAutoSelectFamilyAttemptTimeout = set_default_auto_select_family_attempt_timeout
getDefaultHappyEyeballs = get_default_happy_eyeballs
setDefaultHappyEyeballs = set_default_happy_eyeballs

def get_default_high_water_mark() -> int:
    """The high-water mark (bytes) of sockets and servers made without one: 65536 at first.
    Node: stream.getDefaultHighWaterMark().
    """

def set_default_high_water_mark(value: int, /) -> None:
    """Sets the high-water mark (bytes, an integer from 0 to 2147483647) of sockets and servers made from now on
    without one. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
    Node: stream.setDefaultHighWaterMark().
    """

def get_default_no_delay() -> bool:
    """The default of the option no_delay: False at first."""

def set_default_no_delay(value: bool, /) -> None:
    """Sets the default of the option no_delay, a bool, for sockets and servers made from now on. Raises TypeError
    (ERR_INVALID_ARG_TYPE).
    """

getDefaultNoDelay = get_default_no_delay
setDefaultNoDelay = set_default_no_delay
getDefaultHighWaterMark = get_default_high_water_mark
setDefaultHighWaterMark = set_default_high_water_mark

# --- hints of connect() ---

ADDRCONFIG: int
"""For hints: only the families of which this machine has an address. The default."""
V4MAPPED: int
"""For hints: IPv4 addresses as IPv6 (::ffff:...) where there is no IPv6."""
ALL: int
"""For hints, with V4MAPPED: IPv6 addresses and the mapped IPv4 ones."""
