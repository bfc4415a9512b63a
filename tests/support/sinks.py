"""Objects that tests pipe to. Each class has more of a writable stream's methods than the one before."""

from __future__ import annotations

import threading

import pynet


class Plain:
    """Nothing but write()."""

    def __init__(self):
        self.chunks = []

    def write(self, chunk):
        self.chunks.append(chunk)

    def data(self):
        return b"".join(self.chunks)


class Ending(Plain):
    """write() and end(), as Node's own have."""

    def __init__(self):
        super().__init__()
        self.ended = []

    def end(self):
        self.ended.append(threading.get_ident())


class Full(Ending):
    """write() gives False from the first chunk on, and drain comes when the test says so."""

    full = True

    def __init__(self):
        super().__init__()
        self.waiting = []

    def write(self, chunk):
        super().write(chunk)
        return not self.full

    def drain(self):
        waiting, self.waiting = self.waiting, []
        for function in waiting:
            function()


class Once(Full):
    def once(self, event, function):
        assert event == "drain"
        self.waiting.append(function)


class On(Full):
    """Its listeners stay, as those of on() do everywhere."""

    def on(self, event, function):
        assert event == "drain"
        self.waiting.append(function)

    def drain(self):
        for function in list(self.waiting):
            function()


class Emitting(pynet.EventEmitter):
    """An emitter of our own with a write()."""

    def __init__(self, fails=None):
        super().__init__()
        self.chunks, self.ended, self.fails, self.full = [], 0, fails, False

    def write(self, chunk):
        if self.fails is not None:
            raise self.fails
        self.chunks.append(chunk)
        return not self.full

    def end(self):
        self.ended += 1
        self.emit("finish")

    def data(self):
        return b"".join(self.chunks)
