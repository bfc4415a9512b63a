"""Certificates, contexts, and connected pairs over TLS."""

from __future__ import annotations

import pytest

import pynet
from authority import Authority, context_of
from helpers import Pair, connected_pair
from pynet import _private


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """The Authority of the tests: authority.issue("a.example", days=-0.5), authority.cert, authority.localhost."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def other_authority(tmp_path_factory):
    """One that the contexts here do not trust."""
    return Authority(tmp_path_factory.mktemp("other"), "another test authority")


@pytest.fixture
def certificate(authority):
    """Issued(cert, key): the certificate of this host, for "localhost", "127.0.0.1" and "::1"."""
    return authority.localhost


@pytest.fixture
def server_context(certificate):
    """A new ssl.SSLContext with that certificate, which the test may change."""
    return context_of(certificate)


@pytest.fixture
def client_context(authority):
    """A new ssl.SSLContext that trusts the authority and checks names, which the test may change."""
    return authority.client_context()


@pytest.fixture
def secure_server(server_context):
    """A function that makes a listening server with ssl=: secure_server(on_connection=None, **options). It listens on a
    port of 127.0.0.1."""
    made = []

    def make(on_connection=None, **options):
        options.setdefault("ssl", server_context)
        srv = pynet.create_server(options, on_connection or (lambda sock: None))
        made.append(srv)
        srv.listen(0, "127.0.0.1")
        return srv

    yield make
    for srv in made:
        srv.shutdown(0)


@pytest.fixture
def secure_pair(where, server_context, client_context):
    """A function that gives a connected Pair(client, peer, server) after the handshake, over TCP and a unix socket:
    secure_pair(client_options={}, **server_options)."""
    made: list[Pair] = []

    def make(client_options=None, **server_options):
        options = {"ssl": client_context, "server_hostname": "localhost", **(client_options or {})}
        made.append(connected_pair(where, options, {"ssl": server_context, **server_options}))
        return made[-1]

    yield make
    for p in made:
        p.close()


@pytest.fixture
def set_direct():
    """set_direct(on): whether connections call OpenSSL itself; as before after the test."""
    before = _private.tls_set_direct(True)
    yield _private.tls_set_direct
    _private.tls_set_direct(before)
