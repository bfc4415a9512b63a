"""What the user's SSLContext decides: ALPN, SNI, client certificates; a context that is changed under load."""

from __future__ import annotations

import ssl
import threading

import pytest

import pynet
from authority import context_of
from helpers import raw_client, target, wait_until
from tls_threads import tls_client


def connect(server, context, **options):
    return pynet.connect(target(server), **{"ssl": context, "server_hostname": "localhost", **options})


# --- ALPN ---


@pytest.mark.parametrize(
    ("ours", "theirs", "chosen"),
    [(["h2", "http/1.1"], ["http/1.1"], "http/1.1"), (["a"], ["b"], None), ([], ["h2"], None), (["h2"], [], None)],
)
def test_alpn(secure_server, server_context, client_context, ours, theirs, chosen):
    peers = []
    if theirs:
        server_context.set_alpn_protocols(theirs)
    if ours:
        client_context.set_alpn_protocols(ours)
    server = secure_server(peers.append)
    c = connect(server, client_context)
    c.wait("secureConnect", timeout=5)
    assert wait_until(lambda: peers)
    assert c.alpn_protocol == chosen
    assert peers[0].alpn_protocol == chosen
    c.destroy()


# --- SNI ---


def test_an_sni_callback_changes_the_context(secure_server, server_context, client_context, authority):
    contexts = {name: authority.server_context(name) for name in ("a.example", "b.example")}

    def choose(obj, name, context):
        if name in contexts:
            obj.context = contexts[name]

    server_context.sni_callback = choose
    server = secure_server(lambda sock: sock.pipe(sock))
    for name in ("a.example", "b.example", "localhost"):
        c = connect(server, client_context, server_hostname=name)
        c.wait("secureConnect", timeout=5)
        assert c.authorized
        names = [value for _kind, value in c.get_peer_certificate()["subjectAltName"]]
        assert name in names
        c.destroy()


def test_an_sni_callback_that_refuses(secure_server, server_context, client_context, record):
    server_context.sni_callback = lambda obj, name, context: ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    c = connect(server, client_context)
    mine = record(c, "secureConnect", "error", "close")
    mine.wait("close")
    assert mine["error"].code == "ERR_SSL_TLSV1_UNRECOGNIZED_NAME" or "UNRECOGNIZED_NAME" in mine["error"].code
    log.wait("tlsClientError")
    assert log.names == ["tlsClientError"]


def test_an_sni_callback_that_raises(secure_server, server_context, client_context, record, monkeypatch):
    """The module ssl reports it as unraisable, and the handshake fails."""
    unraisable = []
    monkeypatch.setattr("sys.unraisablehook", unraisable.append)
    server_context.sni_callback = lambda obj, name, context: 1 / 0
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    c = connect(server, client_context)
    mine = record(c, "secureConnect", "error", "close")
    mine.wait("close")
    log.wait("tlsClientError")
    assert mine.names == ["error", "close"]
    assert isinstance(unraisable[0].exc_value, ZeroDivisionError)
    unraisable.clear()


def test_an_sni_callback_may_use_the_socket_of_another_connection(secure_server, server_context, client_context):
    """The callback runs inside of the handshake of one connection: others go on."""
    first = []

    def choose(obj, name, context):
        if first:
            first[0].write(b"a new client")

    server_context.sni_callback = choose
    server = secure_server(lambda sock: first.append(sock) if not first else None)
    c = connect(server, client_context)
    c.wait("secureConnect", timeout=5)
    assert wait_until(lambda: first)
    other = connect(server, client_context)
    assert c.read_exactly(12, timeout=5) == b"a new client"
    other.wait("secureConnect", timeout=5)
    c.destroy()
    other.destroy()


def test_no_server_name_for_an_address(secure_server, server_context, client_context):
    names = []
    server_context.sni_callback = lambda obj, name, context: names.append(name)
    server = secure_server(lambda sock: sock.pipe(sock))
    c = pynet.connect(server.port, "127.0.0.1", ssl=client_context)
    c.wait("secureConnect", timeout=5)
    assert names == [None]
    assert c.authorized
    c.destroy()


# --- client certificates ---


@pytest.fixture
def asking(server_context, authority):
    """The server asks for a certificate of the client."""
    server_context.load_verify_locations(authority.cert)
    return server_context


@pytest.mark.parametrize("mode", [ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED])
def test_a_client_with_a_certificate(secure_server, asking, client_context, authority, mode):
    asking.verify_mode = mode
    issued = authority.issue("client.example", client=True)
    client_context.load_cert_chain(issued.cert, issued.key)
    peers = []
    server = secure_server(peers.append)
    c = connect(server, client_context)
    c.wait("secureConnect", timeout=5)
    assert wait_until(lambda: peers)
    assert peers[0].authorized
    assert peers[0].authorization_error is None
    assert ("DNS", "client.example") in peers[0].get_peer_certificate()["subjectAltName"]
    assert peers[0].get_peer_certificate(binary_form=True) == ssl.PEM_cert_to_DER_cert(issued.cert.read_text())
    c.destroy()


