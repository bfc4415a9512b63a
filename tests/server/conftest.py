"""Fixtures of listen()."""

from __future__ import annotations

import pytest

import pynet


@pytest.fixture
def make_greeter():
    """make_greeter(): a server that does not listen yet and greets each connection; closed in the end."""
    made = []

    def server():
        srv = pynet.create_server(lambda sock: sock.on("error", lambda err: None).end(b"hi"))
        made.append(srv)
        return srv

    yield server
    for srv in made:
        srv.close()
