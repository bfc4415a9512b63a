"""set_type_of_service(), get_type_of_service() and the option: IP_TOS and IPV6_TCLASS, read back from the system."""

from __future__ import annotations

import socket

import pytest

import pynet
from helpers import Recorder, read_option, target

OPTIONS = {4: (socket.IPPROTO_IP, socket.IP_TOS), 6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)}


def listening(family):
    return pynet.create_server(lambda sock: sock.resume()).listen(0, "127.0.0.1" if family == 4 else "::1")


@pytest.fixture(params=[4, 6])
def family(request):
    if request.param == 6:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("no IPv6 here")
    return request.param


@pytest.fixture
def connected(family):
    """connected(**options): a connected client; it may be given made."""
    srv = listening(family)
    made = []

    def make(sock=None, **options):
        client, more = (pynet.Socket(options), {}) if sock is None else (sock, options)
        made.append(client)
        log = Recorder(client, "connect")
        client.connect(target(srv), **more)
        log.wait("connect")
        return client

    yield make
    for client in made:
        client.destroy()
    srv.close()


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_nothing_is_set_by_default(connected, family):
    client = connected()
    assert client.get_type_of_service() == 0 == read_option(client, *OPTIONS[family])


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_while_connected(connected, family):
    client = connected()
    for tos in (16, 184, 0, 8.0):
        assert client.set_type_of_service(tos) is client
        assert client.get_type_of_service() == tos == read_option(client, *OPTIONS[family])


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_what_the_system_makes_of_it(connected, family):
    """Linux keeps the two lowest bits of a TCP connection for itself."""
    client = connected()
    for tos in (255, 3):
        client.set_type_of_service(tos)
        assert client.get_type_of_service() == read_option(client, *OPTIONS[family]) in (tos, tos & ~3)


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
@pytest.mark.parametrize(
    "make",
    [
        lambda connected: connected(type_of_service=32),
        lambda connected: connected(typeOfService=32),
        lambda connected: connected(pynet.Socket({"type_of_service": 32})),
        lambda connected: connected(pynet.Socket().set_type_of_service(32)),
        lambda connected: connected(pynet.Socket(), type_of_service=32),
    ],
)
def test_before_the_connection(connected, family, make):
    client = make(connected)
    assert client.get_type_of_service() == 32 == read_option(client, *OPTIONS[family])


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_it_is_there_in_the_connect_listener(family):
    srv = listening(family)
    seen = []
    with pynet.turn():
        client = pynet.connect(target(srv), type_of_service=64, no_delay=True)
        client.on("connect", lambda: seen.append(read_option(client, *OPTIONS[family])))
        log = Recorder(client, "connect")
        assert client.get_type_of_service() == 64
    log.wait("connect")
    client.destroy()
    srv.close()
    assert seen == [64]


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_an_option_of_connect(family):
    srv = listening(family)
    client = pynet.connect(target(srv), type_of_service=40)
    Recorder(client, "connect").wait("connect")
    assert read_option(client, *OPTIONS[family]) == 40
    client.destroy()
    srv.close()


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_while_connecting(family):
    client = pynet.Socket()
    with pynet.turn():
        log = Recorder(client, "connect")
        srv = listening(family)
        client.connect(target(srv))
        client.set_type_of_service(24)
        assert client.get_type_of_service() == 24
    log.wait("connect")
    assert read_option(client, *OPTIONS[family]) == 24
    client.destroy()
    srv.close()


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_after_the_end_what_was_asked_for(connected):
    client = connected()
    log = Recorder(client, "close")
    client.set_type_of_service(255)
    client.destroy()
    log.wait("close")
    assert client.get_type_of_service() == 255


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
def test_the_next_connection_has_it_too(connected, family):
    client = connected(type_of_service=16)
    log = Recorder(client, "close")
    client.destroy()
    log.wait("close")
    assert read_option(connected(client), *OPTIONS[family]) == 16


def test_an_accepted_socket():
    srv = pynet.create_server()
    accepted = Recorder(srv, "connection")
    srv.listen(0, "127.0.0.1")
    client = pynet.connect(target(srv))
    peer = accepted.wait("connection")["connection"]
    peer.set_type_of_service(16)
    assert read_option(peer, *OPTIONS[4]) == 16
    peer.destroy()
    client.destroy()
    srv.close()


@pytest.mark.posix_only("IPv6 has no type of service")
def test_an_ipv4_peer_of_an_ipv6_socket():
    """Its packets are IPv4: the field of that is set as well."""
    srv = pynet.create_server()
    accepted = Recorder(srv, "connection")
    srv.listen(0)
    if srv.address().family != "IPv6":
        srv.close()
        pytest.skip("no dual stack here")
    client = pynet.connect(srv.address().port, "127.0.0.1")
    peer = accepted.wait("connection")["connection"]
    peer.set_type_of_service(16)
    assert read_option(peer, *OPTIONS[4]) == read_option(peer, *OPTIONS[6]) == 16
    peer.destroy()
    client.destroy()
    srv.close()


def test_a_unix_socket_remembers_it_only(tmp_path):
    srv = pynet.create_server(lambda sock: sock.resume()).listen(str(tmp_path / "s.sock"))
    client = pynet.connect(path=str(tmp_path / "s.sock"), type_of_service=8)
    Recorder(client, "connect").wait("connect")
    assert client.get_type_of_service() == 8
    assert client.set_type_of_service(255) is client
    assert client.get_type_of_service() == 255
    client.destroy()
    srv.close()


BAD = [
    (256, ValueError, "ERR_OUT_OF_RANGE", "It must be >= 0 && <= 255. Received 256"),
    (-1, ValueError, "ERR_OUT_OF_RANGE", "It must be >= 0 && <= 255"),
    (1.5, ValueError, "ERR_OUT_OF_RANGE", "It must be an integer"),
    (float("inf"), ValueError, "ERR_OUT_OF_RANGE", "It must be"),
    ("1", TypeError, "ERR_INVALID_ARG_TYPE", "must be an int or float"),
    (True, TypeError, "ERR_INVALID_ARG_TYPE", "must be an int or float"),
]


@pytest.mark.posix_only("IPv6 has no type of service", only="6")
@pytest.mark.parametrize(("bad", "kind", "code", "text"), BAD)
def test_bad_values(connected, bad, kind, code, text):
    client = connected(type_of_service=16)
    with pytest.raises(kind) as info:
        client.set_type_of_service(bad)
    assert info.value.code == code and '"tos"' in str(info.value) and text in str(info.value)
    assert client.get_type_of_service() == 16
    with pytest.raises(kind) as info:
        pynet.Socket(type_of_service=bad)
    assert info.value.code == code and '"options.type_of_service"' in str(info.value)


def test_nan_is_another_error_in_the_method():
    """As in Node."""
    with pytest.raises(TypeError):
        pynet.Socket().set_type_of_service(float("nan"))
    with pytest.raises(ValueError, match="integer"):
        pynet.Socket(type_of_service=float("nan"))


def test_none():
    with pytest.raises(TypeError):
        pynet.Socket().set_type_of_service(None)
    assert pynet.Socket(type_of_service=None).get_type_of_service() == 0
