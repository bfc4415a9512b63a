"""Peers that do not speak TLS, or not as they should: each is an error with its code, and the server lives."""

from __future__ import annotations

import random
import re
import shutil
import socket
import ssl
import subprocess

import pytest

import pynet
from helpers import raw_client, target, wait_until
from tls_threads import thread_server, tls_client

SERVER_EVENTS = ("connection", "secureConnection", "tlsClientError")
CLIENT_EVENTS = ("connect", "secureConnect", "data", "end", "error", "close")


def works(server, context):
    """The server still serves."""
    with tls_client(server, context) as c:
        c.sendall(b"still there?")
        got = bytearray()
        while not got.endswith(b"still there?") and (data := c.recv(100)):
            got += data
        return bool(data)


def until_the_end(raw):
    got = bytearray()
    try:
        while data := raw.recv(65536):
            got += data
    except ConnectionResetError:
        pass
    return bytes(got)


@pytest.fixture
def echo_server(secure_server, record):
    server = secure_server(lambda sock: (sock.on("error", lambda err: None), sock.pipe(sock)))
    return server, record(server, *SERVER_EVENTS)


def test_plain_http(echo_server, client_context):
    server, log = echo_server
    with raw_client(server) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        log.wait("tlsClientError")
        error, sock = log.args("tlsClientError")[0]
        assert error.code == "ERR_SSL_HTTP_REQUEST"
        assert isinstance(error, pynet.NetError)
        assert isinstance(error, ssl.SSLError)
        assert isinstance(sock, pynet.Socket)
        until_the_end(raw)
        assert wait_until(lambda: sock.closed)
    assert works(server, client_context)


@pytest.mark.parametrize(
    "garbage", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\0" * 100, b"\xff" * 20_000, b"\x16\x03\x01\xff\xff" + b"\xff" * 70_000]
)
def test_garbage_in_place_of_a_client_hello(echo_server, client_context, garbage):
    server, log = echo_server
    with raw_client(server) as raw:
        raw.sendall(garbage)
        log.wait("tlsClientError")
        assert log["tlsClientError"].code.startswith("ERR_SSL_")
        until_the_end(raw)
    assert works(server, client_context)


def test_a_client_that_is_told_by_an_alert(echo_server):
    """A client hello of SSL 3: the alert is protocol_version."""
    server, log = echo_server
    hello = b"\x16\x03\x00\x00\x2d\x01\x00\x00\x29\x03\x00" + bytes(32) + b"\x00\x00\x02\x00\x2f\x01\x00"
    with raw_client(server) as raw:
        raw.sendall(hello)
        log.wait("tlsClientError")
        answer = until_the_end(raw)
    assert answer[0] == 21
    assert answer[-2:-1] == b"\x02"


@pytest.mark.parametrize("seed", range(6))
def test_a_stream_that_is_garbled_somewhere(echo_server, client_context, seed):
    """One bit of what a real client sends is another one: the connection fails, whenever it is."""
    server, log = echo_server
    rng = random.Random(seed)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = client_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    sent = 0
    garbled_at = rng.randrange(700)
    with raw_client(server) as raw:

        def send():
            nonlocal sent
            data = bytearray(outgoing.read())
            if sent <= garbled_at < sent + len(data):
                data[garbled_at - sent] ^= 1 << rng.randrange(8)
            sent += len(data)
            raw.sendall(data)

        try:
            while True:
                try:
                    obj.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    send()
                    if not (piece := raw.recv(65536)):
                        break
                    incoming.write(piece)
            obj.write(bytes(1000))
            send()
            raw.shutdown(socket.SHUT_WR)
            until_the_end(raw)
        except OSError:
            pass
    assert works(server, client_context)


def test_garbage_behind_the_handshake(secure_server, client_context, record):
    """A record that does not decrypt: the peer gets an alert, the socket an error."""
    logs = []
    server = secure_server(lambda sock: logs.append(record(sock, "data", "end", "error", "close")))
    c = tls_client(server, client_context)
    c.sendall(b"good")
    assert wait_until(lambda: logs)
    logs[0].wait("data")
    with socket.socket(fileno=c.detach()) as raw:
        raw.settimeout(5)
        raw.sendall(b"\x17\x03\x03\x00\x30" + bytes(48))
        logs[0].wait("close")
        alert = until_the_end(raw)
    assert logs[0].names == ["data", "error", "close"]
    # The last since OpenSSL 3.2.
    assert re.match("ERR_SSL_(DECRYPTION_FAILED|BAD_RECORD|DECRYPTION|RECORD_LAYER_FAILURE)", logs[0]["error"].code)
    assert 0x17 in alert or 0x15 in alert


def test_a_server_in_the_clear(client_context, record):
    def serve(sock):
        sock.sendall(b"220 mail.example ESMTP\r\n")
        until_the_end(sock)

    with thread_server(None, serve) as peer:
        c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context)
        log = record(c, *CLIENT_EVENTS)
        log.wait("close")
    assert log.names == ["connect", "error", "close"]
    assert log["error"].code == "ERR_SSL_WRONG_VERSION_NUMBER"
    assert isinstance(log["error"], ssl.SSLError)
    assert f"{peer.port}" in str(log["error"].port)


# --- silence ---


