"""What the tests share: waiting without sleeping, recording events, scripts in a fresh interpreter."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import socket
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import dataclass, field

import pynet
from paths import ROOT
from pipe_names import raw_socket


def live_handles() -> dict[str, int]:
    counts = pynet._pynet._counts()
    return {name: counts[name] for name in ("streams", "listeners", "requests")}


def wait_until(condition, timeout: float = 5.0) -> bool:
    """True as soon as condition() is; False when the time is up. Looks again after each turn of the loop."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        turned = threading.Event()
        with contextlib.suppress(pynet.NetError):
            pynet.set_timeout(turned.set, 1)
        turned.wait(0.05)
    return True


def on_loop(function, *args, timeout: float = 10.0):
    """Calls function(*args) inside the loop and gives what it returns, or raises what it raises."""
    result: list = []
    over = threading.Event()

    def call():
        try:
            result.append((True, function(*args)))
        except BaseException as error:  # handed to the caller
            result.append((False, error))
        finally:
            over.set()

    pynet.next_tick(call)
    assert over.wait(timeout), "the loop did not call"
    ok, value = result[0]
    if ok:
        return value
    raise value


@contextlib.contextmanager
def nothing_dispatched():
    """Another thread is inside turn(), so that this one may wait."""
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with pynet.turn():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert entered.wait(10)
        yield
    finally:
        leave.set()
        thread.join()


def two_turns() -> None:
    """Waits for two turns of the loop: what was due at once has happened."""
    on_loop(lambda: None)
    on_loop(lambda: None)


class Recorder:
    """Notes the named events of an emitter, in order: .names, .args[name], .wait(name)."""

    def __init__(self, emitter, *events: str):
        self.entries: list[tuple[str, tuple]] = []
        self.changed = threading.Condition()
        for event in events:
            emitter.on(event, self.note(event))

    def note(self, name: str):
        """A callback that notes itself under this name."""

        def noted(*args):
            with self.changed:
                self.entries.append((name, args))
                self.changed.notify_all()

        return noted

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.entries]

    def args(self, name: str) -> list[tuple]:
        return [args for n, args in self.entries if n == name]

    def __getitem__(self, name: str):
        """The one argument of the first such event."""
        return self.args(name)[0][0]

    def data(self) -> bytes:
        return b"".join(args[0] for args in self.args("data"))

    def wait(self, name: str, times: int = 1, timeout: float = 5.0) -> Recorder:
        self.wait_for(lambda: len(self.args(name)) >= times, timeout)
        return self

    def wait_for(self, condition, timeout: float = 5.0) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout), f"got only {self.names}"


@dataclass
class Pair:
    client: pynet.Socket
    peer: pynet.Socket
    server: pynet.Server
    closers: list = field(default_factory=list)

    def close(self) -> None:
        self.client.destroy()
        self.peer.destroy()
        self.server.close()


def connected_pair(where: tuple, client_options: dict, server_options: dict) -> Pair:
    """A client and the socket that a server accepted for it; neither has listeners of ours left."""
    peers: list[pynet.Socket] = []
    accepted, connected = threading.Event(), threading.Event()

    def on_connection(sock):
        sock.on("error", lambda err: None)
        peers.append(sock)
        accepted.set()

    server = pynet.create_server(server_options, on_connection)
    server.listen(*where)
    address = server.address()
    target = {"path": address} if isinstance(address, str) else {"port": address.port, "host": address.address}
    client = pynet.connect({**target, **client_options}, connected.set)
    assert accepted.wait(5), "no connection was accepted"
    assert connected.wait(5), "no connection was made"
    return Pair(client, peers[0], server)


def run_script(source: str, *args: str, timeout: float = 20.0, **options) -> subprocess.CompletedProcess:
    """Runs Python source in a fresh interpreter, with its output captured as text."""
    return subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(source), *args],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=ROOT,
        check=False,
        **options,
    )


def printed(done: subprocess.CompletedProcess) -> list[str]:
    """The lines that a script printed. It has ended well, and its stderr is empty."""
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert done.stderr == ""
    return done.stdout.splitlines()


def waits():
    """How many threads, tasks and futures wait now."""
    return len(pynet._exit.blocked) + pynet._pynet._counts()["waits"]


def run_coroutine(coroutine):
    """What a coroutine returns; it may take ten seconds."""
    import asyncio  # here: scripts in interpreters of their own import this module, and should start fast

    return asyncio.run(asyncio.wait_for(coroutine, 10))


def listeners_of(emitter: pynet.EventEmitter) -> list:
    """All its listeners, also those that listeners() does not show: functions, and calls that wait."""
    return [
        o
        for o in gc.get_referents(emitter)
        if (callable(o) and not isinstance(o, type)) or type(o).__name__ == "AwaitableCall"
    ]


def shown(value: object) -> str:
    """repr() without addresses: for the names of tests, which must be the same in each process."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def is_open(fd: int) -> bool:
    try:
        if sys.platform == "win32":  # the descriptor of a socket
            socket.socket(fileno=fd).detach()
        else:
            os.fstat(fd)
    except OSError:
        return False
    return True


def open_descriptors() -> int:
    """How many descriptors are open; on Windows, how many of the handles, which are multiples of 4, are sockets."""
    gc.collect()
    if sys.platform == "win32":
        return sum(is_open(handle) for handle in range(4, 16384, 4))
    return len(os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"))


def is_inheritable(fd: int) -> bool:
    return os.get_handle_inheritable(fd) if sys.platform == "win32" else os.get_inheritable(fd)


def target(server: pynet.Server) -> dict:
    """The options for connect() that lead to this server."""
    address = server.address()
    return {"path": address} if isinstance(address, str) else {"port": address.port, "host": address.address}


def raw_client(server: pynet.Server, timeout: float = 5.0) -> socket.socket:
    """Python's own socket, connected to this server."""
    address = server.address()
    unix = isinstance(address, str)
    client = raw_socket(address, "" if unix else address.family)
    client.settimeout(timeout)
    client.connect(address if unix else address[:2])
    return client


def read_option(emitter, level: int, option: int) -> int:
    """getsockopt() on the descriptor of a Socket or Server."""
    with socket.socket(fileno=socket.dup(emitter.fileno())) as copy:
        return copy.getsockopt(level, option)


def peer_text(sock: pynet.Socket) -> str:
    """The peer of a socket as its errors have it: `127.0.0.1:80`, a path, or "" when it has no name."""
    peer = sock.remote
    return peer or "" if isinstance(peer, str | None) else f"{peer.address}:{peer.port}"
