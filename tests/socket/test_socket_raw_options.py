"""set_option(), get_option(): any option of the descriptor; peer_credentials; the default of no_delay."""

from __future__ import annotations

import os
import socket
import struct
import sys

import pytest

import pynet
from helpers import Recorder, target

SNDBUF = (socket.SOL_SOCKET, socket.SO_SNDBUF)
LINGER = (socket.SOL_SOCKET, socket.SO_LINGER)
USER_TIMEOUT = (socket.IPPROTO_TCP, getattr(socket, "TCP_USER_TIMEOUT", 18))
linux = pytest.mark.skipif(sys.platform != "linux", reason="an option of Linux")


@pytest.mark.posix_only("a pipe has no options of sockets", only="unix")
def test_on_a_connected_socket(pair):
    sock = pair().client
    before = sock.get_option(*SNDBUF)
    assert sock.set_option(*SNDBUF, 20_000) is sock
    assert sock.get_option(*SNDBUF) != before


@pytest.mark.posix_only("a pipe has no options of sockets", only="unix")
def test_on_an_accepted_socket(pair):
    sock = pair().peer
    sock.set_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert sock.get_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


@pytest.mark.posix_only("struct timeval is another one")
def test_a_value_of_bytes(pair):
    sock = pair().client
    value = struct.pack("ii", 1, 3)
    sock.set_option(*LINGER, value)
    assert sock.get_option(*LINGER, 8) == value
    sock.set_option(*LINGER, memoryview(struct.pack("ii", 0, 0)))
    assert sock.get_option(*LINGER, 100)[:4] == struct.pack("i", 0)


@pytest.mark.posix_only("a pipe has no options of sockets", only="unix")
def test_before_the_connection_it_is_stored_and_set(server):
    srv = server()
    sock = pynet.Socket().set_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    assert sock.get_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    sock.connect(target(srv))
    sock.wait("connect", timeout=5)
    assert sock.get_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    sock.destroy()
    sock.wait("close", timeout=5)
    sock.connect(target(srv))
    sock.wait("connect", timeout=5)
    assert sock.get_option(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    sock.destroy()


@linux
def test_it_is_set_before_connect():
    """TCP_MAXSEG counts only before connect(2)."""
    srv = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
    sock = pynet.Socket().set_option(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 600)
    sock.connect(srv.address())
    sock.wait("connect", timeout=5)
    assert sock.get_option(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= 600
    sock.destroy()
    srv.close()


@linux
def test_each_attempt_has_it():
    srv = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
    sock = pynet.Socket().set_option(*USER_TIMEOUT, 5000)

    def lookup(name, options, callback):
        callback(None, [("::1", 6), ("127.0.0.1", 4)])

    sock.connect(srv.address().port, "name", lookup=lookup)
    sock.wait("connect", timeout=5)
    assert sock.remote_address == "127.0.0.1"
    assert sock.get_option(*USER_TIMEOUT) == 5000
    sock.destroy()
    srv.close()


@linux
def test_with_a_local_address():
    srv = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
    sock = pynet.Socket().set_option(*USER_TIMEOUT, 5000)
    sock.connect(srv.address().port, "127.0.0.1", local_address="127.0.0.2")
    sock.wait("connect", timeout=5)
    assert sock.local_address == "127.0.0.2" and sock.get_option(*USER_TIMEOUT) == 5000
    sock.destroy()
    srv.close()


@pytest.mark.posix_only("a pipe has no options of sockets", only="unix")
def test_an_option_that_the_system_refuses_makes_the_connect_fail(server):
    srv = server()
    sock = pynet.Socket().set_option(socket.SOL_SOCKET, 9999, 1)
    log = Recorder(sock, "error", "close", "connect")
    sock.connect(target(srv))
    log.wait("close")
    assert log["error"].code == "ENOPROTOOPT"
    assert "connect" not in log.names


@pytest.mark.posix_only("a pipe has no options of sockets", only="unix")
def test_an_option_that_the_system_refuses_raises_and_is_not_stored(pair):
    sock = pair().client
    with pytest.raises(pynet.NetError, match="setsockopt ENOPROTOOPT"):
        sock.set_option(socket.SOL_SOCKET, 9999, 1)
    with pytest.raises(pynet.NetError, match="getsockopt ENOPROTOOPT"):
        sock.get_option(socket.SOL_SOCKET, 9999)
    sock.destroy()
    with pytest.raises(pynet.NetError) as info:
        sock.get_option(socket.SOL_SOCKET, 9999)
    assert info.value.code == "ERR_SOCKET_CLOSED"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("1", 1, 1), TypeError),
        ((1, 1.0, 1), TypeError),
        ((True, 1, 1), TypeError),
        ((1, 1, "x"), TypeError),
        ((1, 1, None), TypeError),
        ((-1, 1, 1), ValueError),
        ((1, 2**31, 1), ValueError),
        ((1, 1, 2**32), ValueError),
        ((1, 1, 2**70), ValueError),
    ],
)
def test_wrong_arguments(args, error):
    with pytest.raises(error):
        pynet.Socket().set_option(*args)


# --- the peer's process ---


@linux
def test_peer_credentials(pair, kind):
    p = pair()
    mine = (os.getpid(), os.getuid(), os.getgid())
    for sock in (p.client, p.peer):
        assert sock.peer_credentials == (mine if kind == "unix" else None)
    if kind == "unix":
        assert p.peer.peer_credentials.pid == os.getpid()
        assert repr(p.peer.peer_credentials).startswith("PeerCredentials(pid=")


def test_without_a_connection_there_are_none():
    sock = pynet.Socket()
    assert sock.peer_credentials is None
    sock.destroy()
    assert sock.peer_credentials is None


# --- the default of no_delay ---


@pytest.fixture
def no_delay():
    assert pynet.get_default_no_delay() is False
    pynet.set_default_no_delay(True)
    yield
    pynet.set_default_no_delay(False)


def is_off(sock):
    """Whether Nagle's algorithm is off."""
    return sock.get_option(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_the_default_counts_for_both_ends(no_delay):
    srv = pynet.create_server().listen(0, "127.0.0.1")
    client = pynet.connect(srv.address())
    peer = srv.wait("connection", timeout=5)
    client.wait("connect", timeout=5)
    assert is_off(client) and is_off(peer)
    client.destroy()
    peer.destroy()
    srv.close()


def test_an_option_wins_over_the_default(no_delay):
    srv = pynet.create_server(no_delay=False).listen(0, "127.0.0.1")
    client = pynet.connect(srv.address(), no_delay=False)
    later = pynet.Socket().connect(srv.address(), no_delay=False)
    peer = srv.wait("connection", timeout=5)
    client.wait("connect", timeout=5)
    later.wait("connect", timeout=5)
    assert not is_off(client) and not is_off(peer) and not is_off(later)
    for sock in (client, peer, later):
        sock.destroy()
    srv.shutdown(0)


def test_what_was_made_before_stays():
    srv = pynet.create_server().listen(0, "127.0.0.1")
    sock = pynet.Socket()
    pynet.set_default_no_delay(True)
    try:
        assert pynet.get_default_no_delay() is True
        sock.connect(srv.address())
        peer = srv.wait("connection", timeout=5)
        sock.wait("connect", timeout=5)
        assert not is_off(sock) and not is_off(peer)
    finally:
        pynet.set_default_no_delay(False)
    sock.destroy()
    peer.destroy()
    srv.close()


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_a_value_that_is_not_a_bool(value):
    with pytest.raises(TypeError):
        pynet.set_default_no_delay(value)
    assert pynet.get_default_no_delay() is False
