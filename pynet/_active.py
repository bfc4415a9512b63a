"""active(): what keeps run() going."""

from __future__ import annotations

from typing import NamedTuple

from pynet import _private
from pynet._messages import function_text

__all__ = ["Active", "active"]

_MOST_THREADS = 3


class Active(NamedTuple):
    """An entry of active(): an object that keeps run() going, and the reason."""

    what: object
    why: str


def active() -> list[Active]:
    """active() -> list of (what, why): each object that keeps run() going now, and the reason, such as "listens" or
    "writes".

    The list is empty exactly when run() would return. When run() is not active, it answers for a run() of this thread.
    `what` is a Server, a Socket, a Timeout, an Immediate, the callback of next_tick(), or None for a handle that closes
    and that no object owns any more, and for the worker processes of a cluster. It changes nothing. Any thread may call
    it.
    """
    entries: dict[tuple[int, str], Active] = {}  # by identity: a subclass may not be hashable
    for what, why, ms, callback in _private.active():
        text = _text(why, ms, callback)
        if text is not None:
            entries.setdefault((id(what), text), Active(what, text))
    order = {key: n for n, (key, _) in enumerate(entries)}
    return [entries[key] for key in sorted(entries, key=lambda key: order[key[0]])]


def _text(why: str, ms: int, callback: object) -> str | None:
    """Words a reason; None: it does not count."""
    if why == "paused":
        threads = _private.other_threads()
        if not threads:
            return None
        more = f", {len(threads) - _MOST_THREADS} more" if len(threads) > _MOST_THREADS else ""
        return f"paused: a thread may resume it ({', '.join(threads[:_MOST_THREADS])}{more})"
    calls = "" if callback is None else f": {_name_of(callback)}"
    if why == "timer":
        return f"timer in {ms:,} ms{calls}"
    return f"{why}{calls}"


def _name_of(callback: object) -> str:
    try:
        return function_text(callback)
    except Exception:  # an attribute of the user's object
        return object.__repr__(callback)
