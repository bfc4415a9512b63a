"""examples/starttls.py by smtplib, which knows STARTTLS."""

import contextlib
import shutil
import signal
import smtplib
import socket
import ssl

import pytest

from paths import SUPPORT
from peers import read_exactly, read_to_end

CERTIFICATES = SUPPORT / "certificates"


@pytest.fixture
def mail(program, tmp_path):
    """The program; its certificate and key are copies that a test may replace."""
    shutil.copy(CERTIFICATES / "localhost.pem", tmp_path / "certificate.pem")
    shutil.copy(CERTIFICATES / "localhost-key.pem", tmp_path / "key.pem")
    started = program("starttls.py", 0, tmp_path / "certificate.pem", tmp_path / "key.pem")
    started.place = started.port
    return started


def trusting(name: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / f"{name}.pem"))


def test_from_clear_text_to_tls(mail):
    with smtplib.SMTP("localhost", mail.place, timeout=20) as client:
        client.ehlo()
        assert client.has_extn("starttls")
        client.starttls(context=trusting("localhost"))
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.noop() == (250, b"ok")
        assert client.sock.version().startswith("TLS")


def test_without_tls(mail):
    with smtplib.SMTP("localhost", mail.place, timeout=20) as client:
        assert client.noop() == (250, b"ok")
        assert client.docmd("MAIL FROM:<a@b>")[0] == 502


def test_a_certificate_that_is_not_trusted(mail):
    with smtplib.SMTP("localhost", mail.place, timeout=20) as client:
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=trusting("renewed"))
        client.close()
    assert "ssl" in mail.error().lower()


def test_a_new_certificate_counts_for_new_connections(mail, tmp_path):
    with smtplib.SMTP("localhost", mail.place, timeout=20) as old:
        old.starttls(context=trusting("localhost"))
        shutil.copy(CERTIFICATES / "renewed.pem", tmp_path / "certificate.pem")
        shutil.copy(CERTIFICATES / "renewed-key.pem", tmp_path / "key.pem")
        mail.process.send_signal(signal.SIGHUP)
        assert mail.line() == "the certificate was read again"
        with smtplib.SMTP("localhost", mail.place, timeout=20) as new:
            new.starttls(context=trusting("renewed"))
            assert new.noop() == (250, b"ok")
        assert old.noop() == (250, b"ok")


def test_what_comes_behind_starttls_in_clear_text_ends_the_connection(mail, dial):
    client = dial(mail.place)
    assert read_exactly(client, 11) == b"220 pynet\r\n"
    client.sendall(b"STARTTLS\r\nNOOP\r\n")
    with contextlib.suppress(ConnectionResetError):
        assert read_to_end(client) == b"220 go ahead\r\n"
    assert "6 bytes have been read from the system and would be lost" in mail.error()


def test_a_client_that_does_not_shake_hands(mail, dial):
    client = dial(mail.place)
    client.sendall(b"STARTTLS\r\n")
    assert read_exactly(client, 25) == b"220 pynet\r\n220 go ahead\r\n"
    client.sendall(b"HELLO, this is not TLS\r\n")
    client.shutdown(socket.SHUT_WR)
    with contextlib.suppress(ConnectionResetError):
        read_to_end(client)
    assert "ssl" in mail.error().lower()
