"""Types of the C module: abort signals. For type checkers only: import these names from pynet."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias, final

_Listener: TypeAlias = Callable[[AbortEvent], object]

class AbortEvent(NamedTuple):
    type: str
    target: AbortSignal

@final
class AbortController:
    @property
    def signal(self) -> AbortSignal: ...
    def abort(self, reason: object = None) -> None: ...

@final
class AbortSignal:
    onabort: _Listener | None
    @property
    def aborted(self) -> bool: ...
    @property
    def reason(self) -> Any: ...
    def throw_if_aborted(self) -> None: ...
    throwIfAborted = throw_if_aborted
    def add_event_listener(
        self,
        type: Literal["abort"],
        listener: _Listener,
        options: Mapping[str, Any] | None = None,
        once: bool | None = False,
    ) -> None: ...
    addEventListener = add_event_listener
    def remove_event_listener(self, type: Literal["abort"], listener: _Listener, options: object = None) -> None: ...
    removeEventListener = remove_event_listener
    @classmethod
    def abort(cls, reason: object = None) -> AbortSignal: ...
    @classmethod
    def timeout(cls, ms: float, /) -> AbortSignal: ...
    @classmethod
    def any(cls, signals: Iterable[AbortSignal], /) -> AbortSignal: ...
