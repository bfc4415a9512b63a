"""Socket(): each wrong option raises and leaves nothing behind. Its methods: a wrong argument changes nothing."""

from __future__ import annotations

import gc
import os
import socket

import pytest

import pynet
from bad_values import (
    FD_TYPE,
    RANGE,
    TYPE,
    VALUE,
    VALUES,
    all_refused,
    any_number,
    camel,
    instance,
    is_number,
    number,
    refused,
    strict_instance,
)
from helpers import Recorder, connected_pair, open_descriptors, read_option, shown

FD = number(0, 2**31 - 1, integer=True)
OPTIONS = {
    "fd": FD,
    "handle": strict_instance(pynet.BoundSocket),
    "signal": instance(pynet.AbortSignal),
    "block_list": instance(pynet.BlockList),
    "type_of_service": number(0, 255, integer=True),
    "keep_alive_initial_delay": any_number,
    "high_water_mark": number(0, 2**31 - 1, integer=True, codes=VALUE),
}


def sockets():
    gc.collect()
    return {name: pynet._pynet._counts()[name] for name in ("sockets", "streams", "requests")}


@pytest.mark.parametrize("name", OPTIONS)
def test_wrong_option(name):
    before = sockets()

    def check(value, code):
        mapping = {name: value}
        for args, options in [
            ((mapping,), {}),
            (({camel(name): value},), {}),
            ((), mapping),
            ((), {camel(name): value}),
        ]:
            refused(code, name, pynet.Socket, *args, **options)
            refused(code, name, pynet.Stream, *args, **options)
        assert list(mapping) == [name] and mapping[name] is value

    all_refused(OPTIONS[name], check)
    left = sockets()  # those of other tests may go meanwhile
    assert all(left[kind] <= before[kind] for kind in before), f"half-made sockets are left: {left}, not {before}"


GOOD = {
    "handle": [None],
    "signal": [None, pynet.AbortController().signal],
    "block_list": [None, pynet.BlockList()],
    "type_of_service": [None, 0, 255, 16],
    "fd": [None],
    "keep_alive_initial_delay": [None, 0, -1, 5000],
    "readable": [True, False, None, 0, "x"],  # without fd they mean nothing
    "writable": [True, False, None, 0, "x"],
}


@pytest.mark.parametrize("name", GOOD)
def test_good_option(name):
    for value in GOOD[name]:
        for sock in (pynet.Socket({name: value}), pynet.Socket(**{camel(name): value})):
            assert (sock.connecting, sock.pending, sock.destroyed, sock.ready_state) == (False, True, False, "open")
            assert (sock.readable, sock.writable) == (True, True)


@pytest.mark.parametrize("value", [v for v in VALUES.values() if FD(v) and is_number(v)], ids=shown)
def test_a_number_in_first_place_is_a_descriptor(value):
    refused(FD(value), "fd", pynet.Socket, value)


@pytest.mark.parametrize("value", [True, False, "1", b"1", [], (), {1}, object(), 1j, print], ids=shown)
def test_what_is_no_options(value):
    refused(TYPE, '"options"', pynet.Socket, value)


# --- descriptors ---


@pytest.fixture
def descriptors(tmp_path):
    """{kind: a descriptor that is not a stream socket}"""
    opened = {
        "file": os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR),
        "null device": os.open(os.devnull, os.O_RDWR),
        "folder": os.open(tmp_path, os.O_RDONLY),
    }
    udp, ip6 = socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    opened |= {"udp": udp.fileno(), "unix datagrams": ip6.fileno()}
    yield opened
    for name in ("file", "null device", "folder"):
        os.close(opened[name])
    udp.close()
    ip6.close()


@pytest.mark.posix_only("folders and devices are not opened as files")
@pytest.mark.parametrize("kind", ["file", "null device", "folder", "udp", "unix datagrams"])
def test_a_descriptor_of_another_kind(descriptors, kind):
    """It is not taken, and stays open."""
    fd, before = descriptors[kind], open_descriptors()
    for call in (lambda: pynet.Socket(fd), lambda: pynet.Socket(fd=fd), lambda: pynet.Socket({"fd": fd})):
        error = refused(FD_TYPE, "Unsupported fd type", call)
        if kind in ("file", "udp"):
            assert kind.upper() in str(error)
    os.fstat(fd)
    assert open_descriptors() == before


