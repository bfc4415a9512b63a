"""The primary: starts workers, answers their requests, and emits what happens to them."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from pynet import _private, _pynet, _run
from pynet._support import coded, seconds_of, timer_ms
from pynet.cluster import _channel, _page, _settings
from pynet.cluster._channel import Channel, in_order
from pynet.cluster._shares import Share, Shares, error_as_json
from pynet.cluster._supervisor import Supervisor, take_signals
from pynet.cluster._worker_type import ListeningAddress, Worker

__all__ = ["Primary", "PrimaryWorker"]

_CHANNEL_CLOSES_WITHIN = 1000
"""ms after the end of a worker: a process that it has forked may still have the channel open."""
_KILL_AFTER = 5.0
"""s after the timeout of disconnect(): a worker that is still there is stuck, and is killed."""


def signal_name(code: int) -> str:
    try:
        return signal.Signals(code).name
    except ValueError:
        return f"SIG{code}"


class PrimaryWorker(Worker):
    """A worker, as the primary has it."""

    __module__ = "pynet.cluster"
    __qualname__ = "Worker"

    def __init__(self, primary: Primary, id: int, slot: int, settings: Mapping[str, Any]) -> None:
        super().__init__(id, settings["serialization"])
        self._primary = primary
        self._slot = slot
        self._dismissed = False
        """disconnect() has been called here: the worker leaves cluster.workers at its `disconnect`, not its `exit`."""
        self._killer: _pynet.Timeout | None = None
        self._exit: tuple[int | None, str | None] | None = None
        self._servers: dict[int, Share] = {}  # by the numbers that the worker gives them
        self._handing: deque[Share] = deque()  # of connections that it has not answered, oldest first
        self._held: dict[int, _pynet.Server] = {}  # connections that were sent, by their numbers
        self._asked: dict[int, Callable[[int], None]] = {}  # requests for the number of connections
        self._numbers = 0
        self.env: Mapping[str, str] | None = None
        self.started_at = time.monotonic()
        self.has_listened = False
        self.replaced = False
        """It is not started again: a reload() has failed with it."""
        self.last_error = ""
        """What is known of its end: the last line that it wrote to stderr."""

    # --- what a program calls ---

    def disconnect(self, timeout: float | None = None) -> PrimaryWorker:
        """disconnect(timeout=None) -> the worker

        Closes the servers of the worker. When the last connection has closed, the worker ends the channel, and its
        process ends unless something else keeps it. Connections that are open after `timeout` seconds are destroyed;
        a worker that does not react within 5 further seconds is killed. None waits without limit. Sets
        exited_after_disconnect. Events: disconnect, exit. Node: worker.disconnect().
        """
        seconds = seconds_of(timeout)
        self._leaves = True
        self._dismissed = True
        self._primary.shares.leave(self, died=False)
        if self._channel is not None:
            self._channel.tell("disconnect", seconds)
        if seconds is not None and self._killer is None and not self.is_dead():
            self._killer = _pynet.set_timeout(self.kill, timer_ms(seconds + _KILL_AFTER), "SIGKILL")
            self._killer.unref()
        return self

    def kill(self, signal: str | int = "SIGTERM") -> None:
        """kill(signal="SIGTERM"): sends a signal to the process of the worker. Node: worker.kill()."""
        number = signal_number(signal)
        if not self.is_dead():
            self.process.send_signal(number)

    destroy = kill

    # --- the channel ---

    def _begin(self, sock: socket.socket, process: subprocess.Popen[bytes], passes_stderr: bool) -> None:
        self.process = process
        self._channel = Channel(sock, self._on_message, self._failed)
        self._channel.on_close(self._closed)
        _run.start_own_thread(self._watch, passes_stderr, name="pynet-cluster")

    def _watch(self, passes_stderr: bool) -> None:
        """Waits for the end of the process, on a thread of its own, and passes on what comes from its stderr."""
        if passes_stderr:
            with self.process.stderr as lines, contextlib.suppress(OSError, ValueError):
                for line in lines:
                    self.last_error = line.decode(errors="backslashreplace").strip() or self.last_error
                    os.write(2, line)
        code = self.process.wait()
        try:
            _pynet.next_tick(self._ended, code)
        except _pynet.NetError:  # the interpreter exits
            return

    def _on_message(self, kind: int, payload: bytes, fd: int) -> None:
        if kind == _channel.MESSAGE:
            self._message(payload, fd)
        elif fd >= 0:
            raise _channel.InvalidMessage("A descriptor came without a message of the program")
        elif kind == _channel.INTERNAL:
            handler, args = _channel.read_internal(self, payload)
            handler(*args)
        elif kind == _channel.ANSWER and self._handing:
            self._handing.popleft().answered(self, _channel.read_answer(payload))
        else:
            raise _channel.InvalidMessage(f"A frame of an unknown kind came: {kind}")

    def _received(self, message: object, handle: Any) -> None:
        self._primary.emit("message", self, message, handle)
        self.emit("message", message, handle)

    def _tell(self, op: str, *args: object, fd: int = -1) -> None:
        if self._channel is not None:
            self._channel.tell(op, *args, fd=fd)

    # --- the life of a worker ---

    def _on_online(self) -> None:
        self.state = "online"
        self.emit("online")
        self._primary.emit("online", self)

    def _on_leaving(self) -> None:
        """The worker disconnects by itself."""
        self._leaves = True

    def _on_failed(self, text: str) -> None:
        self.last_error = text

    def _closed(self) -> None:
        """The channel has closed."""
        self.state = "disconnected"
        self._primary.shares.leave(self, died=True)
        self._handing.clear()
        self._servers.clear()
        for server in self._held.values():
            _private.server_hold(server, -1)
        self._held.clear()
        asked = list(self._asked.values())
        self._asked.clear()
        if self._dismissed:
            self._primary.workers.pop(self.id, None)
        in_order(
            *(partial(answer, 0) for answer in asked),
            partial(self.emit, "disconnect"),
            partial(self._primary.emit, "disconnect", self),
            partial(self._primary.disconnected, self),
            self._maybe_gone,
        )

    def _ended(self, code: int) -> None:
        """The process has ended."""
        self._exit = (code, None) if code >= 0 else (None, signal_name(-code))
        if self._killer is not None:
            _pynet.clear_timeout(self._killer)
        if self._channel is not None and self._channel.connected:
            _pynet.set_timeout(self._channel.socket.destroy, _CHANNEL_CLOSES_WITHIN)
        self._maybe_gone()

    def _maybe_gone(self) -> None:
        if self._exit is None or (self._channel is not None and not self._channel.socket.closed):
            return
        exit, self._exit = self._exit, None
        self.state = "dead"
        self._primary.gone(self, *exit)

    # --- listening ---

    def _on_listen(self, number: int, key: str, places: list[Any], options: Mapping[str, Any]) -> None:
        primary = self._primary
        scheduling = primary.settings["scheduling"]

        def answer(share: Share, fds: list[int], error: Any) -> None:
            if error is not None:
                self._tell("refused", number, error_as_json(error))
                return
            self._servers[number] = share
            for fd in fds[:-1]:
                self._tell("place", number, fd=fd)
            mode = "none" if share.scheduling == "reuse_port" else share.scheduling
            self._tell("listen", number, mode, fd=fds[-1])

        primary.shares.ask(self, number, key, places, options, scheduling, answer)

    def _on_listening(self, address: ListeningAddress) -> None:
        """A server of the worker listens, and its listeners have been called."""
        self.has_listened = True
        self.state = "listening"
        self.emit("listening", address)
        self._primary.emit("listening", self, address)

    def _on_close(self, number: int) -> None:
        share = self._servers.pop(number, None)
        if share is not None:
            share.leave(self, number)

    def _on_accepting(self, number: int, accepts: bool) -> None:
        share = self._servers.get(number)
        if share is not None:
            share.accepting(self, number, accepts)

    def _hand(self, share: Share, number: int, index: int, fd: int) -> None:
        """Hands an accepted connection to the worker ("rr")."""
        if self._channel is None or not self._channel.socket.writable:
            os.close(fd)  # the share keeps another; `close` of the channel follows
            return
        self._handing.append(share)
        self._channel.connection(number, index, fd)

    # --- connections that were sent ---

    def _number_of(self, handle: object) -> int:
        if not isinstance(handle, _pynet.Socket) or handle.server is None:
            return 0
        self._numbers += 1
        return self._numbers

    def _hold(self, number: int, handle: Any) -> None:
        """The server that has accepted the connection counts it until the worker has closed it."""
        self._held[number] = handle.server
        _private.server_hold(handle.server, 1)

    def _on_gone(self, number: int) -> None:
        server = self._held.pop(number, None)
        if server is not None:
            _private.server_hold(server, -1)

    def ask_connections(self, answer: Callable[[int], None]) -> None:
        if not self.is_connected():
            answer(0)
            return
        self._numbers += 1
        self._asked[self._numbers] = answer
        self._tell("count", self._numbers)

    def _on_count(self, number: int, count: int) -> None:
        answer = self._asked.pop(number, None)
        if answer is not None:
            answer(count)


def signal_number(value: Any) -> int:
    """A signal by its name or number."""
    if isinstance(value, str):
        number = getattr(signal, value, None)
        if not isinstance(number, signal.Signals):
            raise coded(ValueError(f'Unknown signal: "{value}"'), "ERR_UNKNOWN_SIGNAL")
        return int(number)
    if isinstance(value, bool) or not isinstance(value, int):
        _private.raise_arg_type("signal", "the name or the number of a signal", value)
    return int(value)


class Primary(_pynet.EventEmitter):
    """The cluster, in the primary: what the functions of pynet.cluster do there."""

    __module__ = "pynet.cluster"
    __qualname__ = "Cluster"

    def __init__(self) -> None:
        self.workers: dict[int, PrimaryWorker] = {}
        self.settings: dict[str, Any] = {}
        self.shares = Shares()
        self.alive: set[PrimaryWorker] = set()  # their processes have not ended
        self.page: _page.Page | None = None
        self.supervisor = Supervisor(self)
        self._last_id = 0
        self._disconnects: list[tuple[set[PrimaryWorker], Callable[[], object]]] = []
        """Callbacks of disconnect(), and the workers that each waits for."""
        _run.graceful_hooks.append(self._leave)
        take_signals(self)
        atexit.register(self._kill_stuck)
        if sys.platform != "win32":
            os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        """In the child of a fork: the workers are its parent's, and may be in use by it. The child may have its own."""
        self._of_the_parent = (self.alive, self.shares, self.supervisor)  # kept: they would warn when they are freed
        self.workers.clear()
        self.alive = set()
        self.shares = Shares()
        self.supervisor = Supervisor(self)
        self._disconnects = []
        if self.page is not None:
            self.page.close()
            self.page = None

    def _leave(self, grace: float | None) -> None:
        """run(signals=True) closes everything in order."""
        self.supervisor.stop()
        self.disconnect(grace, None)

    def _kill_stuck(self) -> None:
        """At exit. Workers see that the channel closes, and end; but what is left after run(signals=True) has had its
        time, or a second signal has come."""
        for worker in self.alive if self.supervisor.stopping else ():
            worker.kill("SIGKILL")

    def setup(self, options: Mapping[str, Any]) -> None:
        checked = _settings.check(options)
        settings = self.settings
        settings.update(checked)
        settings.setdefault("scheduling", _settings.default_scheduling())
        settings.setdefault("serialization", "pickle")
        settings.setdefault("silent", False)
        settings.setdefault("restart", False)
        _pynet.next_tick(self.emit, "setup", dict(settings))

    def fork(self, env: Mapping[str, str] | None) -> PrimaryWorker:
        extra = _settings.environment("env", env) if env is not None else {}
        if not self.settings:
            _settings.default_scheduling()  # a wrong one raises before anything has changed
        command = _settings.command(self.settings)
        with _pynet.turn():
            self.setup({})
            worker = self._start(command, extra)
            worker.env = env
            _pynet.next_tick(self._forked, worker)
            self.supervisor.started(worker)
        return worker

    def _forked(self, worker: PrimaryWorker) -> None:
        self.emit("fork", worker)

    def _slot(self) -> int:
        used = {worker._slot for worker in self.alive}
        for slot in range(_page.SLOTS):
            if slot not in used:
                return slot
        raise coded(_pynet.NetError(f"A cluster has at most {_page.SLOTS} workers"), "ERR_CLUSTER_TOO_MANY_WORKERS")

    def _start(self, command: list[str], extra: Mapping[str, str]) -> PrimaryWorker:
        settings = self.settings
        slot = self._slot()
        if self.page is None:
            self.page = _page.Page(_page.open_page())
        own, theirs = socket.socketpair()
        stderr = None
        try:
            stderr = self._own_stderr()
            worker = PrimaryWorker(self, self._last_id + 1, slot, settings)
            hello = {
                "id": worker.id,
                "slot": slot,
                "serialization": settings["serialization"],
                "heartbeat": settings.get("heartbeat"),
                "stderr": stderr,
            }
            _channel.send_hello(own, hello, self.page.fd)
            process = self._popen(command, extra, worker.id, theirs.fileno(), stderr)
        except BaseException:
            own.close()
            raise
        finally:
            theirs.close()
            if stderr is not None:
                os.close(stderr)
        self._last_id += 1
        self.page.take(slot)
        self.workers[worker.id] = worker
        self.alive.add(worker)
        _private.set_workers(len(self.alive))
        worker._begin(own, process, stderr is not None)
        return worker

    def _own_stderr(self) -> int | None:
        """With restart=True, what a worker writes to stderr until it listens goes through the primary, which shows the
        last line when it gives up. A terminal stays one. Returns the descriptor that the worker uses afterwards."""
        if not self.settings["restart"] or self.settings["silent"]:
            return None
        try:
            return None if os.isatty(2) else os.dup(2)
        except OSError:  # it is closed
            return None

    def _popen(
        self, command: list[str], extra: Mapping[str, str], id: int, fd: int, stderr: int | None
    ) -> subprocess.Popen[bytes]:
        settings = self.settings
        env = dict(os.environ) | settings.get("env", {}) | dict(extra)
        env |= {"PYNET_UNIQUE_ID": str(id), "PYNET_CHANNEL_FD": str(fd)}
        pipe = subprocess.PIPE if settings["silent"] else None
        return subprocess.Popen(
            command,
            env=env,
            cwd=settings.get("cwd"),
            pass_fds=[fd] if stderr is None else [fd, stderr],
            stdin=pipe,
            stdout=pipe,
            stderr=subprocess.PIPE if stderr is not None else pipe,
        )

    def gone(self, worker: PrimaryWorker, code: int | None, signal: str | None) -> None:
        self.workers.pop(worker.id, None)
        self.alive.discard(worker)
        if self.page is not None:
            self.page.free(worker._slot)
        _private.set_workers(len(self.alive))
        in_order(
            partial(worker.emit, "exit", code, signal),
            partial(self.emit, "exit", worker, code, signal),
            partial(self.supervisor.exited, worker, code, signal),
        )

    def disconnect(self, timeout: float | None, callback: Callable[[], object] | None) -> None:
        """Disconnects all workers, and starts none of those that wait for it; calls back when the last channel has
        closed."""
        self.supervisor.forget_restarts()
        left = {worker for worker in self.alive if worker.is_connected()}
        if callback is not None and left:
            self._disconnects.append((set(left), callback))
        elif callback is not None:
            _pynet.next_tick(callback)
        for worker in left:
            worker.disconnect(timeout)

    def disconnected(self, worker: PrimaryWorker) -> None:
        for left, _ in self._disconnects:
            left.discard(worker)
        done = [callback for left, callback in self._disconnects if not left]
        self._disconnects = [entry for entry in self._disconnects if entry[0]]
        in_order(*done)

    def count(self, callback: Callable[[None, int], object]) -> None:
        """callback(None, n): the connections of all workers."""
        workers = list(self.alive)
        counts: list[int] = []
        if not workers:
            _pynet.next_tick(callback, None, 0)

        def answer(count: int) -> None:
            counts.append(count)
            if len(counts) == len(workers):
                callback(None, sum(counts))

        for worker in workers:
            worker.ask_connections(answer)
