"""Types of the C module: run() and the like, and the defaults."""

from collections.abc import Callable
from types import TracebackType
from typing import Literal, Self, TypeAlias, type_check_only

from pynet._options import HappyEyeballs
from pynet._pynet import EventEmitter

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
) -> None: ...
def stop() -> None: ...
def turn() -> _Turn: ...
def set_uncaught_handler(handler: _Handler | None, /) -> _Handler | None: ...

setUncaughtHandler = set_uncaught_handler

# --- defaults ---

def get_default_auto_select_family() -> bool: ...
def set_default_auto_select_family(value: bool, /) -> None: ...
def get_default_auto_select_family_attempt_timeout() -> int: ...
def set_default_auto_select_family_attempt_timeout(value: int, /) -> None: ...
def get_default_happy_eyeballs() -> HappyEyeballs: ...
def set_default_happy_eyeballs(value: HappyEyeballs, /) -> None: ...

getDefaultAutoSelectFamily = get_default_auto_select_family
setDefaultAutoSelectFamily = set_default_auto_select_family
getDefaultAutoSelectFamilyAttemptTimeout = get_default_auto_select_family_attempt_timeout
setDefaultAutoSelectFamilyAttemptTimeout = set_default_auto_select_family_attempt_timeout
getDefaultHappyEyeballs = get_default_happy_eyeballs
setDefaultHappyEyeballs = set_default_happy_eyeballs

def get_default_high_water_mark() -> int: ...
def set_default_high_water_mark(value: int, /) -> None: ...

getDefaultHighWaterMark = get_default_high_water_mark
setDefaultHighWaterMark = set_default_high_water_mark

# --- hints of connect() ---

ADDRCONFIG: int
V4MAPPED: int
ALL: int
