"""run_in_loop(): calls a function on the thread of the loop, and returns a Future of its result."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent import futures
from typing import TypeVar, TypeVarTuple

from pynet import _private, _pynet
from pynet._exit import pending
from pynet._waiting import Future, _Link

__all__ = ["run_in_loop"]

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class Unbound(Future[_T]):
    """A Future that waits for no event: pynet gives it its result."""

    def __init__(self, event: str) -> None:
        futures.Future.__init__(self)
        self._emitter = _pynet.Server()  # it emits nothing, but raises in a forked child and at exit
        self._event = event
        self._link = _Link(self)
        self._listeners = deque()
        pending.add(self)

    def _look(self) -> bool:
        _private.over(self._emitter)  # raises in a forked child and at exit
        return self.done()


class _Call(Unbound[_T]):
    """The future of a call."""

    def __init__(self, function: Callable[[], _T]) -> None:
        super().__init__(getattr(function, "__name__", "call"))
        self._function: Callable[[], _T] | None = function

    def __repr__(self) -> str:
        return super().__repr__().partition(f" {self._event!r} of ")[0] + f", a call of {self._event}>"

    def _call_text(self) -> str:
        return f"pynet.run_in_loop({self._event})"

    def _call(self) -> None:
        function, self._function = self._function, None
        if function is None or not self.set_running_or_notify_cancel():
            return
        try:
            result = function()
        except BaseException as error:
            self.set_exception(error)
            if not isinstance(error, Exception):  # KeyboardInterrupt and SystemExit leave run()
                raise
        else:
            self.set_result(result)
        finally:
            self._leave()


def run_in_loop(function: Callable[[*_Ts], _T], /, *args: *_Ts) -> Future[_T]:
    """run_in_loop(function, *args) -> Future of the result of function(*args), on the thread that drives the loop.

    The call is made in the next tick of the loop, also when a listener calls this. `await` the Future under asyncio, or
    call its result(timeout) in a thread. cancel() before the call prevents it. An exception of the function is that of
    the Future, and is not uncaught. Raises TypeError (ERR_INVALID_ARG_TYPE) if function is not callable, or is a
    coroutine function; NetError (ERR_LOOP_CLOSED) at the interpreter's exit.
    """
    _private.check_callback(function)

    def call() -> _T:
        return function(*args)

    call.__name__ = getattr(function, "__name__", "call")
    future = _Call(call)
    _pynet.next_tick(future._call)
    return future


runInLoop = run_in_loop
