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
    """Drives the loop on the calling thread, until nothing keeps it going (see active()), or until stop() is
    called. It calls main() first, inside the first turn. If the background thread was driving, it stops.

    signals=True (only on the main thread): the first SIGINT or SIGTERM closes everything in order: it stops
    accepting, sends queued writes and unlinks unix paths. Connections of serve() end when their handlers return.
    On the second signal run() returns at once. `grace` seconds after the first signal, run() destroys what is
    still open, and one line on stderr says how many; None means no limit.

    on_uncaught="log": if an exception leaves a listener, it is logged (logger "pynet"), the connection
    concerned is destroyed, and run() continues. By default run() raises the exception and destroys nothing,
    and you may call run() again.

    Raises RuntimeError inside a listener, inside turn(), while another run() is active, and while pynet is
    attached to the loop of a host (embed(), pynet.aio).
    """

def stop() -> None:
    """Makes run() return at the end of the current turn. Any thread, listener or signal handler may call it. It
    closes nothing. Does nothing if run() is not active.
    """

def turn() -> _Turn:
    """with turn(): the loop calls no listener until the block ends. So several calls are one step, as inside a
    listener. Entering the block waits for the end of the current turn. Any thread may enter it, and blocks
    may be nested. Inside a listener it does nothing. Don't enter it while you hold a lock that a listener
    takes.
    """

@final
class Drive:
    """The result of embed(): the loop of a host runs pynet's loop through it. As a context manager, it is closed
    at the end of the block.
    """

    _automatic: bool
    @property
    def closed(self) -> bool:
        """True after close(), and when the host no longer exists."""
    @property
    def host(self) -> Any:
        """The argument host of embed(), or None."""
    def fileno(self) -> int:
        """Returns the descriptor that the host watches for reading, or -1 after close()."""
    def step(self) -> float | None:
        """Runs one turn of the loop, without waiting. Returns 0 if another one is due at once, the seconds until the
        next timer, or None. A host may ignore the result: the descriptor becomes readable in time. Does nothing
        after close(), inside a listener, and while a turn() block is open. Raises KeyboardInterrupt and
        SystemExit of a listener, an exception of wake(), and RuntimeError on any other thread than that of
        embed().
        """
    def close(self) -> None:
        """Detaches pynet from the host; inside a listener at the end of the step(). The host must no longer watch
        the descriptor. Sockets and servers stay open. The next call that needs the loop starts the background
        thread, unless pynet is attached again. Any thread may call it. A second call does nothing.
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
    """Attaches pynet to the loop of a host, which then runs pynet's loop on the calling thread. Returns a Drive.
    The host watches drive.fileno() for reading, and calls drive.step() whenever it is readable. Listeners run
    within step(). So they may use everything that the host allows on its thread. drive.close() ends it.

    wake requests another step: pynet calls wake(drive.step) at the end of a step() if another one is due at
    once, and the host calls drive.step in its next turn (loop.call_soon). Without wake the descriptor becomes
    readable again. host is any object; messages name it. uncaught(exc, emitter) gets an exception that leaves
    a listener, before the connection concerned is destroyed; without it threading.excepthook does. step()
    raises KeyboardInterrupt and SystemExit.

    If the background thread was driving, it stops, and starts again after close(). Raises RuntimeError while
    run() is active, while pynet is already attached to a host, inside a listener and inside turn(); TypeError
    (ERR_INVALID_ARG_TYPE) if wake or uncaught is not callable, or is a coroutine function.
    """

def set_uncaught_handler(handler: _Handler | None, /) -> _Handler | None:
    """Sets a function handler(exc, emitter). It is called for an exception that leaves a listener or callback,
    and for an "error" event without a listener. emitter is the object whose listener raised, or None. The
    handler replaces the default handling of run() and of the background thread. An exception of the handler
    goes to sys.unraisablehook. KeyboardInterrupt and SystemExit never reach it. Returns the previous handler;
    None restores the default.

    Raises TypeError (ERR_INVALID_ARG_TYPE) if handler is not callable.
    """

setUncaughtHandler = set_uncaught_handler

# --- defaults ---

def get_default_auto_select_family() -> bool:
    """Returns the default of the option auto_select_family of connect(): True at first, unless
    PYNET_NO_NETWORK_FAMILY_AUTOSELECTION is in the environment. Node: net.getDefaultAutoSelectFamily().
    """

def set_default_auto_select_family(value: bool, /) -> None:
    """Sets the default of the option auto_select_family of connect(), a bool. Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: net.setDefaultAutoSelectFamily().
    """

def get_default_auto_select_family_attempt_timeout() -> int:
    """Returns the default of the option auto_select_family_attempt_timeout of connect(), in milliseconds: 250 at
    first, or the value of PYNET_NETWORK_FAMILY_AUTOSELECTION_ATTEMPT_TIMEOUT in the environment.
    Node: net.getDefaultAutoSelectFamilyAttemptTimeout().
    """

def set_default_auto_select_family_attempt_timeout(value: int, /) -> None:
    """Sets the default of the option auto_select_family_attempt_timeout of connect(): milliseconds, an integer
    from 1 to 2147483647. A value below 10 counts as 10. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError
    (ERR_OUT_OF_RANGE). Node: net.setDefaultAutoSelectFamilyAttemptTimeout().
    """

def get_default_happy_eyeballs() -> HappyEyeballs:
    """Returns the default of the option happy_eyeballs of connect(): "race" at first."""

def set_default_happy_eyeballs(value: HappyEyeballs, /) -> None:
    """Sets the default of the option happy_eyeballs of connect(). With "race", an attempt that has had no answer
    in its time continues beside the next attempt. With "serial" it is cancelled, as in Node. Raises TypeError
    (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE).
    """

getDefaultAutoSelectFamily = get_default_auto_select_family
setDefaultAutoSelectFamily = set_default_auto_select_family
getDefaultAutoSelectFamilyAttemptTimeout = get_default_auto_select_family_attempt_timeout
setDefaultAutoSelectFamilyAttemptTimeout = set_default_auto_select_family_attempt_timeout
getDefaultHappyEyeballs = get_default_happy_eyeballs
setDefaultHappyEyeballs = set_default_happy_eyeballs

def get_default_high_water_mark() -> int:
    """Returns the high-water mark (bytes) of sockets and servers that are made without one: 65536 at first.
    Node: stream.getDefaultHighWaterMark().
    """

def set_default_high_water_mark(value: int, /) -> None:
    """Sets the high-water mark (bytes, an integer from 0 to 2147483647) of sockets and servers that are made
    without one after this call. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
    Node: stream.setDefaultHighWaterMark().
    """

def get_default_no_delay() -> bool:
    """Returns the default of the option no_delay: False at first."""

def set_default_no_delay(value: bool, /) -> None:
    """Sets the default of the option no_delay, a bool, of sockets and servers that are made after this call.
    Raises TypeError (ERR_INVALID_ARG_TYPE).
    """

getDefaultNoDelay = get_default_no_delay
setDefaultNoDelay = set_default_no_delay
getDefaultHighWaterMark = get_default_high_water_mark
setDefaultHighWaterMark = set_default_high_water_mark

# --- hints of connect() ---

ADDRCONFIG: int
"""For hints: the lookup gives only the families of which this machine has an address. The default."""
V4MAPPED: int
"""For hints: where there is no IPv6 address, the lookup gives IPv4 addresses as IPv6 (::ffff:...)."""
ALL: int
"""For hints, with V4MAPPED: the lookup gives IPv6 addresses and the mapped IPv4 addresses."""
