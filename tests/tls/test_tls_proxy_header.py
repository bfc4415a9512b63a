"""A header of the PROXY protocol in the clear before the handshake: taken by a server, sent by a client, by haproxy."""

from __future__ import annotations

import socket
import ssl
import sys

import pytest

import proxies
import pynet
from fronts import haproxy, needs_haproxy, needs_nginx, nginx
from helpers import raw_client, target, wait_until
from tls_threads import bytewise, relay, thread_server, tls_client

linux = pytest.mark.skipif(sys.platform != "linux", reason="starts the proxies of Linux")


def tell(sock):
    sock.end(f"{sock.remote_address} {sock.remote_port} {sock.servername or sock.get_protocol()}")


def hello_behind(server, context, header):
    """What a server says to a client that sends this header first."""
    raw = raw_client(server)
    raw.sendall(header)
    with context.wrap_socket(raw, server_hostname="localhost") as c:
        return c.recv(1000).decode()


@pytest.mark.parametrize("header", [proxies.V1, proxies.V2], ids=["v1", "v2"])
def test_a_header_before_the_handshake(secure_server, client_context, header):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    assert hello_behind(server, client_context, header).startswith("192.0.2.1 56324 ")


@pytest.mark.parametrize("header", [proxies.V1, proxies.V2], ids=["v1", "v2"])
def test_a_header_and_the_client_hello_in_one_packet(secure_server, client_context, header):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = client_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    first = header
    with raw_client(server) as raw:
        while True:
            try:
                obj.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(first + outgoing.read())
                first = b""
                incoming.write(raw.recv(65536))
        raw.sendall(outgoing.read())
        while True:
            try:
                assert obj.read(100).startswith(b"192.0.2.1 56324 ")
                return
            except ssl.SSLWantReadError:
                incoming.write(raw.recv(65536))


def test_a_header_and_the_handshake_byte_by_byte(secure_server, client_context):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    with relay(server.port, bytewise) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
        raw.sendall(proxies.V2)
        with client_context.wrap_socket(raw, server_hostname="localhost") as c:
            assert c.recv(1000).startswith(b"192.0.2.1 56324 ")


def test_a_client_hello_without_the_header(secure_server, client_context, record):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    log = record(server, "proxyError", "tlsClientError", "connection")
    with pytest.raises(OSError), tls_client(server, client_context) as c:
        c.recv(1)
    log.wait("proxyError")
    assert log.names == ["proxyError"]


def test_a_header_and_then_no_tls(secure_server, record):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    log = record(server, "proxyError", "tlsClientError", "connection")
    with raw_client(server) as raw:
        raw.sendall(proxies.V1 + b"GET / HTTP/1.0\r\n\r\n")
        log.wait("tlsClientError")
    error, sock = log.args("tlsClientError")[0]
    assert error.code == "ERR_SSL_HTTP_REQUEST"
    assert sock.remote_address == "192.0.2.1"
    assert log.names == ["tlsClientError"]


@pytest.mark.parametrize("early", [b"", b"early data"])
def test_a_client_that_sends_a_header(secure_server, client_context, early):
    """It leaves in the clear, and what was written early behind it, encrypted."""
    got = []

    def on_connection(sock):
        sock.on("data", got.append)
        tell(sock)

    server = secure_server(on_connection, proxy_protocol=["127.0.0.1"])
    c = pynet.connect(
        target(server),
        ssl=client_context,
        server_hostname="localhost",
        proxy_header=pynet.ProxyHeader((("192.0.2.9", 999), ("192.0.2.10", 443))),
    )
    if early:
        c.write(early)
    assert c.read_until(b" ", timeout=5) == b"192.0.2.9 "
    assert c.read_until(b" ", timeout=5) == b"999 "
    assert wait_until(lambda: b"".join(got) == early)
    c.destroy()


