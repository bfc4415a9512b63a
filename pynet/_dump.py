"""dump(): a table of what is open, what it waits for, and since when; and where the loop is."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from types import FrameType
from typing import Any, TextIO

from pynet import _active, _private, _pynet
from pynet._messages import shown

__all__ = ["dump", "on_signal"]


def dump(file: TextIO | None = None) -> None:
    """dump(file=None): writes a table of what is open, what it waits for and since when, to `file` or stderr.

    It also shows the timers that keep run() going, and, while a turn of the loop is under way, the stack of its thread:
    so it names a listener that is stuck. Any thread and any signal handler may call it. It changes nothing. On SIGUSR1,
    run(signals=True) calls it.
    """
    _write(file, sys._getframe(1))


def on_signal(frame: FrameType | None) -> None:
    """A signal has come while this frame ran."""
    _write(None, frame)


def _write(file: TextIO | None, frame: FrameType | None) -> None:
    text = "\n".join(_lines(frame)) + "\n"
    stream = sys.stderr if file is None else file
    if stream is None:  # pythonw, or closed by the program
        return
    stream.write(text)
    stream.flush()


def _lines(frame: FrameType | None) -> list[str]:
    reasons: dict[int, list[str]] = {}
    kept: list[object] = []
    others: list[str] = []
    for entry in _active.active():
        if isinstance(entry.what, _pynet.Socket | _pynet.Server):
            kept.append(entry.what)  # so that its id is not used again
            reasons.setdefault(id(entry.what), []).append(entry.why)
        else:
            others.append(_other(entry))
    now = _private.turn_now()
    lines = [_head(now)]
    opened: list[tuple[Any, float | None]] = [*_private.open_objects()]
    known = {id(what) for what, _ in opened}
    for what in kept:  # those without a handle yet, such as one that looks up its host
        if id(what) not in known:
            known.add(id(what))
            opened.append((what, None))
    places = {id(server): place for server, place in _private.server_list()}
    for what, seconds in opened:
        lines.append(f"  {shown(what)}")
        lines.append(f"      {_state(what, seconds, reasons.get(id(what), []), places.get(id(what)))}")
    lines += [f"  {text}" for text in others]
    if not opened and not others:
        lines.append("  nothing is open")
    return lines + _stack(now, frame)


def _head(now: tuple[int, float, int, bool] | None) -> str:
    mode, _ = _private.driver()
    idle, active = _private.loop_times()
    busy = f"{active / (idle + active):.0%}" if idle + active > 0 else "0%"
    where = f", in a turn for {now[1]:.3f} s" if now is not None else ""
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    return f"pynet: process {os.getpid()} at {stamp}, loop {mode}, {busy} busy{where}"


def _state(what: Any, seconds: float | None, reasons: list[str], place: str | None) -> str:
    parts = [] if seconds is None else [f"open for {seconds:.1f} s"]
    parts += reasons or ["does not keep run() going"]
    if isinstance(what, _pynet.Server):
        stats = what.stats
        parts.append(f"{stats.active} connections, {stats.accepted} accepted")
        if place is not None:
            parts.append(f"listens since {place}")
    else:
        parts.append(f"{what.bytes_read:,} bytes read, {what.bytes_written:,} written")
        if what.writable_length:
            parts.append(f"{what.writable_length:,} wait to be sent")
    return "; ".join(parts)


def _other(entry: Any) -> str:
    what = "" if entry.what is None or callable(entry.what) else f"{shown(entry.what)}: "
    return f"{what}{entry.why}"


def _stack(now: tuple[int, float, int, bool] | None, frame: FrameType | None) -> list[str]:
    """Where the driver is, if a turn is under way: below `frame` on this thread."""
    if now is None:
        return []
    _, _, thread, held = now
    if held:
        return ["a turn() block keeps the loop from going on"]
    found = frame if thread == threading.get_ident() else sys._current_frames().get(thread)
    stack = traceback.StackSummary.extract(traceback.walk_stack(found) if found is not None else ())
    stack.reverse()
    text = "".join(stack.format()).rstrip("\n")
    return [f"the loop's thread {thread}, the innermost call last:", *text.split("\n")] if text else []
