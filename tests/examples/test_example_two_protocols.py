"""examples/two_protocols.py: what the first bytes lead to, in all pieces in which they may come."""

import contextlib
import socket
import ssl
import threading
import urllib.request

import pytest

from paths import SUPPORT
from peers import read_exactly, read_to_end, take


@pytest.fixture
def port(program, upstream):
    return program("two_protocols.py", 0, *upstream.getsockname()).port


def test_http_is_answered(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as reply:
        assert reply.read() == b"this port speaks HTTP, too\n"


def test_http_byte_by_byte(port, dial):
    client = dial(port)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for number in b"DELETE / HTTP/1.1\r\n\r\n":
        client.sendall(bytes([number]))
    assert read_to_end(client).startswith(b"HTTP/1.1 200 OK\r\n")


def test_tls_reaches_the_other_server(port, upstream):
    """A whole handshake through the port: not one byte of it may be missing."""
    certificates = SUPPORT / "certificates"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "localhost.pem", certificates / "localhost-key.pem")

    def serve():
        with take(upstream) as plain, context.wrap_socket(plain, server_side=True) as secure:
            secure.sendall(secure.recv(100).upper())

    thread = threading.Thread(target=serve)
    thread.start()
    trusting = ssl.create_default_context(cafile=str(certificates / "localhost.pem"))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
        trusting.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(b"hello")
        assert secure.recv(100) == b"HELLO"
    thread.join()


def test_tls_whose_first_bytes_come_one_by_one(port, dial, upstream):
    client = dial(port)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for number in b"\x16\x03\x01rest":
        client.sendall(bytes([number]))
    with take(upstream) as target:
        assert read_exactly(target, 7) == b"\x16\x03\x01rest"
        target.sendall(b"answer")
        target.close()
    assert read_to_end(client) == b"answer"


@pytest.mark.parametrize("sent", [b"\x00", b"SSH-2.0-x\r\n", b"GEX", b"", b"G", b"\x16"])
def test_anything_else_is_refused_and_so_is_an_end_that_comes_too_early(port, dial, sent):
    client = dial(port)
    client.sendall(sent)
    client.shutdown(socket.SHUT_WR)
    assert read_to_end(client) == b"what is this?\n"


def test_a_client_that_says_nothing_is_left(example, dial, monkeypatch):
    module = example("two_protocols")
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    server = module.one_port(0, ("127.0.0.1", 1))
    with contextlib.closing(server):
        assert read_to_end(dial(server.port)) == b""
