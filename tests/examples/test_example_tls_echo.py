"""examples/tls_echo.py: its server by the module ssl, its client with its server."""

import socket
import ssl
import subprocess
import sys

import pytest

import isolated
from paths import ROOT, SUPPORT

CERTIFICATE = SUPPORT / "certificates" / "localhost.pem"
KEY = SUPPORT / "certificates" / "localhost-key.pem"


@pytest.fixture
def port(program):
    started = program("tls_echo.py", "serve", 0, CERTIFICATE, KEY)
    started.expected = ("SSL",)
    return started.port


def client(*args, stdin=b""):
    command = [sys.executable, str(ROOT / "examples" / "tls_echo.py"), "connect", *map(str, args)]
    return subprocess.run(
        command, input=stdin, capture_output=True, timeout=30, check=False, env=isolated.environment()
    )


def test_no_handshake_loses_its_first_bytes(port):
    """The client speaks first, and at once."""
    context = ssl.create_default_context(cafile=str(CERTIFICATE))
    for _ in range(20):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(b"hello")
            assert secure.recv(5) == b"hello"


def test_the_client(port):
    done = client("localhost", port, CERTIFICATE, stdin=b"one\ntwo\n")
    assert (done.stdout, done.stderr, done.returncode) == (b"one\ntwo\n", b"", 0)


def test_a_certificate_that_is_not_trusted(port):
    done = client("localhost", port)
    assert b"NetTLSCertVerificationError" in done.stderr
    assert done.returncode == 1