def test_a_header_of_a_client_as_a_stranger_sees_it(server_context, client_context):
    """Header, then the record of a client hello."""
    seen = []

    def serve(sock):
        while b"\n" not in b"".join(seen):
            seen.append(sock.recv(1))
        with server_context.wrap_socket(sock, server_side=True) as secure:
            seen.append(secure.recv(100))
            secure.sendall(b"ok")
            secure.unwrap().close()

    with thread_server(None, serve) as peer:
        c = pynet.connect(
            peer.port,
            "127.0.0.1",
            ssl=client_context,
            proxy_header=pynet.ProxyHeader((("192.0.2.9", 999), ("192.0.2.10", 443)), version=1),
        )
        c.write(b"hello")
        assert c.read_exactly(2, timeout=10) == b"ok"
        c.end()
        c.resume()
        c.wait("close", timeout=10)
    assert peer.errors == []
    assert b"".join(seen) == b"PROXY TCP4 192.0.2.9 192.0.2.10 999 443\r\nhello"


# --- real proxies ---


@linux
@needs_haproxy
@pytest.mark.parametrize("words", ["send-proxy", "send-proxy-v2"])
def test_haproxy_passes_tls_through_behind_a_header(secure_server, client_context, tmp_path, words):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    with (
        haproxy(tmp_path, f"127.0.0.1:{server.port} {words}") as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
        client_context.wrap_socket(raw, server_hostname="localhost") as c,
    ):
        address, own_port, _ = c.recv(1000).decode().split()
        assert (address, int(own_port)) == c.getsockname()


@linux
@needs_haproxy
@pytest.mark.parametrize("words", ["send-proxy", "send-proxy-v2"])
def test_haproxy_speaks_tls_behind_a_header(secure_server, authority, tmp_path, words):
    """A client in the clear, haproxy as a client of TLS."""
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    tls = f"ssl verify required ca-file {authority.cert} sni str(localhost) verifyhost localhost"
    with (
        haproxy(tmp_path, f"127.0.0.1:{server.port} {words} {tls}") as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
    ):
        address, own_port, _ = raw.makefile().read().split()
        assert (address, int(own_port)) == raw.getsockname()


@linux
@needs_haproxy
def test_a_client_behind_a_haproxy_that_ends_tls(server, certificate, client_context, tmp_path):
    pem = tmp_path / "both.pem"
    pem.write_text(certificate.cert.read_text() + certificate.key.read_text())
    back = pynet.create_server(lambda sock: sock.pipe(sock)).listen(0, "127.0.0.1")
    with haproxy(tmp_path, f"127.0.0.1:{back.port}", bind=f"ssl crt {pem}") as port:
        c = pynet.connect(port, "127.0.0.1", ssl=client_context)
        c.write(b"through haproxy")
        assert c.read_exactly(15, timeout=10) == b"through haproxy"
        big = bytes(range(256)) * 4000
        c.write(big)
        assert c.read_exactly(len(big), timeout=20) == big
        c.destroy()
    back.shutdown(0)


@linux
@needs_nginx
def test_nginx_sends_a_header_and_tls(secure_server, authority, tmp_path):
    server = secure_server(tell, proxy_protocol=["127.0.0.1"])
    options = (
        f"proxy_protocol on; proxy_ssl on; proxy_ssl_verify on; proxy_ssl_trusted_certificate {authority.cert};"
        "proxy_ssl_name localhost; proxy_ssl_server_name on; proxy_ssl_session_reuse off;"
    )
    with (
        nginx(tmp_path, f"127.0.0.1:{server.port}", options) as port,
        socket.create_connection(("127.0.0.1", port), timeout=10) as raw,
    ):
        address, own_port, _ = raw.makefile().read().split()
        assert (address, int(own_port)) == raw.getsockname()


@linux
@needs_nginx
def test_a_client_behind_an_nginx_that_ends_tls(certificate, client_context, tmp_path):
    back = pynet.create_server(lambda sock: sock.pipe(sock)).listen(0, "127.0.0.1")
    options = f"ssl_certificate {certificate.cert}; ssl_certificate_key {certificate.key};"
    with nginx(tmp_path, f"127.0.0.1:{back.port}", options, listen="ssl") as port:
        c = pynet.connect(port, "127.0.0.1", ssl=client_context)
        big = bytes(range(256)) * 4000
        c.write(big)
        assert c.read_exactly(len(big), timeout=20) == big
        c.destroy()
    back.shutdown(0)
