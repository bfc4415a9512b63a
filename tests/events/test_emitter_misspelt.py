"""Listeners for misspelt events: one warning that names the nearest; names of the user's own are left alone."""

from __future__ import annotations

import warnings

import pytest

import pynet
from pynet._messages import user_events


@pytest.fixture(autouse=True)
def fresh():
    """The names that were emitted or warned of, as in a new process."""
    before = set(user_events)
    user_events.clear()
    yield
    user_events.clear()
    user_events.update(before)


def warned(call, *args):
    """The texts of the warnings of call(*args), and that each points at this file."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call(*args)
    assert all(w.filename == __file__ and w.category is RuntimeWarning for w in seen)
    return [str(w.message) for w in seen]


def listen(emitter, name):
    return warned(lambda: emitter.on(name, lambda *args: None))


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("conect", "connect"),
        ("connected", "connect"),
        ("clsoe", "close"),
        ("closed", "close"),
        ("eror", "error"),
        ("Data", "data"),
        ("connection_attempt", "connectionAttempt"),
        ("timeOut", "timeout"),
        ("readble", "readable"),
    ],
)
def test_of_a_socket(name, near):
    [text] = listen(pynet.Socket(), name)
    assert text.startswith(f"Socket has no event {name!r}; did you mean {near!r}?")


@pytest.mark.parametrize(
    ("name", "near"), [("conection", "connection"), ("Listening", "listening"), ("errors", "error")]
)
def test_of_a_server(name, near):
    [text] = listen(pynet.Server(), name)
    assert text.startswith(f"Server has no event {name!r}; did you mean {near!r}?")


@pytest.mark.parametrize("add", ["on", "once", "add_listener", "prepend_listener", "prepend_once_listener"])
def test_by_each_method(add):
    assert len(warned(getattr(pynet.Socket(), add), "conect", print)) == 1


def test_by_a_decorator():
    def decorate():
        @pynet.Socket().on("conect")
        def listener():
            pass

    assert len(warned(decorate)) == 1


def test_by_once_which_would_wait_for_ever():
    assert len(warned(pynet.once, pynet.Socket(), "conect")) == 1


def test_by_wait():
    def wait():
        with pytest.raises(TimeoutError):
            pynet.Socket().wait("conect", timeout=0)

    assert len(warned(wait)) == 1


def test_once_for_each_name():
    assert [len(listen(pynet.Socket(), name)) for name in ("conect", "conect", "conect", "eror")] == [1, 0, 0, 1]


def test_as_an_error_it_is_raised_each_time_and_nothing_is_added():
    sock = pynet.Socket()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(RuntimeWarning, match="did you mean 'connect'"):
                sock.on("conect", print)
    assert sock.event_names() == []


@pytest.mark.parametrize(
    "name", ["message", "my:close", "disconnect", "x", "", "line", "newListener", "removeListener"]
)
def test_names_of_the_users_own(name):
    assert listen(pynet.Socket(), name) == []
    assert listen(pynet.Server(), name) == []


@pytest.mark.parametrize("name", ["connection", "listening", "drop", "data", "connect"])
def test_events_of_the_other_kind(name):
    assert listen(pynet.Socket(), name) == listen(pynet.Server(), name) == []


def test_a_name_that_was_emitted():
    pynet.Socket().emit("closed")
    assert listen(pynet.Socket(), "closed") == []


def test_a_plain_emitter():
    assert listen(pynet.EventEmitter(), "conect") == []


def test_an_object_as_a_name():
    assert listen(pynet.Socket(), object()) == []


def test_names_without_end_are_not_kept():
    sock = pynet.Socket()
    for n in range(5000):
        sock.emit(f"name {n}")
    assert len(user_events) <= 1001


def test_every_event_of_a_socket_and_a_server_is_known():
    from pynet._messages import _EVENT_ARGUMENTS

    for name in (*_EVENT_ARGUMENTS, "newListener", "removeListener"):
        assert listen(pynet.Socket(), name) == listen(pynet.Server(), name) == []
