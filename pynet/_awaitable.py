"""What a method that blocks does on a thread whose asyncio loop runs: it gives an AwaitableCall, or raises.

A notebook's cell runs on such a thread, and so does a plain function that a coroutine calls.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Coroutine, Generator
from types import FrameType
from typing import Any, NoReturn, TypeVar

from pynet._support import running_loop

_T = TypeVar("_T")


def refuse_under_asyncio(what: str, instead: str) -> None:
    """Raises where `what` would block a running asyncio loop; names what does not."""
    if running_loop() is not None:
        _refuse(what, instead)


def _refuse(what: str, instead: str) -> NoReturn:
    raise RuntimeError(
        f"{what} would block the asyncio loop that runs on this thread (a notebook's cell has one as well): "
        f"write {instead}"
    )


class AwaitableCall(Coroutine[Any, Any, _T]):
    """A call of read_exactly() and the like under asyncio: `await` it, or call its result(timeout) in another thread.

    It begins when it is awaited. It is a coroutine for asyncio, so that create_task(), gather() and wait_for() take it.
    """

    __module__ = "pynet"
    __slots__ = ("__weakref__", "_begin", "_block", "_coroutine", "_text")

    def __init__(
        self, text: str, begin: Callable[[], Coroutine[Any, Any, _T]], block: Callable[[float | None], _T]
    ) -> None:
        self._text = text
        self._begin: Callable[[], Coroutine[Any, Any, _T]] | None = begin
        self._block = block
        self._coroutine: Coroutine[Any, Any, _T] | None = None

    def result(self, timeout: float | None = None) -> _T:
        """What `await` gives, for a thread without an asyncio loop; `timeout` in seconds, beside that of the call."""
        refuse_under_asyncio("result()", f"await {self._text}")
        if self._begin is None:
            raise RuntimeError(f"{self._text} has been awaited already")
        self._begin = None
        return self._block(timeout)

    def __await__(self) -> Generator[Any, None, _T]:
        return self._begun().__await__()

    def send(self, value: Any, /) -> Any:
        return self._begun().send(value)

    def throw(self, *args: Any) -> Any:
        return self._begun().throw(*args)

    def close(self) -> None:
        self._begin = None
        if self._coroutine is not None:
            self._coroutine.close()

    def __repr__(self) -> str:
        return f"<pynet: await {self._text}>"

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self._text} has no attribute {name!r} before it is awaited: write await {self._text}")

    def __del__(self) -> None:
        if getattr(self, "_begin", None) is not None:
            warnings.warn(f"{self._text} was never awaited: write await {self._text}", RuntimeWarning, stacklevel=2)

    def _begun(self) -> Coroutine[Any, Any, _T]:
        begin, self._begin = self._begin, None
        if begin is not None:
            self._coroutine = begin()
        if self._coroutine is None:
            raise RuntimeError(f"{self._text} has been used already")
        return self._coroutine


def is_dropped(frame: FrameType | None) -> bool:
    """Whether the caller, whose frame this is, throws the result of its call away: then no `await` can follow."""
    if frame is None or frame.f_lasti < 0:
        return False
    import opcode

    names = [opcode.opname[op] for op in frame.f_code.co_code[frame.f_lasti : frame.f_lasti + 48 : 2]]
    # In Python 3.11 a CALL follows the PRECALL; a call of a Python function may have gone past its own instruction.
    own = {"PRECALL": 2, "CACHE": 0}.get(names[0], 1)
    after = [name for name in names if name != "CACHE"][own : own + 1]
    return after in (["POP_TOP"], ["PRINT_EXPR"])


def refuse_dropped(frame: FrameType, text: str) -> None:
    """Raises if the caller, whose frame this is, throws the result of the call `text` away."""
    if is_dropped(frame):
        _refuse(text, f"await {text}")


def wait_or_await(
    text: str, begin: Callable[[], Coroutine[Any, Any, _T]], block: Callable[[float | None], _T], depth: int
) -> AwaitableCall[_T]:
    """For wait(): raises if its caller, `depth` frames above ours, throws the result away."""
    refuse_dropped(sys._getframe(depth), text)
    return AwaitableCall(text, begin, block)
