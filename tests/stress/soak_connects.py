"""Thousands of connects that are cancelled at random moments; part of soak.py.

Each connect goes somewhere (an address, a name, a lookup of our own that answers soon, late, from a thread or never, a
race of addresses, a path) and is cancelled somehow (destroy, abort, a timeout, end, reset), at once, after some
milliseconds, in an event or from another thread. Each write's callback has to be answered once, each socket to close
once, and nothing may come after that.
"""

from __future__ import annotations

import os
import queue
import random
import socket
import sys
import threading
import time
import warnings
from collections import Counter

import pynet

WINDOW = 64  # connects under way at a time
LATEST = 25.0  # ms: how late a cancellation comes
ATTEMPT_TIMEOUT = 10  # ms
PATIENCE = 20_000  # ms: when nothing ends for so long, it is stuck
GOOD, SLOW, REFUSING = "127.0.0.1", "127.0.0.2", "127.0.0.3"
EVENTS = (
    "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready data end timeout error"
).split()
CODES = {"ABORT_ERR", "ETIMEDOUT", "TIMEOUT_ERR", "ECONNREFUSED", "ECONNRESET", "ENOENT", "ERR_SOCKET_CLOSED", "MINE"}


def descriptors() -> int:
    for folder in ("/proc/self/fd", "/dev/fd"):
        if os.path.isdir(folder):
            return len(os.listdir(folder))
    return 0


def warm_up() -> None:
    """The loop and its resolver have their own descriptors from here on."""
    sock = pynet.connect(1, "localhost", lookup=None)
    sock.on("lookup", lambda *args: sock.destroy())
    sock.on("error", lambda err: None)


class Slow:
    """A listener on the same port whose accept queue is full: connections to it are neither made nor refused."""

    def __init__(self, port: int):
        self.listener = socket.socket()
        self.listener.bind((SLOW, port))
        self.listener.listen(0)
        self.fillers: list[socket.socket] = []
        while self.fill():
            pass

    def fill(self) -> bool:
        filler = socket.socket()
        self.fillers.append(filler)
        filler.settimeout(0.1)
        try:
            filler.connect(self.listener.getsockname())
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        for sock in (*self.fillers, self.listener):
            sock.close()


class Helper(threading.Thread):
    """Another thread: calls what it is given, a little later."""

    def __init__(self):
        super().__init__(daemon=True)
        self.calls: queue.SimpleQueue = queue.SimpleQueue()
        self.start()

    def run(self) -> None:
        while (call := self.calls.get()) is not None:
            time.sleep(0.0002)
            call()

    def close(self) -> None:
        self.calls.put(None)
        self.join(10)


