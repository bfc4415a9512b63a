"""What the loop and run() need of the standard library; the C module calls this (csrc/py/base/state.h: PN_RUN).

The C module imports this during its own import, so nothing here imports what needs it. At the interpreter's exit an
import may fail: what is needed then is imported at the top, or when run() begins.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import weakref
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import partial

from pynet import _exit
from pynet._exit import blocked as blocked
from pynet._exit import ended_by_itself as ended_by_itself
from pynet._exit import wake_waiters as wake_waiters
from pynet._messages import add_in_use as add_in_use
from pynet._messages import add_where as add_where
from pynet._messages import aggregate_text as aggregate_text
from pynet._messages import caller as caller
from pynet._messages import check_event as check_event
from pynet._messages import lone_text_hint as lone_text_hint
from pynet._messages import user_events as user_events

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    from typing import Any

_futures: Any = _exit.pending
pending = _futures.data  # the set itself: C looks whether it is empty

AddressInfo = namedtuple("AddressInfo", "address port family", module="pynet")
ServerStats = namedtuple("ServerStats", "accepted dropped blocked active", module="pynet")
AbortEvent = namedtuple("AbortEvent", "type target", module="pynet")

# --- the background thread ---


def _handle_of(thread: threading.Thread) -> str:
    return "_os_thread_handle" if hasattr(thread, "_os_thread_handle") else "_handle"  # the first from Python 3.14 on


def enter_thread() -> threading.Thread:
    """Makes this thread, which C has started, a thread of the module threading: named, listed, joinable and traced.

    Thread.start() would need no private names; but gevent makes it start a greenlet, and wait for it.
    """
    private: Any = threading
    if threading.Thread.__module__ != "threading":  # gevent has replaced the class; its dummies are for such threads
        dummy = threading.current_thread()
        dummy.name = "pynet"
        return dummy
    thread: Any = threading.Thread(name="pynet", daemon=True)
    thread._set_ident()
    thread._set_native_id()
    if hasattr(thread, "_set_tstate_lock"):  # up to Python 3.12
        thread._set_tstate_lock()
    else:
        setattr(thread, _handle_of(thread), private._make_thread_handle(thread.ident))
    if hasattr(thread, "_set_os_name"):  # from Python 3.14 on
        thread._set_os_name()
    thread._started.set()
    with private._active_limbo_lock:
        private._active[thread.ident] = thread
    if threading.gettrace() is not None:
        sys.settrace(threading.gettrace())
    if threading.getprofile() is not None:
        sys.setprofile(threading.getprofile())
    return thread  # type: ignore[no-any-return]


def leave_thread(thread: Any) -> None:
    """The thread ends: from now on it is neither listed nor alive."""
    with contextlib.suppress(KeyError):
        thread._delete()
    if isinstance(thread, threading._DummyThread):
        return
    if not hasattr(thread, "_tstate_lock"):
        getattr(thread, _handle_of(thread))._set_done()
    elif thread._tstate_lock is not None:
        with contextlib.suppress(RuntimeError):  # released already
            thread._tstate_lock.release()
        thread._stop()


own_threads: weakref.WeakSet[threading.Thread] = weakref.WeakSet()
"""The threads that Python code of pynet has started for itself."""


def start_own_thread(target: Callable[..., object], *args: object, name: str) -> None:
    """Starts a daemon thread that does not keep run() going."""
    thread = threading.Thread(target=target, args=args, name=name, daemon=True)
    own_threads.add(thread)
    thread.start()


def other_threads(driver: int, idents: list[int]) -> list[str]:
    """The names of the threads that may resume a socket, of those with these identifiers: all but the driver and ours.

    All of them have a PyThreadState. One that has ended has none; but the main thread keeps it while it waits for the
    others to end, when it is not alive any more for the module threading.
    """
    named = {thread.ident: thread for thread in threading.enumerate()}
    excluded = {driver, *(thread.ident for thread in own_threads)}
    names: list[str] = []
    seen: set[int] = set()
    for ident in idents:
        thread = named.get(ident)
        if ident == 0 or ident in seen:
            names.append("a new thread")
        elif ident not in excluded and (thread is None or thread.is_alive()):
            names.append(f"thread {ident}" if thread is None else thread.name)
        seen.add(ident)
    return names


# --- hosts ---


def check_host() -> None:
    """A wait begins while a host drives the loop: raises if the host cannot run meanwhile.

    That is so when another asyncio loop runs on its thread now. An automatic attachment moves to that loop;
    it ends when its own loop does not run.
    """
    attach = sys.modules.get("pynet._attach")
    if attach is not None:
        attach.follow()


# --- signals ---


def begin(handler: Callable[..., object] | None, log: bool) -> tuple[Callable[[int], int], dict[int, Any]] | None:
    """What run() needs to change signals: a function that sets the wakeup descriptor, and the current handlers.

    None on another thread than the main one. Changes nothing yet. run() calls the first function from C, so that no
    signal handler can run between that change and the moment when run() has noted the previous descriptor.
    """
    if log:
        import logging  # noqa: F401  # for log_report()
    hubs: Any = sys.modules.get("gevent._hub_local")
    if hubs is not None and hubs.get_hub_if_exists() is not None:
        raise RuntimeError(
            "run() would block gevent's hub: no greenlet of this thread would run meanwhile. The background thread "
            "drives the loop when run() is not called"
        )
    if threading.get_ident() != threading.main_thread().ident:
        if handler is not None:
            raise ValueError("run(signals=True) works on the main thread only")
        return None
    import signal

    if sys.platform == "win32":
        endings = [signal.SIGINT, signal.SIGBREAK]  # Ctrl-C and Ctrl-Break; there is no SIGTERM of another process
    else:
        endings = [signal.SIGINT, signal.SIGTERM]
        more_handlers.setdefault(signal.SIGUSR1, _dump_on_signal)
    numbers: list[int] = [] if handler is None else [*endings]
    for number in more_handlers if handler is not None else ():  # one that the program or nohup has set stays
        if signal.getsignal(number) is signal.SIG_DFL:
            numbers.append(number)
    return partial(signal.set_wakeup_fd, warn_on_full_buffer=False), {n: signal.getsignal(n) for n in numbers}


def set_handlers(handlers: Mapping[int, Any], instead: Callable[..., object] | None = None) -> None:
    """Sets each handler, or `instead` for all. When a signal handler raises meanwhile, run() calls this again."""
    import signal

    for number, handler in handlers.items():
        # None: C code has set it, and run() puts it back.
        own = more_handlers.get(number, instead) if instead is not None else None
        signal.signal(number, own or (handler if handler is not None else signal.SIG_DFL))


more_handlers: dict[int, Callable[..., object]] = {}
"""What run(signals=True) handles besides SIGINT and SIGTERM: SIGUSR1, and those of the primary of a cluster."""


def _dump_on_signal(_number: int, frame: Any) -> None:
    """The signal comes between two lines of Python: of a listener, if one runs."""
    from pynet import _dump

    _dump.on_signal(frame)


graceful_hooks: list[Callable[[float | None], object]] = []
"""Called on the loop when run() begins to close everything in order, with its grace in seconds, or None."""


def graceful(grace: float) -> None:
    """The C module calls this (loop/graceful.c); a grace below 0 is none."""
    for hook in graceful_hooks:
        hook(grace if grace >= 0 else None)


# --- reports ---
# Each returns (where, call). The C module makes the call, so that no frame of pynet is in tracebacks and log records.


def thread_report(exc: BaseException, thread: threading.Thread | None) -> tuple[object, Callable[[], object]]:
    """Reports to threading.excepthook."""
    hook = threading.excepthook
    args = threading.ExceptHookArgs((type(exc), exc, exc.__traceback__, thread or threading.current_thread()))
    return hook, partial(hook, args)


def log_report(exc: BaseException) -> tuple[object, Callable[[], object]]:
    """Reports to the logger "pynet"."""
    import logging

    logger = logging.getLogger("pynet")
    return logger, partial(logger.error, "uncaught exception in a listener", exc_info=exc)


class Lost:
    """Warns of lost connections: of the first at once, then of how many more there were, every `interval` seconds."""

    interval = 10.0

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.until = float("-inf")
        self.codes: dict[str, int] = {}

    def report(self, text: str, connection: object, error: Any) -> None:
        """Counts, or warns and begins an interval."""
        now = time.monotonic()
        if now < self.until:
            code = getattr(error, "code", type(error).__name__)
            self.codes[code] = self.codes.get(code, 0) + 1
            return
        self.begin(now)
        _server_log().warning(text, connection, error)

    def begin(self, now: float) -> None:
        self.until = now + self.interval
        with contextlib.suppress(Exception):  # the interpreter exits
            sys.modules["pynet._pynet"].set_timeout(self.flush, self.interval * 1000).unref()

    def flush(self) -> None:
        """Warns of what was only counted."""
        codes, self.codes = self.codes, {}
        if not codes:
            return
        self.begin(time.monotonic())
        count = sum(codes.values())
        each = ", ".join(f"{code} {number}" for code, number in sorted(codes.items()))
        _server_log().warning("%d more connections are lost: %s", count, each)


lost = Lost()
if sys.platform != "win32":
    os.register_at_fork(after_in_child=lost.reset)


def _server_log() -> Any:
    import logging

    return logging.getLogger("pynet.server")


def lost_report(connection: Any, error: BaseException) -> tuple[object, Callable[[], object]]:
    """Reports to the logger "pynet.server"."""
    shaking = connection.encrypted and connection.get_protocol() is None  # the event is of the server
    event = "its server has no 'tlsClientError'" if shaking else "has no 'error'"
    return lost, partial(lost.report, f"%s is lost, and {event} listener: %s", connection, error)


# --- groups ---


def group_id(name: str) -> int | None:
    """The number of a group of this system, or None."""
    if sys.platform == "win32":
        return None
    import grp

    try:
        return grp.getgrnam(name).gr_gid
    except (KeyError, ValueError):  # ValueError: a NUL or a lone surrogate in the name
        return None


# --- waiting ---


def held_lock() -> Any:
    """What a thread waits for until another one releases it; after gevent's monkey patch, greenlets run meanwhile."""
    lock = threading.Lock()
    lock.acquire()
    return lock


# --- multiprocessing ---


def register_exit(at_exit: Callable[[], object]) -> None:
    """Registers at_exit in a child of multiprocessing, which exits without atexit but runs its own finalizers."""
    process: Any = sys.modules.get("multiprocessing.process")
    util: Any = sys.modules.get("multiprocessing.util")
    with contextlib.suppress(Exception):
        if process is not None and util is not None and process.parent_process() is not None:
            util.Finalize(None, at_exit, exitpriority=0)


def _before_fork() -> None:
    """Looks whether multiprocessing forks, to start a Process: the handles among its arguments travel then."""
    popen: Any = sys.modules.get("multiprocessing.popen_fork")
    frame = sys._getframe(1) if popen is not None else None
    while frame is not None and frame.f_code is not popen.Popen._launch.__code__:  # gevent's fork() is in between
        frame = frame.f_back
    if frame is not None and "pid" not in vars(frame.f_locals["self"]):  # in a child that was started so it has one
        from pynet import _forking

        _forking.before(frame)
    handles: Any = sys.modules.get("pynet._handles")
    if handles is not None:
        handles.fork_lock.acquire()


if sys.platform != "win32":
    os.register_at_fork(before=_before_fork)
