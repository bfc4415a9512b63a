"""What a bad, late or missing header of the PROXY protocol gets; bad options."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder, raw_client, two_turns
from proxies import SIGNATURE, V1, V2, packed, summed, tlv, v2

BAD = {
    "http": b"GET / HTTP/1.1\r\n\r\n",
    "lower-case": V1.lower(),
    "no-cr": V1.replace(b"\r", b""),
    "port": b"PROXY TCP4 192.0.2.1 198.51.100.2 99999 443\r\n",
    "leading-zero": b"PROXY TCP4 192.0.2.1 198.51.100.2 0443 443\r\n",
    "family": b"PROXY TCP4 ::1 ::1 1 2\r\n",
    "udp": v2(family=0x12),
    "version-3": SIGNATURE + b"\x31\x11\x00\x00",
    "command-2": v2(command=2),
    "short": v2(rest=packed()[:-1]),
    "tlv": v2(tlvs=b"\4\0\5"),
    "ssl": v2(tlvs=tlv(0x20, b"\1")),
    "checksum": summed()[:-1] + b"\0",
    "unique-id": v2(tlvs=tlv(5, b"x" * 129)),
}
LONG = {"v1": b"PROXY UNKNOWN " + b"x" * 94, "v2": SIGNATURE + b"\x21\x11\x10\x01"}


@pytest.fixture
def refusing(server):
    """refusing(**options): a server that trusts us, and a Recorder of it."""

    def make(**options):
        srv = server(None, **{"proxy_protocol": ["127.0.0.1"], **options})
        return srv, Recorder(srv, "connection", "drop", "proxyError", "error")

    return make


def is_reset(client):
    """A TCP connection is reset; over a unix socket the end comes."""
    try:
        return client.recv(1) == b"" and isinstance(client.getsockname(), str | bytes)
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("name", BAD)
def test_a_bad_header_is_refused(refusing, name):
    srv, log = refusing()
    with raw_client(srv) as client:
        client.sendall(BAD[name])
        error, info = log.wait("proxyError").args("proxyError")[0]
        assert is_reset(client)
        assert error.code == "ERR_PROXY_HEADER_INVALID"
        assert info.data == BAD[name][: len(info.data)] != b""
        assert log.names == ["proxyError"]
    assert srv.proxy_errors == 1


@pytest.mark.parametrize("name", LONG)
def test_a_header_that_is_too_long(refusing, name):
    srv, log = refusing()
    with raw_client(srv) as client:
        client.sendall(LONG[name])
        error, info = log.wait("proxyError").args("proxyError")[0]
        assert error.code == "ERR_PROXY_HEADER_TOO_LONG"
        assert info.data == LONG[name][:64]
        assert is_reset(client)


def test_a_bad_header_in_pieces(refusing):
    srv, log = refusing()
    with raw_client(srv) as client:
        client.sendall(V1[:10])
        two_turns()
        client.sendall(b"no such address\r\n")
        error, info = log.wait("proxyError").args("proxyError")[0]
        assert error.code == "ERR_PROXY_HEADER_INVALID"
        assert info.data == V1[:10] + b"no such address\r\n"


@pytest.mark.parametrize("came", [b"", V1[:20], V2[:20]])
def test_a_late_header(refusing, came):
    srv, log = refusing(proxy_timeout=60)
    with raw_client(srv) as client:
        client.sendall(came)
        error, info = log.wait("proxyError").args("proxyError")[0]
        assert error.code == "ERR_PROXY_HEADER_TIMEOUT"
        assert info.data == came
        assert is_reset(client)
        assert log.names == ["proxyError"]


def test_a_sender_that_trickles_gains_no_time(refusing):
    srv, log = refusing(proxy_timeout=150)
    with raw_client(srv) as client:
        for byte in V2[:-1]:
            try:
                client.sendall(bytes([byte]))
            except OSError:
                break
            if log.names:
                break
            two_turns()
        error, _ = log.wait("proxyError").args("proxyError")[0]
        assert error.code == "ERR_PROXY_HEADER_TIMEOUT"


@pytest.mark.parametrize("came", [b"", V1[:20], V2[:20]])
def test_an_end_before_the_header(refusing, came):
    srv, log = refusing()
    with raw_client(srv) as client:
        client.sendall(came)
        two_turns()
    error, info = log.wait("proxyError").args("proxyError")[0]
    assert error.code == "ERR_PROXY_HEADER_INVALID"
    assert "ended before its PROXY header" in str(error)
    assert log.names == ["proxyError"]


def test_nothing_is_uncaught_without_a_listener(server, uncaught):
    srv = server(None, proxy_protocol=["127.0.0.1"])
    with raw_client(srv) as client:
        client.sendall(b"GET")
        assert is_reset(client)
    assert srv.proxy_errors == 1
    assert uncaught == []


def test_the_server_serves_on(refusing):
    srv, log = refusing()
    for data in (b"GET / HTTP", V1):
        with raw_client(srv) as client:
            client.sendall(data)
            log.wait("proxyError" if data != V1 else "connection")


def test_what_a_listener_raises_is_uncaught(refusing, uncaught_errors):
    srv, log = refusing()

    def fail(error, info):
        raise ZeroDivisionError

    srv.prepend_listener("proxyError", fail)
    with raw_client(srv) as client:
        client.sendall(b"GET")
        assert is_reset(client)
    with raw_client(srv) as client:
        client.sendall(V1)
        log.wait("connection")
    assert [type(e) for e in uncaught_errors] == [ZeroDivisionError]


# --- bad options ---


@pytest.mark.parametrize(
    ("options", "kind", "code", "name"),
    [
        ({"proxy_protocol": 1}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_protocol"),
        ({"proxy_protocol": "10.0.0.0/8"}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_protocol"),
        ({"proxy_protocol": ["10.0.0.0/33"]}, ValueError, "ERR_OUT_OF_RANGE", "prefix"),
        ({"proxy_protocol": ["host"]}, ValueError, "ERR_INVALID_ADDRESS", "options.proxy_protocol"),
        ({"proxy_protocol": [1]}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_protocol"),
        ({"proxy_untrusted": 1}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_untrusted"),
        ({"proxy_untrusted": "drop"}, ValueError, "ERR_INVALID_ARG_VALUE", "options.proxy_untrusted"),
        ({"proxy_timeout": "1"}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_timeout"),
        ({"proxy_timeout": True}, TypeError, "ERR_INVALID_ARG_TYPE", "options.proxy_timeout"),
        ({"proxy_timeout": 0}, ValueError, "ERR_OUT_OF_RANGE", "options.proxy_timeout"),
        ({"proxy_timeout": -1}, ValueError, "ERR_OUT_OF_RANGE", "options.proxy_timeout"),
        ({"proxy_timeout": float("nan")}, ValueError, "ERR_OUT_OF_RANGE", "options.proxy_timeout"),
    ],
)
def test_a_bad_option_raises_with_its_name(options, kind, code, name):
    with pytest.raises(kind) as caught:
        pynet.create_server(**{"proxy_protocol": ["127.0.0.1"], **options})
    assert caught.value.code == code
    assert name in str(caught.value)


@pytest.mark.parametrize("value", [None, False])
def test_off(value):
    srv = pynet.create_server(proxy_protocol=value)
    assert srv.proxy_protocol is False
    assert srv.proxy_errors == 0


def test_both_spellings():
    srv = pynet.create_server({"proxyProtocol": ["10.0.0.0/8"], "proxyUntrusted": "direct", "proxyTimeout": 1000})
    assert srv.proxyProtocol.rules == ["Subnet: IPv4 10.0.0.0/8"]
