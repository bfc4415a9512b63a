"""The programs of examples/, each in a process of its own; the tests talk to them by Python's own sockets."""

from __future__ import annotations

import importlib.util
import queue
import signal
import socket
import subprocess
import sys
import threading

import pytest

import isolated
import platform_skips
from paths import ROOT
from pipe_names import raw_socket

PATIENCE = 20.0


class Program:
    """A program that goes on, and says `listening on PLACE` in its first line. What it prints is read as it comes."""

    def __init__(self, name: str, *args: object) -> None:
        command = [sys.executable, "-u", str(ROOT / "examples" / name), *map(str, args)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=isolated.environment()
        )
        self.told = False
        self.expected: tuple[str, ...] = ()  # parts of lines on stderr that may come
        self.lines: queue.Queue[str | None] = queue.Queue()  # None: that was the last one
        self.errors: queue.Queue[str | None] = queue.Queue()
        self.readers = [
            threading.Thread(target=self.read, args=pair)
            for pair in ((self.process.stdout, self.lines), (self.process.stderr, self.errors))
        ]
        for reader in self.readers:
            reader.start()

    def read(self, stream, lines) -> None:
        with stream:
            for line in stream:
                lines.put(line.rstrip("\n"))
                platform_skips.note(line)
        lines.put(None)

    def next_of(self, lines) -> str:
        line = lines.get(timeout=PATIENCE)
        if line is None:
            raise EOFError(f"it has ended, with status {self.wait()}")
        return line

    def line(self) -> str:
        """The next line that it prints."""
        return self.next_of(self.lines)

    def error(self) -> str:
        """The next line on stderr; one that is taken so is expected."""
        return self.next_of(self.errors)

    @property
    def port(self) -> int:
        words = self.line().split()
        assert words[:2] == ["listening", "on"], words
        return int(words[2])

    def wait(self) -> int:
        """Until it has ended; its exit status."""
        status = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return status

    def terminate(self) -> None:
        """SIGTERM, once: a second one would end it at once."""
        if not self.told and self.process.poll() is None:
            self.told = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """SIGTERM ends it in order, on Windows at once. It has said nothing on stderr that is unexpected."""
        self.terminate()
        assert self.wait() == (1 if sys.platform == "win32" and self.told else 0)
        assert [
            line for line in self.errors.queue if line is not None and not any(part in line for part in self.expected)
        ] == []


@pytest.fixture
def program():
    """program(name, *args): starts a program of examples/."""
    started: list[Program] = []

    def start(name: str, *args: object) -> Program:
        started.append(Program(name, *args))
        return started[-1]

    yield start
    try:
        for each in started:
            each.stop()
    finally:
        for each in started:
            each.process.kill()
            each.wait()


def load(name: str):
    """A program of examples/ as a module of the test's own, whose constants the test may set."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def example(monkeypatch):
    """example(name): the module; it is forgotten at the end."""

    def get(name: str):
        monkeypatch.delitem(sys.modules, name, raising=False)
        return load(name)

    yield get
    monkeypatch.undo()


@pytest.fixture
def dial():
    """dial(port) or dial(path): a connected socket of Python's own, with a timeout; closed at the end."""
    made: list[socket.socket] = []

    def connect(place: int | str, source: str | None = None) -> socket.socket:
        if isinstance(place, str):
            sock = raw_socket(place)
            sock.settimeout(PATIENCE)
            made.append(sock)
            sock.connect(place)
        else:
            local = (source, 0) if source else None
            sock = socket.create_connection(("127.0.0.1", place), timeout=PATIENCE, source_address=local)
            made.append(sock)
        return sock

    yield connect
    for sock in made:
        sock.close()


@pytest.fixture
def upstream():
    """A listening socket of Python's own, where a proxy leads to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        yield listener
