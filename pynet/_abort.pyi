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
    """Ends the sockets, servers and waits that take its `signal`. Node: class AbortController."""

    @property
    def signal(self) -> AbortSignal:
        """The AbortSignal that abort() aborts."""
    def abort(self, reason: object = None) -> None:
        """Aborts the signal: calls its listeners before it returns, and ends everything that takes the signal.
        reason is any object; without one it is an AbortError (ABORT_ERR). Does nothing when it was called before.
        An exception of a listener is reported as uncaught, and the remaining listeners are still called;
        KeyboardInterrupt and SystemExit are raised here after that. Node: abortController.abort().
        """

@final
class AbortSignal:
    """Ends the sockets, servers and waits that take it, when it is aborted; from AbortController().signal, or one of
    timeout(), any() and abort(). Node: class AbortSignal.
    """

    onabort: _Listener | None
    """A function that is called with an AbortEvent, like a listener; settable, None: no function."""
    @property
    def aborted(self) -> bool:
        """Whether it has been aborted."""
    @property
    def reason(self) -> Any:
        """What abort() was given, or an AbortError; None before."""
    def throw_if_aborted(self) -> None:
        """Raises the reason when the signal has been aborted: itself when it is an exception, else an AbortError
        with it as `reason`. Node: signal.throwIfAborted().
        """
    throwIfAborted = throw_if_aborted
    def add_event_listener(
        self,
        type: Literal["abort"],
        listener: _Listener,
        options: Mapping[str, Any] | None = None,
        once: bool | None = False,
    ) -> None:
        """Adds a function that is called with an AbortEvent when the signal is aborted; type is "abort" (other
        events never come). The same function is added once only. once=True (or {"once": True} as options) removes
        it before the call. After the abort nothing is added.

        Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.addEventListener().
        """
    addEventListener = add_event_listener
    def remove_event_listener(self, type: Literal["abort"], listener: _Listener, options: object = None) -> None:
        """Removes a function that was added with add_event_listener(); nothing happens when it was not. options are
        ignored. Raises TypeError (ERR_INVALID_ARG_TYPE). Node: signal.removeEventListener().
        """
    removeEventListener = remove_event_listener
    @classmethod
    def abort(cls, reason: object = None) -> AbortSignal:
        """A signal that has been aborted; reason as in AbortController.abort(). Node: AbortSignal.abort()."""
    @classmethod
    def timeout(cls, ms: float, /) -> AbortSignal:
        """A signal that is aborted after at least ms milliseconds (a whole number, 0 to 4294967295), on the thread
        that drives the loop; the reason is a NetTimeoutError (TIMEOUT_ERR). It does not keep run() from
        returning. While it has listeners it stays alive until then, also without a reference to it.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: AbortSignal.timeout().
        """
    @classmethod
    def any(cls, signals: Iterable[AbortSignal], /) -> AbortSignal:
        """A signal that is aborted when the first of signals is, with its reason; at once when one has been. signals
        is an iterable of AbortSignal. Raises TypeError (ERR_INVALID_ARG_TYPE). Node: AbortSignal.any().
        """
