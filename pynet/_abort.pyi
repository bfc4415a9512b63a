"""Types of the C module: abort signals. For type checkers only: import these names from pynet."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, final

_Listener: TypeAlias = Callable[[AbortEvent], object]

class AbortEvent(NamedTuple):
    """AbortEvent(type, target)"""

    type: str
    """The name of the event: "abort"."""
    target: AbortSignal
    """The AbortSignal that was aborted."""

@final
class AbortController:
    """Ends the sockets, servers and waits that have its `signal`. Node: class AbortController."""

    @property
    def signal(self) -> AbortSignal:
        """The AbortSignal that abort() aborts."""
    def abort(self, reason: object = None) -> None:
        """Aborts the signal. Before it returns, it ends every operation that has the signal, and calls the listeners
        of the signal. reason is any object; by default it is an AbortError (ABORT_ERR). A second call does
        nothing.

        If a listener raises, the other listeners are still called, and the exception is reported as uncaught.
        KeyboardInterrupt and SystemExit are raised here after that. Node: abortController.abort().
        """

@final
class AbortSignal:
    """An abort of the signal ends the sockets, servers and waits that have it. Get one from
    AbortController().signal, or from timeout(), any() or abort(). Node: class AbortSignal.
    """

    onabort: _Listener | None
    """A function that an abort calls with an AbortEvent, like a listener, or None. You may set it."""
    @property
    def aborted(self) -> bool:
        """True after the abort."""
    @property
    def reason(self) -> Any:
        """The reason of the abort: the argument of abort(), or an AbortError. None before."""
    def throw_if_aborted(self) -> None:
        """Raises the reason, if the signal has been aborted. A reason that is not an exception becomes the `reason`
        of an AbortError. Node: signal.throwIfAborted().
        """
    throwIfAborted = throw_if_aborted
    def add_event_listener(
        self,
        type: Literal["abort"],
        listener: _Listener,
        options: Mapping[str, Any] | None = None,
        once: bool | None = False,
    ) -> None:
        """Adds a function. An abort of the signal calls it with an AbortEvent. type is "abort"; there are no other
        events. The same function is added only once. With once=True (or {"once": True} as options) it is removed
        before the call. After the abort no function is added.

        Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.addEventListener().
        """
    addEventListener = add_event_listener
    def remove_event_listener(self, type: Literal["abort"], listener: _Listener, options: object = None) -> None:
        """Removes a function that add_event_listener() added. Does nothing if the signal does not have it. options
        are ignored. Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.removeEventListener().
        """
    removeEventListener = remove_event_listener
    @classmethod
    def abort(cls, reason: object = None) -> AbortSignal:
        """Returns a signal that has already been aborted. reason is as in AbortController.abort().
        Node: AbortSignal.abort().
        """
    @classmethod
    def timeout(cls, ms: float, /) -> AbortSignal:
        """Returns a signal that is aborted after at least ms milliseconds (a whole number from 0 to 4294967295), on
        the thread that drives the loop. The reason is a NetTimeoutError (TIMEOUT_ERR). The signal does not keep
        run() from returning. While it has listeners it lives until that time, also without a reference to it.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: AbortSignal.timeout().
        """
    @classmethod
    def any(cls, signals: Iterable[AbortSignal], /) -> AbortSignal:
        """Returns a signal that is aborted as soon as one of signals is, with the same reason; at once if one of
        them has already been aborted. signals is an iterable of AbortSignal. Raises TypeError
        (ERR_INVALID_ARG_TYPE). Node: AbortSignal.any().
        """
