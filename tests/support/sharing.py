"""Listening sockets that several processes share, without a cluster: processes that inherit the socket and the page of
counters, as workers; and answers in place of a primary."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass

import isolated
import pynet
from pynet import _private

WORKER = """
import os, sys
import pynet
from pynet import _private

listening, page, index, count = map(int, sys.argv[1:5])
_private.cluster_page(page, index, count)

def ask(server, token, places, options):
    _private.listen_answer(server, token, [listening], sys.argv[5])

_private.cluster_hooks(ask, None)

def main():
    server = pynet.create_server(lambda sock: sock.on("error", lambda error: None).write(b"%d" % index))
    server.listen(0, lambda: print("listening", flush=True))
    pynet.Socket(fd=0).on("close", lambda had_error: os._exit(0)).resume()  # the end of the test

pynet.run(main)
"""


def listening_socket(path: str | None = None) -> socket.socket:
    """A socket of Python's own that listens, on a path or on a free port of 127.0.0.1."""
    sock = socket.socket(socket.AF_UNIX if path is not None else socket.AF_INET)
    sock.bind(path if path is not None else ("127.0.0.1", 0))
    sock.listen(512)
    return sock


def connect(listener: socket.socket) -> socket.socket:
    client = socket.socket(listener.family)
    client.settimeout(10)
    client.connect(listener.getsockname())
    return client


@dataclass
class Workers:
    listener: socket.socket
    page: int
    processes: list[subprocess.Popen]

    def connect(self) -> socket.socket:
        return connect(self.listener)


@contextlib.contextmanager
def workers(count: int, mode: str, path: str | None = None):
    """`count` processes that share a listening socket. Each greets a connection with its number."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(listening_socket(path))
        page = os.memfd_create("page")
        stack.callback(os.close, page)
        os.truncate(page, 64 * count)
        fds = (listener.fileno(), page)
        processes = []
        for index in range(count):
            args = [sys.executable, "-c", WORKER, *map(str, [*fds, index, count]), mode]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": isolated.environment()}
            process = subprocess.Popen(args, pass_fds=fds, **pipes)
            stack.enter_context(process)
            stack.callback(process.kill)
            processes.append(process)
        for process in processes:
            assert process.stdout.readline() == b"listening\n"
        yield Workers(listener, page, processes)


class Primary:
    """Answers for the primary of a cluster in this process: with duplicates of sockets that it keeps."""

    def __init__(self) -> None:
        self.asked: list[tuple] = []  # (server, token, places, options)
        self.watched: list[tuple] = []  # (server, index, accepting)
        self.listeners: list[socket.socket] = []
        self.mode = "fair"
        self.answers: list[bool] = []
        self.sent: list[int] = []  # the descriptors of the last answer

    def listen(self, path: str | None = None) -> socket.socket:
        self.listeners.append(listening_socket(path))
        return self.listeners[-1]

    def watch(self, *args) -> None:
        self.watched.append(args)

    def keep(self, *args) -> None:
        """Does not answer."""
        self.asked.append(args)

    def answer(self, number: int = -1) -> bool:
        """Answers the question of this number, which it has kept."""
        server, token, _places, _options = self.asked[number]
        self.sent = [os.dup(listener.fileno()) for listener in self.listeners]
        self.answers.append(_private.listen_answer(server, token, self.sent, self.mode))
        return self.answers[-1]

    def refuse(self, error: BaseException, number: int = -1) -> bool:
        server, token, _places, _options = self.asked[number]
        return _private.listen_failed(server, token, error)

    def at_once(self, *args) -> None:
        self.keep(*args)
        self.answer()

    def on_another_thread(self, *args) -> None:
        self.keep(*args)
        threading.Thread(target=self.answer).start()

    def on_the_loop(self, *args) -> None:
        self.keep(*args)
        pynet.set_timeout(self.answer, 5)

    def use(self, ask, seconds: float = 10) -> None:
        _private.cluster_hooks(ask, self.watch, seconds)


@contextlib.contextmanager
def primary():
    one = Primary()
    try:
        yield one
    finally:
        _private.cluster_hooks(None, None)
        for listener in one.listeners:
            listener.close()