class Cancelled:
    """Makes `total` connects, at most WINDOW at a time, and cancels each."""

    def __init__(self, kind: str, total: int, folder: str, seed: int):
        self.kind, self.total, self.folder = kind, total, folder
        self.random = random.Random(seed)
        self.started = self.closed = self.finished = self.connected = self.answered = 0
        self.errors: list[str] = []
        self.seen: Counter[str] = Counter()
        self.live: dict[pynet.Socket, tuple] = {}
        self.last_look = -1
        self.ways = [self.by_destroy, self.by_destroy_with_error, self.by_abort, self.by_end, self.by_destroy_soon]
        if kind == "tcp":
            self.ways.append(self.by_reset)

    # --- where to ---

    def targets(self) -> list:
        if self.kind == "unix":
            return [lambda: {"path": self.path}, lambda: {"path": f"{self.folder}/none"}]
        race = {"auto_select_family_attempt_timeout": ATTEMPT_TIMEOUT}
        lists = ([SLOW, GOOD], [SLOW, REFUSING], [REFUSING, SLOW], [REFUSING, GOOD], [SLOW, "::1", GOOD], [REFUSING])
        return [
            lambda: {"host": GOOD},
            lambda: {"host": REFUSING},
            lambda: {"host": SLOW},
            lambda: {"host": "localhost", **race},
            lambda: {"host": "localhost", "family": 4},
            *(lambda found=found: {"host": "name", "lookup": self.lookup(found), **race} for found in lists),
            lambda: {"host": "name", "lookup": self.lookup([SLOW, SLOW, GOOD]), "happy_eyeballs": "serial", **race},
        ]

    def lookup(self, found: list[str]):
        """A lookup function that answers at once, later, from another thread, twice, with an error or never."""
        addresses = [(address, 6 if ":" in address else 4) for address in found]
        how = self.random.choice(["now", "soon", "late", "thread", "twice", "never", "error"])
        delay = self.random.uniform(0, LATEST)

        def lookup(host, options, done):
            def answer() -> None:
                done(None, addresses)

            if how == "soon":
                pynet.next_tick(answer)
            elif how == "late":
                pynet.set_timeout(answer, delay)
            elif how == "thread":
                self.helper.calls.put(answer)
            elif how == "error":
                done(mine())
            elif how != "never":
                answer()
            if how == "twice":
                pynet.set_timeout(answer, delay)

        return lookup

    # --- how and when it is cancelled ---

    def by_destroy(self, sock, controller) -> None:
        sock.destroy()

    def by_destroy_with_error(self, sock, controller) -> None:
        sock.destroy(mine())

    def by_abort(self, sock, controller) -> None:
        controller.abort()

    def by_end(self, sock, controller) -> None:
        sock.end()
        pynet.set_timeout(sock.destroy, 5)

    def by_destroy_soon(self, sock, controller) -> None:
        sock.destroy_soon()
        pynet.set_timeout(sock.destroy, 5)

    def by_reset(self, sock, controller) -> None:
        sock.reset_and_destroy()
        pynet.set_timeout(sock.destroy, 5)  # one that never connects is never reset

    def own_limit(self) -> dict:
        """Options by which a socket ends itself."""
        some = self.random.uniform(1, LATEST)
        return self.random.choice(
            [
                {},
                {},
                {"connect_timeout": some / 1000},
                {"signal": pynet.AbortSignal.timeout(int(some))},
                {"timeout": some},
            ]
        )

    def plan(self, sock, cancel) -> None:
        when = self.random.choice(["now", "tick", "immediate", "timer", "timer", "timer", "event", "event", "thread"])
        if when == "now":
            cancel()
        elif when == "tick":
            pynet.next_tick(cancel)
        elif when == "immediate":
            pynet.set_immediate(cancel)
        elif when == "timer":
            pynet.set_timeout(cancel, self.random.uniform(0, LATEST))
        elif when == "thread":
            self.helper.calls.put(cancel)
        else:
            event = self.random.choice(EVENTS[:6])
            sock.once(event, lambda *args: cancel())
            pynet.set_timeout(cancel, LATEST)  # when that event does not come

    # --- one connect ---

    def open_one(self) -> None:
        self.started += 1
        state = Counter()
        controller = pynet.AbortController()
        options = {"signal": controller.signal, **self.own_limit()}
        target = self.random.choice(self.targets())()
        if "path" not in target:
            target["port"] = self.port
        connect = self.random.choice([pynet.connect, pynet.Socket().connect])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a short `timeout`, on purpose
            sock = connect({**target, **options})
        sock.set_timeout(options.get("timeout", 0))
        self.live[sock] = (target, options)

        def on_event(name: str):
            def noted(*args) -> None:
                self.seen[name] += 1
                if state["close"]:
                    self.errors.append(f"{name} after close, {target} {options}")
                if name == "error":
                    self.check_error(args[0])
                elif name == "timeout":
                    sock.destroy()

            return noted

        def on_close(had_error: bool) -> None:
            state["close"] += 1
            if state["close"] > 1:
                self.errors.append("close came twice")
            self.closed += 1
            pynet.set_immediate(after_close)

        def after_close() -> None:
            if state["written"] != 2:
                self.errors.append(f"{state['written']} of 2 write callbacks were answered, {target} {options}")
            self.finished += 1
            del self.live[sock]
            self.answered += state["written"]
            self.next()

        def written(err) -> None:
            state["written"] += 1

        for name in EVENTS:
            sock.on(name, on_event(name))
        sock.on("close", on_close)
        sock.write(b"hello", written)
        sock.write(b"again", written)
        way = self.random.choice(self.ways)
        self.plan(sock, lambda: way(sock, controller))

    def check_error(self, error: BaseException) -> None:
        code = getattr(error, "code", None)
        if code not in CODES:
            self.errors.append(f"an unexpected error: {error!r}")

    def next(self) -> None:
        while self.started < self.total and self.started - self.finished < WINDOW:
            self.open_one()
        if self.finished == self.total:
            for server in self.servers:
                server.close()

    # --- all of it ---

    def on_connection(self, sock) -> None:
        self.connected += 1
        sock.on("error", lambda err: None)
        sock.on("data", sock.write)

    def listen(self) -> None:
        """On a path, or on 127.0.0.1 and ::1 with a slow listener on another address, all with one port."""
        self.servers = [pynet.create_server(self.on_connection) for _ in range(1 if self.kind == "unix" else 2)]
        self.slow = None
        if self.kind == "unix":
            self.path = f"{self.folder}/cancelled.sock"
            self.servers[0].listen(self.path)
            return
        while True:
            self.port = self.servers[0].listen(0, GOOD).address().port
            try:
                with socket.socket(socket.AF_INET6) as probe:
                    probe.bind(("::1", self.port))
                self.slow = Slow(self.port) if sys.platform == "linux" else None
                break
            except OSError:  # the port is taken on another address
                self.servers[0].close()
        self.servers[1].listen(self.port, "::1")

    def start(self) -> None:
        self.helper = Helper()
        self.listen()
        self.watchdog = pynet.set_interval(self.look, PATIENCE).unref()
        self.next()

    def look(self) -> None:
        """Ends it all when nothing has come to its end for a long time."""
        if self.finished == self.last_look:
            self.errors += [f"stuck: {sock} {how}" for sock, how in self.live.items()]
            pynet.stop()
        self.last_look = self.finished

    def run(self) -> float:
        """Seconds that it took. Descriptors that are left over are an error."""
        pynet.run(warm_up)
        before, began = descriptors(), time.monotonic()
        pynet.run(self.start)
        seconds = time.monotonic() - began
        self.watchdog.close()
        if self.live:  # stuck
            for emitter in (*self.live, *self.servers):
                emitter.destroy() if isinstance(emitter, pynet.Socket) else emitter.close()
        self.helper.close()
        pynet.run(lambda: None)  # timers that the helper set late hold their sockets
        if self.slow is not None:
            self.slow.close()
        del self.servers
        left = descriptors() - before
        if left > 0:
            self.errors.append(f"{left} descriptors are left open")
        if (self.closed, self.answered) != (self.total, 2 * self.total):
            self.errors.append(f"{self.closed} closed, {self.answered} answers, of {self.total} connects")
        return seconds


def mine() -> pynet.NetError:
    error = pynet.NetError("mine")
    error.code = "MINE"
    return error
