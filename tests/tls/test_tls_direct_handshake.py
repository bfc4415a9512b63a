"""Handshakes that call OpenSSL itself in place of the methods of _ssl: whatever a peer sends first, events, errors and
the records for the peer stay the same."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pynet
from helpers import raw_client
from tls_errors import described


def hello():
    """The first flight of a client."""
    context = ssl.create_default_context()
    outgoing = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


HELLO = hello()


def alert(minor, level=2, description=40):
    return bytes([21, 3, minor, 0, 2, level, description])


FIRST = {
    "nothing": b"",
    "HTTP": b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    "a proxy's request": b"CONNECT a.example:443 HTTP/1.1\r\n\r\n",
    "SMTP": b"220 mail.a.example ESMTP\r\n",
    "two bytes of plain text": b"GE",
    "zeros": bytes(600),
    "the hello of SSL 2": bytes([0x80, 0x2E, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]) + bytes(40),
    **{f"an alert of version 3.{minor}": alert(minor) for minor in (0, 1, 3, 9)},
    "a warning": alert(3, 1, 90),
    "close_notify": alert(3, 1, 0),
    "a warning, then plain text": alert(3, 1, 90) + b"GET / HTTP/1.1\r\n\r\n",
    "half an alert": alert(3)[:6],
    "an alert behind the hello": HELLO + alert(3),
    "plain text behind the hello": HELLO + b"GET / HTTP/1.1\r\n\r\n",
    "the hello twice": HELLO + HELLO,
    "half a hello": HELLO[:100],
    "a hello of another major version": HELLO[:1] + b"\x05" + HELLO[2:],
    "a hello without an end": HELLO[:3] + b"\x40\x00" + HELLO[5:] + bytes(20_000),
    "a record too long": b"\x16\x03\x01\x48\x01" + bytes(18_433),
    "an empty record": b"\x16\x03\x01\x00\x00",
    "many empty records": b"\x16\x03\x03\x00\x00" * 40,
    "change_cipher_spec": b"\x14\x03\x03\x00\x01\x01",
    "data": b"\x17\x03\x03\x00\x05hello",
    "a heartbeat": b"\x18\x03\x03\x00\x03\x01\x00\x00",
    "a message of no type": b"\x16\x03\x03\x00\x04\xff\x00\x00\x00",
    "the hello of a server": b"\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03" + bytes(32) + bytes(6),
}


def all_of(peer):
    """What the peer gets until the end."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while data := peer.recv(65536):
            got += data
    return got


def types_of(records):
    """The type of each record, and what an alert says: the rest differs each time, as signatures do."""
    seen = []
    while records:
        length = 5 + int.from_bytes(records[3:5], "big")
        seen.append(records[:length] if records[0] == 21 else records[0])
        records = records[length:]
    return seen


def send_all(peer, data):
    with contextlib.suppress(ConnectionError):
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)


@pytest.fixture
def to_server(set_direct, secure_server):
    """to_server(on, data): what a server emits for a client that sends this and ends, and what the client gets."""
    seen, failed = [], threading.Event()

    def on_error(error, sock):
        seen.append(described(error))
        failed.set()

    server = secure_server().on("tlsClientError", on_error)

    def play(on, data):
        set_direct(on)
        seen.clear()
        failed.clear()
        with raw_client(server, timeout=10) as peer:
            send_all(peer, data)
            got = all_of(peer)
        assert failed.wait(10)
        return list(seen), types_of(got)

    return play


@pytest.fixture
def to_client(set_direct, client_context):
    """The same for a client, and a server that sends this."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def play(on, data):
            set_direct(on)
            seen, closed = [], threading.Event()
            with pynet.turn():
                sock = pynet.connect(
                    listener.getsockname()[1], "127.0.0.1", ssl=client_context, server_hostname="localhost"
                )
                sock.on("error", lambda error: seen.append(described(error)))
                sock.on("close", lambda had_error: (seen.append(("close", had_error)), closed.set()))
            peer, _ = listener.accept()
            with peer:
                peer.settimeout(10)
                send_all(peer, data)
                got = all_of(peer)
            assert closed.wait(10)
            return seen, types_of(got)

        yield play


@pytest.mark.parametrize("name", FIRST)
def test_a_server_fails_the_same(to_server, name):
    direct, methods = (to_server(on, FIRST[name]) for on in (True, False))
    assert direct == methods
    assert direct[0][0][0] is not None


@pytest.mark.parametrize("name", FIRST)
def test_a_client_fails_the_same(to_client, name):
    direct, methods = (to_client(on, FIRST[name]) for on in (True, False))
    assert direct == methods
    assert direct[0][-1] == ("close", True)


record = st.builds(
    lambda kind, major, minor, body: bytes([kind, major, minor]) + len(body).to_bytes(2, "big") + body,
    st.sampled_from([20, 21, 22, 23, 24, 99]),
    st.sampled_from([3, 3, 3, 2]),
    st.sampled_from([1, 3, 4, 9]),
    st.binary(max_size=40),
)
stream = st.lists(st.one_of(record, st.just(HELLO), st.binary(max_size=30)), max_size=4).map(b"".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stream)
def test_a_server_fails_the_same_for_any_bytes(to_server, data):
    assert to_server(True, data) == to_server(False, data)