def test_a_wrong_option_beside_a_good_descriptor():
    """The descriptor is still the caller's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for options in (
            {"signal": 5},
            {"block_list": "x"},
            {"type_of_service": 256},
            {"high_water_mark": -1},
            {"onread": 5},
            {"keep_alive_initial_delay": "x"},
        ):
            with pytest.raises((TypeError, ValueError)) as info:
                pynet.Socket(fd=ours.fileno(), **options)
            assert info.value.code in (TYPE, VALUE, RANGE)
        ours.sendall(b"still ours")
        assert theirs.recv(100) == b"still ours"


# --- a bound socket ---


def test_a_handle_that_is_closed_or_adopted():
    closed = pynet.BoundSocket(host="127.0.0.1")
    closed.close()
    adopted = pynet.BoundSocket(host="127.0.0.1")
    first = pynet.Socket(handle=adopted)
    before = sockets()
    for bound in (closed, adopted):
        for call in (
            lambda bound=bound: pynet.Socket(handle=bound),
            lambda bound=bound: pynet.Socket({"handle": bound}),
        ):
            with pytest.raises(pynet.NetError) as info:
                call()
            assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
    assert sockets() == before
    first.destroy()


def test_a_wrong_option_beside_a_handle_adopts_nothing():
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        for options in ({"signal": 5}, {"block_list": "x"}, {"type_of_service": -1}, {"high_water_mark": "x"}):
            with pytest.raises((TypeError, ValueError)):
                pynet.Socket(handle=bound, **options)
        assert bound.address().port > 0, "still its own"


@pytest.mark.parametrize("options", [{"local_address": "127.0.0.1"}, {"local_port": 5}], ids=shown)
def test_a_handle_has_its_local_address_already(options):
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        sock = pynet.Socket(handle=bound)
        error = refused(VALUE, ("local_address", "local_port"), sock.connect, 80, "127.0.0.1", **options)
        assert next(iter(options)) in str(error) or camel(next(iter(options))) in str(error)
        assert not sock.connecting
        sock.destroy()


# --- methods ---


def test_wrong_type_of_service():
    sock = pynet.Socket(type_of_service=8)

    def check(value, code):
        nan = isinstance(value, float) and value != value  # Node's method and its option differ
        refused((TYPE, RANGE) if nan else code, ("tos", "type_of_service"), sock.set_type_of_service, value)
        assert sock.get_type_of_service() == 8

    all_refused(number(0, 255, integer=True, none=TYPE), check)


def test_type_of_service_needs_its_argument():
    with pytest.raises(TypeError):
        pynet.Socket().set_type_of_service()
    with pytest.raises(TypeError):
        pynet.Socket().get_type_of_service(1)


KEEP_ALIVE = {
    "initial_delay": any_number,
    "interval": number(1000, codes=(RANGE, VALUE)),
    "count": number(1, codes=(RANGE, VALUE)),
}


def absurd(value):
    """Too big for a system: it may raise or cut the value; pynet promises neither."""
    return is_number(value) and (value != value or abs(value) >= 2**31 or value == 1.5)


@pytest.mark.parametrize("name", KEEP_ALIVE)
def test_wrong_keep_alive_settings(name):
    p = connected_pair((0, "127.0.0.1"), {}, {})

    def check(value, code):
        full = {"enable": True, "initial_delay": 5000, "interval": None, "count": None, name: value}
        refused(code, name, p.client.set_keep_alive, **full)
        refused(code, name, p.client.set_keep_alive, full)
        refused(code, name, p.client.set_keep_alive, {camel(key): v for key, v in full.items()})
        refused(code, name, p.client.set_keep_alive, *full.values())
        assert read_option(p.client, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0, "nothing is set"

    try:
        all_refused(KEEP_ALIVE[name], check, leave_out=absurd)
        p.client.set_keep_alive(True, 5000, 2000, 3)
        assert read_option(p.client, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert read_option(p.client, socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
        assert read_option(p.client, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 2
    finally:
        p.close()


NO_ARGUMENTS = (
    "address close cork destroy_soon detach fileno get_type_of_service is_paused pause ref reset_and_destroy resume "
    "uncork unref"
).split()


@pytest.mark.parametrize("name", NO_ARGUMENTS)
def test_methods_without_arguments_take_none(pair, name):
    """Python counts: one too many is a TypeError, and the connection has not noticed."""
    p = pair()
    before = (p.client.ready_state, p.client.is_paused(), p.client.writable_corked)
    for args, kwargs in [((1,), {}), ((None,), {}), ((), {"nonsense": 1})]:
        with pytest.raises(TypeError):
            getattr(p.client, name)(*args, **kwargs)
    assert (p.client.ready_state, p.client.is_paused(), p.client.writable_corked) == before
    log = Recorder(p.peer, "data")
    p.client.write(b"x")
    log.wait("data")


@pytest.mark.parametrize(
    "name",
    "auto_select_family_attempted_addresses local_port local_family remote_family pending destroyed closed errored "
    "readable writable bytes_written buffer_size".split(),
)
def test_read_only_attributes(name):
    sock = pynet.Socket()
    value = getattr(sock, name)
    with pytest.raises(AttributeError):
        setattr(sock, name, 1)
    with pytest.raises(AttributeError):
        delattr(sock, name)
    assert getattr(sock, name) == value


@pytest.mark.parametrize("name", ["tls", "ssl"])
def test_tls_is_refused_with_the_way_to_it(name):
    before = sockets()
    for call in (lambda: pynet.Socket(**{name: True}), lambda: pynet.Socket({name: {}})):
        with pytest.raises(TypeError, match=rf"'{name}': ssl is an option of connect\(\).*start_tls"):
            call()
    assert sockets() == before


def test_fd_and_handle_together():
    """Two descriptors for one socket: neither is taken."""
    ours, theirs = socket.socketpair()
    with ours, theirs, pynet.BoundSocket(host="127.0.0.1") as bound:
        with pytest.raises((TypeError, ValueError)):
            pynet.Socket(fd=ours.fileno(), handle=bound)
        assert bound.address().port > 0
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"