def test_a_client_that_never_speaks(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.pipe(sock), handshake_timeout=0.2)
    log = record(server, *SERVER_EVENTS)
    with raw_client(server) as raw:
        log.wait("tlsClientError")
        assert log["tlsClientError"].code == "ERR_TLS_HANDSHAKE_TIMEOUT"
        assert until_the_end(raw) == b""
    assert log.names == ["tlsClientError"]


def test_a_client_that_stops_within_the_handshake(secure_server, record):
    server = secure_server(handshake_timeout=0.2)
    log = record(server, *SERVER_EVENTS)
    with raw_client(server) as raw:
        raw.sendall(b"\x16\x03\x01\x02\x00\x01")
        log.wait("tlsClientError")
        assert log["tlsClientError"].code == "ERR_TLS_HANDSHAKE_TIMEOUT"


def test_a_server_that_never_speaks(silent, client_context, record):
    c = pynet.connect(silent[1], silent[0], ssl=client_context, server_hostname="localhost", handshake_timeout=0.2)
    log = record(c, *CLIENT_EVENTS)
    c.write(b"x", log.note("callback"))
    log.wait("close")
    assert log.names == ["connect", "error", "callback", "close"] or log.names == [
        "connect",
        "callback",
        "error",
        "close",
    ]
    error = log["error"]
    assert error.code == "ERR_TLS_HANDSHAKE_TIMEOUT"
    assert isinstance(error, ssl.SSLError)
    assert error.port == silent[1]


def test_the_timeout_ends_with_the_handshake(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.pipe(sock), handshake_timeout=0.3)
    log = record(server, *SERVER_EVENTS)
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost", handshake_timeout=0.3)
    mine = record(c, "error", "close", "timeout")
    c.wait("secureConnect", timeout=5)
    c.set_timeout(600)
    mine.wait("timeout")
    c.write(b"x")
    assert c.read_exactly(1, timeout=5) == b"x"
    assert "tlsClientError" not in log.names
    c.destroy()


def test_many_silent_clients_do_not_stop_the_others(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    crowd = [raw_client(server) for _ in range(50)]
    assert works(server, client_context)
    for raw in crowd:
        raw.close()


# --- certificates ---


@pytest.fixture
def refusal(record):
    """refusal(server, context, **options): the error of a client, and that of the server."""

    def refuse(server, context, **options):
        there = record(server, *SERVER_EVENTS)
        c = pynet.connect(target(server), **{"ssl": context, "server_hostname": "localhost", **options})
        log = record(c, *CLIENT_EVENTS)
        log.wait("close")
        assert log.names == ["connect", "error", "close"]
        there.wait("tlsClientError")
        return log["error"], there["tlsClientError"]

    return refuse


def test_a_certificate_of_an_unknown_authority(secure_server, refusal):
    mine, theirs = refusal(secure_server(), True)
    assert mine.code == "UNABLE_TO_GET_ISSUER_CERT_LOCALLY" or mine.code == "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    assert isinstance(mine, ssl.SSLCertVerificationError)
    assert mine.verify_code in (20, 21)
    assert theirs.code in ("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN")


def test_a_certificate_that_has_expired(secure_server, authority, client_context, refusal):
    server = secure_server(ssl=authority.server_context(days=-0.5))
    mine, theirs = refusal(server, client_context)
    assert mine.code == "CERT_HAS_EXPIRED"
    assert isinstance(mine, ssl.SSLCertVerificationError)
    assert theirs.code == "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED"


def test_a_certificate_for_another_name(secure_server, client_context, refusal):
    mine, _theirs = refusal(secure_server(), client_context, server_hostname="other.example")
    assert mine.code == "ERR_TLS_CERT_ALTNAME_INVALID"
    assert "other.example" in str(mine)
    assert isinstance(mine, ssl.SSLCertVerificationError)


def test_versions_that_do_not_meet(secure_server, server_context, client_context, refusal):
    server_context.minimum_version = ssl.TLSVersion.TLSv1_3
    client_context.maximum_version = ssl.TLSVersion.TLSv1_2
    mine, theirs = refusal(secure_server(), client_context)
    assert mine.code == "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"
    assert theirs.code == "ERR_SSL_UNSUPPORTED_PROTOCOL"


def test_no_cipher_in_common(secure_server, server_context, client_context, refusal):
    server_context.maximum_version = ssl.TLSVersion.TLSv1_2
    server_context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    client_context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    mine, theirs = refusal(secure_server(), client_context)
    assert mine.code == "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert theirs.code == "ERR_SSL_NO_SHARED_CIPHER"


# --- renegotiation ---


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_renegotiation_is_refused(secure_server, server_context, authority, record):
    """`R` of openssl s_client over TLS 1.2. The server answers by the alert no_renegotiation."""
    server_context.maximum_version = ssl.TLSVersion.TLSv1_2
    logs = []
    server = secure_server(
        lambda sock: (logs.append(record(sock, "error", "close")), sock.write(b"welcome\n"), sock.pipe(sock))
    )
    with subprocess.Popen(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2", "-CAfile", str(authority.cert)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as client:
        assert any(b"welcome" in line for line in client.stdout)
        client.stdin.write(b"R\n")
        client.stdin.flush()
        output = client.communicate(timeout=20)[0]
    logs[0].wait("close")
    assert b"RENEGOTIATING" in output
    assert b"no renegotiation" in output
    assert logs[0].names == ["error", "close"]  # the client gives up, by an alert
    assert logs[0]["error"].code == "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert works(server, authority.client_context())
