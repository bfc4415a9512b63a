"""One direction of a proxy that is slow or cuts: what `pynet proxy` needs when a pipe does too much.

A chunk is due `delay` seconds after it came. Of what is due, `rate` bytes leave in a second. The source is paused while
too much waits, so that a slow lane slows its sender down as a slow network does.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import pynet

MARK = 65536  # bytes that may wait without a delay
MOST = 16 << 20
SLICES = 50  # a second, at a limited rate


class Budget:
    """How many bytes a connection carries, both ways together, before it is cut: spent() is called then."""

    def __init__(self, left: int, spent: Callable[[], None]) -> None:
        self.left = left
        self.spent = spent


class Lane:
    """Carries what `source` sends to `target`, and its end."""

    def __init__(
        self, source: pynet.Socket, target: pynet.Socket, delay: float, rate: int | None, budget: Budget | None
    ) -> None:
        self.source = source
        self.target = target
        self.delay = delay
        self.rate = rate
        self.budget = budget
        self.chunks: deque[tuple[float, bytes]] = deque()  # when it is due, and the chunk; an empty one is the end
        self.waiting = 0
        self.free = 0.0  # when the rate allows the next slice
        self.timer: pynet.Timeout | None = None
        self.full = target.connecting  # the target takes nothing now
        self.stopped = False
        # A delay must not limit the speed: what arrives meanwhile has room, as it has on a long cable.
        self.mark = MARK + min(int(delay * (rate or MOST)), MOST)
        source.on("data", self.put)
        source.on("end", lambda: self.put(b""))
        target.on("connect", self.on_drain)
        target.on("drain", self.on_drain)
        source.on("close", lambda had_error: self.stop() if had_error else None)
        target.on("close", lambda had_error: self.stop())

    def put(self, chunk: bytes) -> None:
        if self.stopped:
            return
        self.chunks.append((time.monotonic() + self.delay, chunk))
        self.waiting += len(chunk)
        if self.waiting >= self.mark:
            self.source.pause()
        self.pump()

    def on_drain(self) -> None:
        self.full = False
        self.pump()

    def pump(self) -> None:
        """Sends what is due, as far as the rate and the target allow."""
        while self.chunks and not self.full and self.timer is None:
            now = time.monotonic()
            due, chunk = self.chunks[0]
            if max(due, self.free) > now:
                wait = max(due, self.free) - now
                self.timer = pynet.set_timeout(self.on_timer, wait * 1000)
                return
            self.chunks.popleft()
            if not chunk:
                if self.target.writable:
                    self.target.end()
                return
            self.send(due, chunk, now)

    def send(self, due: float, chunk: bytes, now: float) -> None:
        allowed = len(chunk)
        if self.rate is not None:
            allowed = min(allowed, max(1, self.rate // SLICES))
            self.free = max(self.free, now - 1 / SLICES) + allowed / self.rate
        if self.budget is not None:
            allowed = min(allowed, self.budget.left)
        part, rest = chunk[:allowed], chunk[allowed:]
        if rest:
            self.chunks.appendleft((due, rest))
        if part and self.target.writable:
            self.full = not self.target.write(part)
        self.waiting -= len(part)
        if self.waiting < self.mark and self.source.is_paused():
            self.source.resume()
        if self.budget is not None:
            self.budget.left -= len(part)
            if self.budget.left <= 0:
                self.stop()
                self.cut(self.budget)

    def cut(self, budget: Budget) -> None:
        """The peer gets what was within the budget: the cut waits until it has left."""
        if self.target.writable:
            self.target.write(b"", lambda err: budget.spent())
        else:
            budget.spent()

    def on_timer(self) -> None:
        self.timer = None
        self.pump()

    def stop(self) -> None:
        self.stopped = True
        self.chunks.clear()
        if self.timer is not None:
            pynet.clear_timeout(self.timer)
            self.timer = None
