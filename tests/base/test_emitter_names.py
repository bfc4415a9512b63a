"""Every public name has Node's spelling as the same object; what may be an event's name."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

import pynet
from pynet import EventEmitter

WORDS = {"ip": "IP", "ipv4": "IPv4", "ipv6": "IPv6", "cidr": "CIDR", "cidrs": "CIDRs", "json": "JSON"}


def node_spelling(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(WORDS.get(word, word[:1].upper() + word[1:]) for word in rest)


def snake_names(names):
    return [n for n in names if re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", n)]


def public_types():
    return [t for n, t in vars(pynet).items() if isinstance(t, type) and not n.startswith("_")]


@pytest.mark.parametrize("kind", public_types(), ids=lambda t: t.__name__)
def test_each_member_of_a_type_has_both_spellings(kind):
    own = vars(kind)
    for name in snake_names(own):
        assert own.get(node_spelling(name)) is own[name], name


def test_each_name_of_the_module_has_both_spellings():
    names = snake_names(n for n, value in vars(pynet).items() if not isinstance(value, ModuleType))
    for name in names:
        assert getattr(pynet, node_spelling(name)) is getattr(pynet, name), name
    assert {"set_timeout", "set_interval", "set_immediate", "next_tick", "create_server"} <= set(names)


@pytest.mark.parametrize(
    ("kind", "snake", "camel"),
    [
        (EventEmitter, "add_listener", "addListener"),
        (EventEmitter, "remove_all_listeners", "removeAllListeners"),
        (EventEmitter, "prepend_once_listener", "prependOnceListener"),
        (EventEmitter, "event_names", "eventNames"),
        (EventEmitter, "raw_listeners", "rawListeners"),
        (pynet.Socket, "bytes_read", "bytesRead"),
        (pynet.Socket, "set_no_delay", "setNoDelay"),
        (pynet.Socket, "ready_state", "readyState"),
        (pynet.Socket, "allow_half_open", "allowHalfOpen"),
        (pynet.Server, "max_connections", "maxConnections"),
        (pynet.Server, "get_connections", "getConnections"),
        (pynet.Timeout, "has_ref", "hasRef"),
        (pynet.Immediate, "has_ref", "hasRef"),
    ],
)
def test_both_spellings_by_hand(kind, snake, camel):
    assert vars(kind)[snake] is vars(kind)[camel]


def test_on_and_its_other_names_do_the_same():
    em = EventEmitter()
    calls = []
    em.addListener("x", calls.append)
    em.prependListener("x", calls.append)
    em.emit("x", 1)
    em.removeListener("x", calls.append)
    em.emit("x", 2)
    assert calls == [1, 1, 2]


def test_node_spelling_of_settable_attributes():
    server = pynet.Server()
    server.maxConnections = 5
    assert server.max_connections == 5
    sock = pynet.Socket()
    sock.allowHalfOpen = True
    assert sock.allow_half_open is True


def test_subclasses_inherit_both_spellings():
    class Child(EventEmitter):
        def event_names(self):
            return ["mine"]

    assert Child().event_names() == ["mine"]
    assert Child().eventNames() == []
    assert Child.addListener is EventEmitter.add_listener


# --- names of events ---


class Name(str):
    pass


def test_any_str_is_a_name():
    em = EventEmitter()
    log = []
    for name in ["", " ", "é", "\ud800", "a\0b", "x" * 100_000, "__class__"]:
        em.on(name, log.append)
        em.emit("".join(list(name)), name)  # an equal string, not the same object
        assert log.pop() == name
    assert em.event_names()[:3] == ["", " ", "é"]


def test_a_str_subclass_is_taken_for_its_text():
    em = EventEmitter()
    log = []
    em.on(Name("x"), log.append)
    assert em.emit("x", 1) and em.emit(Name("x"), 2)
    assert log == [1, 2]
    assert type(em.event_names()[0]) is str


def test_other_objects_are_names_by_identity():
    class AlwaysEqual:
        def __eq__(self, value):
            return True

        __hash__ = None

    em = EventEmitter()
    one, two = AlwaysEqual(), AlwaysEqual()
    log = []
    em.on(one, log.append)
    assert em.emit(two, 2) is False
    assert em.emit(one, 1) is True
    assert log == [1]
    assert em.event_names()[0] is one


@pytest.mark.parametrize("name", [None, True, 5, 1.5, b"x"], ids=repr)
def test_what_is_no_name(name):
    em = EventEmitter()
    em.on("x", print)
    calls = [
        lambda: em.on(name, print),
        lambda: em.on(name),
        lambda: em.once(name, print),
        lambda: em.off(name, print),
        lambda: em.emit(name),
        lambda: em.listeners(name),
        lambda: em.raw_listeners(name),
        lambda: em.listener_count(name),
    ]
    if name is not None:
        calls.append(lambda: em.remove_all_listeners(name))
    for call in calls:
        with pytest.raises(TypeError) as info:
            call()
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
        assert "event_name" in str(info.value)
    assert em.event_names() == ["x"]
    assert em.listener_count("x") == 1
