"""Fixtures of listen()."""

from __future__ import annotations

import pytest

import pynet
from helpers import on_loop
from sharing import primary


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


@pytest.fixture
def prime():
    """What answers in place of a primary; see sharing.py."""
    with primary() as one:
        yield one


@pytest.fixture(params=["tcp", "unix"])
def place(request, prime, tmp_path):
    """What a server listens on; the primary has it already."""
    path = str(tmp_path / "s.sock") if request.param == "unix" else None
    prime.listen(path)
    return (path,) if path is not None else (0, "127.0.0.1")


@pytest.fixture
def worker():
    """A server that greets each connection."""
    srv = pynet.create_server(lambda sock: sock.on("error", lambda error: None).end(b"hi"))
    yield srv
    srv.shutdown(0)


@pytest.fixture
def pending(prime, place, worker):
    """A worker that waits for the answer."""
    prime.use(prime.keep)
    on_loop(worker.listen, *place)
    return worker
