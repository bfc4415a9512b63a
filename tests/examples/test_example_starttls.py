"""examples/starttls.py by smtplib, which knows STARTTLS."""

import contextlib
import smtplib
import ssl
import sys

import pytest

from paths import SUPPORT
from peers import read_exactly, read_to_end

CERTIFICATES = SUPPORT / "certificates"


@pytest.fixture
def mail(program):
    started = program("starttls.py", 0, CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost-key.pem")
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
    error = mail.error()
    discarded = sys.platform == "win32" and "ECONNRESET" in error  # the reset has discarded the alert
    assert "ERR_SSL_" in error or discarded


def test_what_comes_behind_starttls_in_clear_text_ends_the_connection(mail, dial):
    client = dial(mail.place)
    assert read_exactly(client, 11) == b"220 pynet\r\n"
    client.sendall(b"STARTTLS\r\nNOOP\r\n")
    with contextlib.suppress(ConnectionResetError):
        assert b"250" not in read_to_end(client)
    assert "ERR_SSL_" in mail.error()


def test_a_client_that_does_not_shake_hands(mail, dial):
    client = dial(mail.place)
    client.sendall(b"STARTTLS\r\n")
    assert read_exactly(client, 25) == b"220 pynet\r\n220 go ahead\r\n"
    client.sendall(b"HELLO, this is not TLS\r\n")
    with contextlib.suppress(ConnectionResetError):
        read_to_end(client)
    assert "ERR_SSL_" in mail.error()
