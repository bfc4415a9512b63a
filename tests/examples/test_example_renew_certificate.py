"""examples/renew_certificate.py: SIGHUP, beside connections that are open."""

import shutil
import signal
import socket
import ssl

import pytest

from paths import SUPPORT
from peers import read_exactly

CERTIFICATES = SUPPORT / "certificates"


@pytest.fixture
def server(program, tmp_path):
    """The program; its certificate and key are copies that a test may replace."""
    install(tmp_path, "localhost")
    started = program("renew_certificate.py", 0, tmp_path / "certificate.pem", tmp_path / "key.pem")
    started.expected = ("unknown ca",)
    started.place = started.port
    return started


def install(folder, name, key=None):
    shutil.copy(CERTIFICATES / f"{name}.pem", folder / "certificate.pem")
    shutil.copy(CERTIFICATES / f"{key or name}-key.pem", folder / "key.pem")


@pytest.fixture
def dial_trusting(server):
    """dial_trusting(name): a connection that trusts only this certificate."""
    made = []

    def dial(name):
        context = ssl.create_default_context(cafile=str(CERTIFICATES / f"{name}.pem"))
        plain = socket.create_connection(("127.0.0.1", server.place), timeout=20)
        made.append(plain)
        made.append(context.wrap_socket(plain, server_hostname="localhost"))
        return made[-1]

    yield dial
    for sock in made:
        sock.close()


def echoes(sock):
    sock.sendall(b"hello")
    return read_exactly(sock, 5) == b"hello"


def test_a_new_certificate_counts_for_new_connections(server, dial_trusting, tmp_path):
    old = dial_trusting("localhost")
    assert echoes(old)
    install(tmp_path, "renewed")
    server.process.send_signal(signal.SIGHUP)
    assert server.line() == "the certificate was read again"
    assert echoes(dial_trusting("renewed"))
    with pytest.raises(ssl.SSLCertVerificationError):
        dial_trusting("localhost")
    assert echoes(old)


def test_a_key_that_does_not_fit_changes_nothing(server, dial_trusting, tmp_path):
    install(tmp_path, "renewed", key="localhost")
    server.process.send_signal(signal.SIGHUP)
    assert "the old certificate stays: " in server.error()
    assert echoes(dial_trusting("localhost"))