def test_a_client_without_a_certificate_that_is_optional(secure_server, asking, client_context):
    asking.verify_mode = ssl.CERT_OPTIONAL
    peers = []
    server = secure_server(peers.append)
    c = connect(server, client_context)
    c.wait("secureConnect", timeout=5)
    assert wait_until(lambda: peers)
    assert not peers[0].authorized
    assert peers[0].authorization_error is not None
    assert peers[0].get_peer_certificate() is None
    c.destroy()


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_client_without_a_certificate_that_is_required(secure_server, asking, client_context, record, version):
    """Over TLS 1.3 the client is done before the server has looked: it gets the alert behind secureConnect."""
    asking.verify_mode = ssl.CERT_REQUIRED
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[version]
    server = secure_server()
    log = record(server, "tlsClientError", "connection", "secureConnection")
    c = connect(server, client_context)
    mine = record(c, "secureConnect", "error", "close")
    c.resume()
    mine.wait("close")
    log.wait("tlsClientError")
    assert log.names == ["tlsClientError"]
    assert log["tlsClientError"].code == "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"
    if version == "TLSv1_3":
        assert mine.names == ["secureConnect", "error", "close"]
        assert mine["error"].code == "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"
    else:
        assert mine.names == ["error", "close"]
        assert mine["error"].code == "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"


def test_a_client_with_a_certificate_of_an_unknown_authority(
    secure_server, asking, client_context, other_authority, record
):
    asking.verify_mode = ssl.CERT_REQUIRED
    issued = other_authority.issue("client.example", client=True)
    client_context.load_cert_chain(issued.cert, issued.key)
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    c = connect(server, client_context)
    c.on("error", lambda err: None)
    c.resume()
    log.wait("tlsClientError")
    assert isinstance(log["tlsClientError"], ssl.SSLCertVerificationError)
    assert log.names == ["tlsClientError"]
    assert wait_until(lambda: c.closed)


# --- another context while the server runs ---


def test_set_secure_context_under_load(secure_server, server_context, client_context, authority):
    """Clients connect all the time: each gets the old certificate or the new one, and none fails."""
    server = secure_server(lambda sock: sock.pipe(sock))
    kept = connect(server, client_context)
    kept.wait("secureConnect", timeout=5)
    renewed = context_of(authority.issue("localhost", "127.0.0.1"))
    stop, failed, seen = threading.Event(), [], []

    def visit():
        while not stop.is_set():
            try:
                with tls_client(server, client_context) as c:
                    c.sendall(b"x")
                    assert c.recv(1) == b"x"
                    seen.append(c.getpeercert()["serialNumber"])
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=visit) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(seen) >= 10, timeout=20)
    old = set(seen)
    server.set_secure_context(renewed)
    assert wait_until(lambda: len(set(seen)) == 2, timeout=20)
    for context in (server_context, renewed) * 20:
        server.set_secure_context(context)
    count = len(seen)
    assert wait_until(lambda: len(seen) >= count + 10, timeout=20)
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(old) == 1
    kept.write(b"still here")
    assert kept.read_exactly(10, timeout=5) == b"still here"
    kept.destroy()


def test_a_handshake_under_way_keeps_its_context(secure_server, client_context, other_authority):
    server = secure_server(lambda sock: sock.end(b"hello"))
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        server.set_secure_context(other_authority.server_context())
        with client_context.wrap_socket(raw, server_hostname="localhost") as c:
            assert c.recv(100) == b"hello"


def test_set_secure_context_with_something_else(secure_server, client_context):
    server = secure_server(lambda sock: sock.end(b"hello"))
    for bad in (None, True, 5, "cert.pem"):
        with pytest.raises(TypeError, match="context"):
            server.set_secure_context(bad)
    with pytest.raises(ValueError, match="'context' does not fit"):
        server.set_secure_context(client_context)
    with tls_client(server, client_context) as c:
        assert c.recv(100) == b"hello"


def test_a_context_for_the_other_side(secure_server, server_context, client_context):
    server = secure_server()
    for attempt in (
        lambda: connect(server, server_context),
        lambda: pynet.create_server(ssl=client_context),
        lambda: pynet.create_server({"ssl": client_context}),
    ):
        with pytest.raises(ValueError, match="'options.ssl' does not fit") as info:
            attempt()
        assert info.value.code == "ERR_INVALID_ARG_VALUE"


class RefusingContext(ssl.SSLContext):
    def wrap_bio(self, *args, **kwargs):
        raise ValueError("of this context")


def test_a_context_that_raises_a_value_error():
    """So does the one of CPython 3.14.10, if a server's context checks names."""
    with pytest.raises(ValueError, match="'options.ssl' does not fit: of this context") as info:
        pynet.create_server(ssl=RefusingContext(ssl.PROTOCOL_TLS_SERVER))
    assert info.value.code == "ERR_INVALID_ARG_VALUE"
