"""set_keep_alive() with an interval and a count; test_socket_options.py has the rest of it."""

from __future__ import annotations

import socket

import pytest

import pynet
from helpers import Recorder, read_option, target

KEEP_ALIVE = socket.SOL_SOCKET, socket.SO_KEEPALIVE
IDLE = socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
INTERVAL = socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
COUNT = socket.IPPROTO_TCP, socket.TCP_KEEPCNT


@pytest.fixture
def place():
    srv = pynet.create_server(lambda sock: sock.on("error", lambda err: None).resume()).listen(0, "127.0.0.1")
    yield target(srv)
    srv.close()


@pytest.fixture
def connect(place):
    made = []

    def make(sock, **options):
        made.append(sock)
        log = Recorder(sock, "connect")
        sock.connect(place, **options)
        log.wait("connect")
        return sock

    yield make
    for sock in made:
        sock.destroy()


def times(sock):
    """None when it is off."""
    if not read_option(sock, *KEEP_ALIVE):
        return None
    return tuple(read_option(sock, *option) for option in (IDLE, INTERVAL, COUNT))


@pytest.fixture
def default():
    with socket.socket() as fresh:
        return tuple(fresh.getsockopt(*option) for option in (IDLE, INTERVAL, COUNT))


CASES = [
    ((True, 1000, 2000, 3), (1, 2, 3)),
    ((True, 5999.9, 2999.9, 3.0), (5, 2, 3)),
    ((True, 5000, 7000), (5, 7, 10)),
    ((True, 5000, None, 4), (5, 1, 4)),
    ((True, 5000, None, None), (5, 1, 10)),
    ((True, 32_767_000, 32_767_000, 127), (32767, 32767, 127)),
    ((True, 10**9, 1000, 1), (32767, 1, 1)),
]


@pytest.mark.parametrize("before", [False, True], ids=["connected", "before"])
@pytest.mark.parametrize("form", ["positional", "keywords", "mapping", "Node's mapping"])
@pytest.mark.parametrize(("args", "expected"), CASES)
def test_all_four(connect, form, before, args, expected):
    sock = pynet.Socket() if before else connect(pynet.Socket())
    names = ("enable", "initial_delay", "interval", "count")
    if form == "positional":
        result = sock.set_keep_alive(*args)
    elif form == "keywords":
        result = sock.set_keep_alive(**dict(zip(names, args, strict=False)))
    elif form == "mapping":
        result = sock.set_keep_alive(dict(zip(names, args, strict=False)))
    else:
        names = ("enable", "initialDelay", "interval", "count")
        result = sock.setKeepAlive(dict(zip(names, args, strict=False)))
    assert result is sock
    if before:
        connect(sock)
    assert times(sock) == expected


@pytest.mark.parametrize("delay", [0, 999, None, -1])
def test_without_a_delay_the_times_are_the_systems(connect, default, delay):
    """As Node: all three."""
    sock = connect(pynet.Socket())
    sock.set_keep_alive(True, delay, 5000, 5)
    assert times(sock) == default


def test_a_mapping_without_enable_switches_it_off(connect):
    sock = connect(pynet.Socket(), keep_alive=True)
    sock.set_keep_alive({"initial_delay": 5000})
    assert times(sock) is None


def test_keywords_beside_a_mapping_win(connect):
    sock = connect(pynet.Socket())
    sock.set_keep_alive({"enable": True, "initial_delay": 5000, "count": 5}, count=7)
    assert times(sock) == (5, 1, 7)


def test_an_unknown_key_is_ignored_an_unknown_keyword_is_not(connect):
    sock = connect(pynet.Socket())
    sock.set_keep_alive({"enable": True, "initial_delay": 5000, "retries": 5})
    assert times(sock) == (5, 1, 10)
    with pytest.raises(TypeError, match="retries"):
        sock.set_keep_alive(True, retries=5)


def test_changes(connect):
    """Each is set, whichever of the four it is."""
    sock = connect(pynet.Socket())
    for args, expected in [
        ((True, 1000, 2000, 3), (1, 2, 3)),
        ((True, 1000, 4000, 3), (1, 4, 3)),
        ((True, 1000, 4000, 5), (1, 4, 5)),
        ((True, 6000, 4000, 5), (6, 4, 5)),
        ((True, 6000), (6, 1, 10)),
        ((False,), None),
        ((True, 6000), (6, 1, 10)),
    ]:
        sock.set_keep_alive(*args)
        assert times(sock) == expected


def test_the_next_connection_has_them_too(connect):
    sock = connect(pynet.Socket().set_keep_alive(True, 1000, 2000, 3))
    log = Recorder(sock, "close")
    sock.destroy()
    log.wait("close")
    assert times(connect(sock)) == (1, 2, 3)


def test_connect_may_change_the_delay(connect):
    sock = pynet.Socket().set_keep_alive(True, 1000, 2000, 3)
    assert times(connect(sock, keep_alive=True, keep_alive_initial_delay=9000)) == (9, 2, 3)


BAD = [
    ("initial_delay", "x", TypeError),
    ("initial_delay", True, TypeError),
    ("interval", "2000", TypeError),
    ("interval", False, TypeError),
    ("interval", 999, ValueError),
    ("interval", 0, ValueError),
    ("interval", -1, ValueError),
    ("interval", float("nan"), ValueError),
    ("interval", 32_768_000, ValueError),
    ("count", "3", TypeError),
    ("count", 0, ValueError),
    ("count", -1, ValueError),
    ("count", 128, ValueError),
    ("count", 1.5, ValueError),
    ("count", float("nan"), ValueError),
    ("count", 10**400, ValueError),
]


@pytest.mark.parametrize("before", [False, True], ids=["connected", "before"])
@pytest.mark.parametrize(("name", "bad", "kind"), BAD)
def test_a_bad_value_raises_and_sets_nothing(connect, name, bad, kind, before):
    sock = pynet.Socket().set_keep_alive(True, 5000, 6000, 7)
    if not before:
        connect(sock)
    for call in (sock.set_keep_alive, lambda **options: sock.set_keep_alive(options)):
        with pytest.raises(kind) as info:
            call(**{"enable": False, "initial_delay": 8000, "interval": 9000, "count": 10, name: bad})
        assert f'"{name}"' in str(info.value)
        assert info.value.code == ("ERR_INVALID_ARG_TYPE" if kind is TypeError else "ERR_OUT_OF_RANGE")
    if before:
        connect(sock)
    assert times(sock) == (5, 6, 7)


def test_a_unix_socket_and_a_dead_one(tmp_path):
    srv = pynet.create_server(lambda sock: sock.resume()).listen(str(tmp_path / "s.sock"))
    sock = pynet.Socket()
    log = Recorder(sock, "connect", "close")
    sock.connect(path=str(tmp_path / "s.sock"))
    log.wait("connect")
    assert sock.set_keep_alive(True, 1000, 2000, 3) is sock
    sock.destroy()
    log.wait("close")
    assert sock.set_keep_alive(True, 1000, 2000, 4) is sock
    srv.close()
