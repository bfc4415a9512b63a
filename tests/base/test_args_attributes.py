"""Attributes of the user's objects: only AttributeError means that there is none; any other exception is raised."""

from __future__ import annotations

import encodings.idna
import ipaddress

import pytest

import pynet
from helpers import Recorder


class Failure(BaseException):
    """Neither an Exception nor what any check expects."""


def failing(name, error=Failure, **members):
    """An object with these members; asking for the attribute `name` raises `error`."""

    class Object:
        def __getattr__(self, asked):
            raise error(asked) if asked == name else AttributeError(asked)

    for key, value in members.items():
        setattr(Object, key, value)
    return Object()


class FailingType(type):
    def __getattr__(cls, asked):
        raise Failure(asked) if asked in ("__fspath__", "__missing__") else AttributeError(asked)


class OddPath(metaclass=FailingType):
    pass


class OddDict(dict, metaclass=FailingType):
    pass


CALLS = {
    "pipe, write": lambda: pynet.Socket().pipe(failing("write")),
    "pipe, writable_need_drain": lambda: pynet.Socket().pipe(failing("writable_need_drain", write=len)),
    "pipe, once": lambda: pynet.Socket().pipe(failing("once", write=len, writable_need_drain=True)),
    "pipe, on": lambda: pynet.Socket().pipe(failing("on", write=len, writable_need_drain=True)),
    "unpipe": lambda: pynet.Socket().unpipe(failing("write")),
    "listen, fileno": lambda: pynet.Server().listen(failing("fileno")),
    "listen, fd": lambda: pynet.Server().listen(failing("fd")),
    "listen, handle": lambda: pynet.Server().listen(handle=failing("fileno")),
    "listen, path": lambda: pynet.Server().listen(path=OddPath()),
    "listen, first": lambda: pynet.Server().listen(OddPath()),
    "connect, path": lambda: pynet.Socket().connect(path=OddPath()),
    "connect, first": lambda: pynet.Socket().connect(OddPath()),
    "connect, mapping": lambda: pynet.Socket().connect(OddDict(port=1)),
    "load, path": lambda: pynet.BlockList().load(OddPath()),
    "load, read": lambda: pynet.BlockList().load(failing("read")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_what_an_attribute_raises_is_raised(call):
    with pytest.raises(Failure):
        call()


@pytest.mark.parametrize("name", ["write", "end"])
def test_what_an_attribute_of_a_socket_raises_is_raised(name):
    class Odd(pynet.Socket):
        pass

    def get(self):
        raise Failure(name)

    source, dest = pynet.Socket(), Odd()
    setattr(Odd, name, property(get))
    with pytest.raises(Failure):
        source.pipe(dest)
    source.destroy()
    dest.destroy()


@pytest.mark.parametrize("name", ["end", "flush"])
def test_what_the_end_of_a_destination_raises_is_an_error_of_the_source(reset_pair, name):
    p = reset_pair()
    dest = failing(name, MemoryError, write=lambda self, data: None)
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(dest)
    p.client.end(b"x")
    assert isinstance(log.wait("close")["error"], MemoryError)


def test_what_a_codec_raises_is_raised(monkeypatch):
    def interrupted(text, errors="strict"):
        raise Failure

    monkeypatch.setattr(encodings.idna, "ToASCII", interrupted)
    with pytest.raises(Failure):
        pynet.Socket().connect(80, "é")


def test_what_an_address_of_a_lookup_raises_is_the_error():
    class Odd(ipaddress.IPv4Address):
        @property
        def ip(self):
            raise MemoryError("ip")

    with pynet.turn():
        sock = pynet.connect(port=1, host="some.name", lookup=lambda *args: args[2](None, Odd("127.0.0.1")))
        log = Recorder(sock, "error", "close")
    assert isinstance(log.wait("close")["error"], MemoryError)
