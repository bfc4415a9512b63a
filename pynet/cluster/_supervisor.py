"""What keeps a cluster running: replaces workers that end or hang, reload(), serve(), and the signals of run().

A worker that ends by itself is replaced after 100 ms, then after twice as long each time, up to 10 s; a worker that
has lived for a minute makes the delay short again. Five that end within a minute before they listen stop the cluster.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any

from pynet import _pynet, _run
from pynet._calls import Unbound
from pynet._support import coded, timer_ms

if TYPE_CHECKING:
    from pynet._waiting import Future
    from pynet.cluster._primary import Primary, PrimaryWorker

__all__ = ["Supervisor", "reload_workers", "serve_workers"]

FIRST_DELAY = 0.1
LONGEST_DELAY = 10.0
GOOD_LIFE = 60.0
FAILURES = 5
FAILURES_WITHIN = 60.0


def worker_failed(worker: PrimaryWorker, code: int | None, signal: str | None) -> _pynet.NetError:
    """The error of a worker that ended before it listened, with the last line that it wrote to stderr."""
    how = f"with exit status {code}" if signal is None else f"by {signal}"
    text = f"Worker {worker.id} has ended {how} before it listened"
    if worker.last_error:
        text += f": {worker.last_error}"
    return coded(_pynet.NetError(text), "ERR_CLUSTER_WORKER_FAILED")


class Supervisor:
    """Hears of each worker's end, and decides what follows."""

    def __init__(self, primary: Primary) -> None:
        self._primary = primary
        self.stopping = False
        self._delay = FIRST_DELAY
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._timers: set[_pynet.Timeout] = set()
        self._watch: _pynet.Timeout | None = None
        self.reloads: list[_Reload] = []

    def started(self, worker: PrimaryWorker) -> None:
        heartbeat = self._primary.settings.get("heartbeat")
        if heartbeat is not None and self._watch is None:
            self._watch = _pynet.set_interval(self._check_hearts, max(timer_ms(heartbeat / 4), 1))
            self._watch.unref()

    def _check_hearts(self) -> None:
        heartbeat = self._primary.settings.get("heartbeat")
        page = self._primary.page
        if heartbeat is None or page is None:
            return
        for worker in list(self._primary.alive):
            if worker.state != "none" and page.age(worker._slot) > heartbeat:
                worker.last_error = f"its loop has not run for {heartbeat:g} s"
                worker.kill("SIGKILL")

    def exited(self, worker: PrimaryWorker, code: int | None, signal: str | None) -> None:
        for reload in list(self.reloads):
            reload.exited(worker, code, signal)
        asked = worker.exited_after_disconnect or worker.replaced
        if asked or self.stopping or not self._primary.settings.get("restart"):
            return
        now = time.monotonic()
        if now - worker.started_at >= GOOD_LIFE:
            self._delay = FIRST_DELAY
        if not worker.has_listened:
            self._failures.append(now)
            if len(self._failures) == FAILURES and now - self._failures[0] < FAILURES_WITHIN:
                self._give_up(worker_failed(worker, code, signal))
                return
        delay, self._delay = self._delay, min(self._delay * 2, LONGEST_DELAY)
        timer: Any = None

        def again() -> None:
            self._timers.discard(timer)
            if not self.stopping:
                self._primary.fork(worker.env)

        timer = _pynet.set_timeout(again, delay * 1000)
        self._timers.add(timer)

    def stop(self) -> None:
        self.stopping = True
        self.forget_restarts()

    def forget_restarts(self) -> None:
        for timer in self._timers:
            _pynet.clear_timeout(timer)
        self._timers.clear()

    def _give_up(self, error: _pynet.NetError) -> None:
        self.stop()
        self._primary.disconnect(0, None)
        self._primary.emit("error", error)


class _Result(Unbound[None]):
    """The Future of reload()."""

    def __init__(self) -> None:
        super().__init__("reload")
        self.set_running_or_notify_cancel()

    def _call_text(self) -> str:
        return "cluster.reload()"

    def finish(self, error: BaseException | None) -> None:
        if self.done():
            return
        if error is not None:
            self.set_exception(error)
        else:
            self.set_result(None)
        self._leave()


class _Reload:
    """Replaces the workers one after the other."""

    def __init__(self, supervisor: Supervisor, primary: Primary, timeout: float | None) -> None:
        self.future = _Result()
        self._supervisor = supervisor
        self._primary = primary
        self._timeout = timeout
        self._old = deque(worker for worker in primary.workers.values() if not worker.exited_after_disconnect)
        self._leaving: set[PrimaryWorker] = set()
        self._new: PrimaryWorker | None = None
        supervisor.reloads.append(self)
        self._next()

    def _next(self) -> None:
        while self._old and self._old[0].is_dead():
            self._old.popleft()
        if not self._old:
            self._maybe_done()
            return
        try:
            self._new = self._primary.fork(self._old[0].env)
        except Exception as error:
            self._finish(error)
            return
        self._new.once("listening", self._listens)

    def _listens(self, address: object) -> None:
        old = self._old.popleft()
        self._new = None
        if not old.is_dead():
            self._leaving.add(old)
            old.disconnect(self._timeout)
        self._next()

    def exited(self, worker: PrimaryWorker, code: int | None, signal: str | None) -> None:
        if worker is self._new:
            worker.replaced = True  # the old one goes on
            self._finish(worker_failed(worker, code, signal))
            return
        self._leaving.discard(worker)
        if self._new is None:
            self._maybe_done()

    def _maybe_done(self) -> None:
        if not self._old and not self._leaving:
            self._finish(None)

    def _finish(self, error: BaseException | None) -> None:
        if self not in self._supervisor.reloads:
            return
        self._supervisor.reloads.remove(self)
        self.future.finish(error)


def reload_workers(primary: Primary, timeout: float | None) -> Future[None]:
    running = primary.supervisor.reloads
    if running:
        future: Future[None] = running[0].future
        return future
    with _pynet.turn():
        return _Reload(primary.supervisor, primary, timeout).future


# --- signals ---


def on_signal(primary: Primary, number: int, frame: object) -> None:
    """SIGHUP, SIGTTIN and SIGTTOU in the primary, while run(signals=True) is active."""
    if not primary.alive:  # this program has imported the cluster, and does not use it
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        return
    if sys.platform == "win32":
        return
    workers = [worker for worker in primary.workers.values() if not worker.exited_after_disconnect]
    if number == signal.SIGHUP:
        reload_workers(primary, 30)
    elif number == signal.SIGTTIN:
        primary.fork(None)
    elif workers:
        workers[-1].disconnect(30)


def take_signals(primary: Primary) -> None:
    """From now on run(signals=True) handles the signals of a primary as well."""
    if sys.platform == "win32":
        return
    for number in (signal.SIGHUP, signal.SIGTTIN, signal.SIGTTOU):
        _run.more_handlers[number] = partial(on_signal, primary)


# --- serve() ---


def serve_workers(primary: Primary, count: int, grace: float | None) -> None:
    """The primary of serve(): runs until it is stopped; what stops the cluster is raised."""

    def main() -> None:
        for _ in range(count):
            primary.fork(None)

    _pynet.run(main, signals=True, grace=grace)
