"""What editors and the prompt ask for: signatures and docstrings of all that is public, dir() without aliases."""

from __future__ import annotations

import inspect
import re

import pytest

import pynet


def public_callables():
    for name in dir(pynet):
        if name.startswith("_") or inspect.ismodule(value := getattr(pynet, name)):
            continue
        if callable(value):
            yield name, value
        if isinstance(value, type) and value.__module__ == "pynet":
            for method in vars(value):
                if not method.startswith("_") and callable(member := getattr(value, method)):
                    yield f"{name}.{method}", member


def test_everything_public_has_a_signature():
    without = []
    for name, value in public_callables():
        try:
            inspect.signature(value)
        except ValueError:
            without.append(name)
    assert without == []


def test_everything_public_has_a_docstring():
    inherited = {"partial", "expected"}
    without = [name for name, value in public_callables() if not inspect.getdoc(value) and name not in inherited]
    tuples = ("AddressInfo.", "AbortEvent.", "ServerStats.")
    assert [name for name in without if not name.startswith(tuples)] == []


@pytest.mark.parametrize("kind", [pynet.NetError, pynet.NetLookupError, pynet.AggregateError, pynet.AbortError])
def test_docstrings_of_exceptions_do_not_begin_with_a_signature(kind):
    assert not kind.__doc__.startswith(kind.__name__) and "--\n" not in kind.__doc__
    assert str(inspect.signature(kind)) == "(*args)"


def test_a_bound_socket_takes_a_parameter_as_in_the_stubs():
    kind = pynet.BoundSocket[pynet.AddressInfo]
    assert (kind.__origin__, kind.__args__) == (pynet.BoundSocket, (pynet.AddressInfo,))
    with kind(host="127.0.0.1") as bound:
        assert type(bound) is pynet.BoundSocket


def is_alias(name, names):
    snake = re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda m: "_" + m[1].lower(), name)
    return snake != name and snake in names


def closed_bound_socket():
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        return bound


OBJECTS = [
    pynet.EventEmitter,
    pynet.Socket,
    pynet.Server,
    pynet.BlockList,
    pynet.SocketAddress,
    pynet.AbortController,
    lambda: pynet.AbortController().signal,
    lambda: pynet.set_timeout(lambda: None, 0),
    lambda: pynet.set_immediate(lambda: None),
    closed_bound_socket,
]


@pytest.mark.parametrize("make", OBJECTS)
def test_dir_has_no_aliases_and_all_else(make):
    value = make()
    shown, everything = set(dir(value)), set(object.__dir__(value))
    aliases = {name for name in everything if is_alias(name, everything)}
    assert shown == everything - aliases
    assert all(hasattr(value, name) for name in aliases)


def test_dir_of_the_module_has_no_aliases():
    names = set(dir(pynet))
    assert not [name for name in names if is_alias(name, names)]
    assert {"connect", "create_server", "once", "run_in_loop", "Future", "aio"} <= names
    assert "TYPE_CHECKING" not in names and pynet.createServer is pynet.create_server


def test_dir_shows_what_a_subclass_and_an_object_add():
    class Mine(pynet.Socket):
        def myMethod(self):
            pass

    mine = Mine()
    mine.color = 1
    assert {"myMethod", "color", "bytes_read"} <= set(dir(mine)) and "bytesRead" not in dir(mine)
