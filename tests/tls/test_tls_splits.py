"""The stream of the wire in any pieces: a record may come byte by byte, or many at once."""

from __future__ import annotations

import random
import socket
import ssl
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pynet
from helpers import raw_client, wait_until
from tls_threads import bytewise, echo, relay, thread_server

DATA = bytes(range(256)) * 200


@pytest.fixture(params=["TLSv1_2", "TLSv1_3"])
def version(request, client_context):
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[request.param]
    return request.param


def through(port, context, data):
    """What an echo server answers to a client on this port, and the error of the client."""
    got, over, errors = bytearray(), threading.Event(), []
    c = pynet.connect(port, "127.0.0.1", ssl=context, server_hostname="localhost")
    c.on("data", got.extend)
    c.on("error", errors.append)
    c.on("close", lambda had_error: over.set())
    c.end(data)
    assert over.wait(20)
    return bytes(got), errors


def echo_server(secure_server):
    return secure_server(lambda sock: sock.pipe(sock), allow_half_open=True)


def test_single_bytes(secure_server, client_context, version):
    server = echo_server(secure_server)
    with relay(server.port, bytewise) as port:
        assert through(port, client_context, DATA[:2000]) == (DATA[:2000], [])


def test_single_bytes_to_python_s_ssl(server_context, client_context, version):
    with thread_server(server_context, echo) as peer, relay(peer.port, bytewise) as port:
        assert through(port, client_context, DATA[:2000]) == (DATA[:2000], [])


@pytest.mark.parametrize("seed", range(4))
def test_random_pieces(secure_server, client_context, version, seed):
    server = echo_server(secure_server)
    rng = random.Random(seed)

    def cut(data):
        pieces, at = [], 0
        while at < len(data):
            size = rng.choice([1, 2, 3, 5, 6, 100, 1000, 17_000])
            pieces.append(data[at : at + size])
            at += size
        return pieces

    with relay(server.port, cut) as port:
        assert through(port, client_context, DATA * 4) == (DATA * 4, [])


# --- without a peer's event loop in between: the flights of a client, cut anywhere ---


def flights(context, port, cut, data, closes):
    """A client of MemoryBIO: sends each of its flights as cut(bytes) has it. Returns what it received until the end."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    got = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def send():
            for piece in cut(outgoing.read()):
                raw.sendall(piece)

        def pump(step):
            while True:
                try:
                    return step()
                except ssl.SSLWantReadError:
                    send()
                    piece = raw.recv(65536)
                    if not piece:
                        incoming.write_eof()
                    incoming.write(piece) if piece else None

        pump(obj.do_handshake)
        obj.write(data)
        if closes:
            with pytest.raises(ssl.SSLWantReadError):
                obj.unwrap()
        send()
        if not closes:
            raw.shutdown(socket.SHUT_WR)
        while True:
            try:
                piece = pump(lambda: obj.read(65536))
            except ssl.SSLZeroReturnError:
                return bytes(got)
            if not piece:
                return bytes(got)
            got += piece


@pytest.mark.parametrize("closes", [True, False], ids=["close_notify", "fin"])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 400), max_size=30), size=st.integers(1, 40_000))
def test_any_split_of_any_flight(secure_server_once, client_context, closes, cuts, size):
    def cut(data):
        pieces, at = [], 0
        for size in cuts:
            pieces.append(data[at : at + size])
            at += size
        return [piece for piece in [*pieces, data[at:]] if piece]

    assert flights(client_context, secure_server_once.port, cut, DATA[:size], closes) == DATA[:size]


@pytest.fixture(scope="module")
def secure_server_once(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.localhost)
    server = pynet.create_server({"ssl": context, "allow_half_open": True}, lambda sock: sock.pipe(sock))
    server.listen(0, "127.0.0.1")
    yield server
    server.shutdown(0).result(10)


# --- what ends too early ---


def client_hello(context):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("part", [0, 1, 4, 5, 6, 50, -1])
def test_a_fin_within_the_client_hello(secure_server, client_context, record, part):
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    hello = client_hello(client_context)
    with raw_client(server) as raw:
        raw.sendall(hello[:part] if part >= 0 else hello[:-1])
        raw.shutdown(socket.SHUT_WR)
        log.wait("tlsClientError")
        error, sock = log.args("tlsClientError")[0]
        assert error.code == "ECONNRESET"
        assert isinstance(error, ssl.SSLError)
        assert raw.recv(4096) == b""
        assert wait_until(lambda: sock.destroyed)
    assert log.names == ["tlsClientError"]


def test_a_fin_after_the_client_hello(secure_server, client_context, record):
    """The server has answered, and no more comes."""
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    with raw_client(server) as raw:
        raw.sendall(client_hello(client_context))
        raw.shutdown(socket.SHUT_WR)
        log.wait("tlsClientError")
    assert log["tlsClientError"].code == "ECONNRESET"


def test_a_server_that_ends_within_the_handshake(client_context, record):
    def serve(sock):
        sock.recv(65536)
        sock.sendall(b"\x16\x03\x03\x00")

    with thread_server(None, serve) as peer:
        c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context)
        log = record(c, "connect", "secureConnect", "error", "end", "close")
        log.wait("close")
    assert log.names == ["connect", "error", "close"]
    assert log["error"].code == "ECONNRESET"
