"""A session ticket that is in two records, since the certificate of the client is in it: what a client tells and does
while it has the first one only. The handshake is complete."""

from __future__ import annotations

import socket
import ssl

import pytest

import pynet
from helpers import wait_until


@pytest.fixture(scope="module")
def long_certificate(authority):
    """More than a record of TLS can hold."""
    return authority.issue("client.example", *(f"{'x' * 50}{i}.example" for i in range(300)), client=True)


class Half:
    """A client that has got the first part of its ticket."""

    def __init__(self, server_context, client_context):
        self.sessions, self.got = [], bytearray()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.client = pynet.connect(
                listener.getsockname()[1], "127.0.0.1", ssl=client_context, server_hostname="localhost"
            )
            self.client.on("session", self.sessions.append)
            self.client.on("data", self.got.extend)
            self.peer, _ = listener.accept()
        self.peer.settimeout(10)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = server_context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self._call(self.tls.do_handshake)
        tickets = self.outgoing.read()
        first = 5 + int.from_bytes(tickets[3:5], "big")  # the header of a record ends with its length
        assert 5 < first < len(tickets)
        self.peer.sendall(tickets[:first])
        self.rest = tickets[first:]
        assert wait_until(lambda: self.client.ssl_object.version() is None)

    def _call(self, function, *args):
        while True:
            try:
                return function(*args)
            except ssl.SSLWantReadError:
                self.peer.sendall(self.outgoing.read())
                self.incoming.write(self.peer.recv(65536))

    def complete(self, data=b""):
        """Sends the rest, and the data."""
        self.tls.write(data)
        self.peer.sendall(self.rest + self.outgoing.read())

    def read(self):
        return self._call(self.tls.read, 1000)


@pytest.fixture
def make_half(authority, server_context, client_context, long_certificate):
    """Gives make_half()."""
    made = []

    def make():
        made.append(Half(server_context, client_context))
        return made[-1]

    server_context.load_verify_locations(authority.cert)
    server_context.verify_mode = ssl.CERT_OPTIONAL
    server_context.num_tickets = 1
    client_context.load_cert_chain(long_certificate.cert, long_certificate.key)
    yield make
    for half in made:
        half.client.destroy()
        half.peer.close()


@pytest.fixture
def half(make_half):
    return make_half()


def test_the_certificate_of_the_peer(half):
    before = half.client.get_peer_certificate()
    half.complete(b"there")
    assert wait_until(lambda: half.got == b"there")
    assert before == half.client.get_peer_certificate()
    assert ("DNS", "localhost") in before["subjectAltName"]


def test_its_bytes(half, certificate):
    assert half.client.get_peer_certificate(True) == ssl.PEM_cert_to_DER_cert(certificate.cert.read_text())


def test_a_certificate_that_is_not_verified(make_half, client_context):
    client_context.check_hostname = False
    client_context.verify_mode = ssl.CERT_NONE
    assert make_half().client.get_peer_certificate() == {}


def test_it_is_authorized(half):
    assert half.client.authorized
    assert half.client.authorization_error is None


def test_the_protocol(half):
    assert half.client.get_protocol() == "TLSv1.3"


def test_the_session_comes_with_the_rest(half):
    assert half.sessions == []
    half.complete(b"x")
    assert wait_until(lambda: len(half.sessions) == 1)
    assert half.sessions[0].has_ticket


def test_a_write_waits_for_the_rest(half):
    half.client.write(b"mine")
    half.complete()
    assert half.read() == b"mine"
