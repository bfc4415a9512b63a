"""What a scene of allocation_scenes.py is: servers and sockets of which it keeps track, and the steps that happen."""

from __future__ import annotations

import itertools
import os
import tempfile

import pynet
from isolated.memory import CONSEQUENCES, Scenario, out_of_memory

SCENES: dict[str, type[Scene]] = {}
FOLDER = tempfile.mkdtemp(prefix="pynet-")
NAMES = itertools.count()


class Scene(Scenario):
    STALL = 1
    PATIENCE = 2000
    HARMLESS: tuple[str, ...] = ()
    complete = True  # without a free descriptor a server drops connections: the steps need not happen

    def __init__(self, where=()):
        super().__init__(where)
        self.done: list = []
        self.doomed = None

    def step(self, name, then=None):
        """A listener that notes the step."""

        def listener(*args):
            self.steps.add(name)
            if then is not None:
                then(*args)

        return listener

    def server(self, on_connection=None, options=None) -> pynet.Server:
        def accept(sock):
            self.keep(sock)
            if on_connection is not None:
                on_connection(sock)

        server = self.keep(pynet.create_server(options or {}))
        server.on("connection", accept)
        return server

    def tcp(self, on_connection=None, options=None):
        """A listening server, and what connects to it."""
        server = self.server(on_connection, options).listen(0, "127.0.0.1")
        return server, {"port": server.address().port, "host": "127.0.0.1"} if server.listening else None

    def unix(self, on_connection=None, options=None):
        path = f"{FOLDER}/{next(NAMES)}"
        server = self.server(on_connection, options).listen(path)
        return server, {"path": path} if server.listening else None

    def note_or_none(self, err) -> None:
        """The callback of a write."""
        if err is not None:
            self.note(err)

    def closes(self, server, *socks) -> None:
        """The server closes after these sockets."""
        left = len(socks)

        def closed(had_error):
            nonlocal left
            left -= 1
            if left == 0:
                server.close()

        for sock in socks:
            sock.on("close", closed)

    def wrong(self) -> list[str]:
        found = [f"{error!r}" for error in self.errors if not self.harmless(error)]
        missing = [step for step in self.STEPS.split() if step not in self.steps]
        if self.complete and missing and not any(map(out_of_memory, self.errors)) and "MemoryError" not in self.printed:
            found.append(f"not done, and no error: {missing} {self.steps} {self.errors}")
        left = {name: n for name, n in pynet._pynet._counts().items() if name in self.COUNTS and n}
        return found + ([f"left: {left}"] if left else [])

    COUNTS = ("streams", "listeners", "requests", "sockets", "servers")

    def harmless(self, error) -> bool:
        return out_of_memory(error) or getattr(error, "code", None) in (*CONSEQUENCES, *self.HARMLESS)


def scene(steps: str, *harmless: str):
    def add(function):
        attributes = {"STEPS": steps, "HARMLESS": harmless, "start": function}
        SCENES[function.__name__] = type(function.__name__, (Scene,), attributes)
        return function

    return add


def both(steps: str, *harmless: str):
    """The same over TCP and over a unix socket: the function gets that method of Scene."""

    def add(function):
        for transport in ("tcp", "unix"):

            def start(self, transport=transport):
                function(self, getattr(self, transport))

            start.__name__ = f"{function.__name__} {transport}"
            scene(steps, *harmless)(start)
        return function

    return add


def clean() -> None:
    """Removes what the scenes have left in the folder."""
    for name in os.listdir(FOLDER):
        os.unlink(f"{FOLDER}/{name}")
    os.rmdir(FOLDER)
