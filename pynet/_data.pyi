"""Types of the C module: data that is read, and what data is read from and written to. For type checkers only."""

from collections.abc import Generator
from typing import Any, Protocol, TypeVar, type_check_only

@type_check_only
class _Data(bytes, str):  # type: ignore[misc]
    """Data that is read: bytes, or str after set_encoding(). No type expresses that, so it may be used as either."""

@type_check_only
class _AwaitableData(_Data):
    """What read_until() and read_exactly() return: the data in a thread, an awaitable of it under asyncio."""

    def __await__(self) -> Generator[Any, None, _Data]: ...
    def result(self, timeout: float | None = None) -> _Data: ...

@type_check_only
class _Writable(Protocol):
    def write(self, data: Any, /) -> object: ...

_WritableT = TypeVar("_WritableT", bound=_Writable)

@type_check_only
class SupportsRead(Protocol):
    def read(self, size: int, /) -> Any: ...
