"""The PROXY protocol on listening sockets of several processes: they accept, or the primary of a cluster delivers
the connections."""

from __future__ import annotations

import contextlib

import pytest

import pynet
from helpers import Recorder, on_loop, two_turns
from proxies import V1
from pynet import _private
from sharing import connect

pytestmark = pytest.mark.posix_only("processes share no listening socket")


@pytest.fixture(params=["tcp", "unix"])
def path(request, tmp_path):
    return str(tmp_path / "s.sock") if request.param == "unix" else None


@pytest.fixture
def clients():
    """clients(listener): a connection that is closed in the end."""
    with contextlib.ExitStack() as stack:
        yield lambda listener: stack.enter_context(connect(listener))


@pytest.fixture
def make(prime, path):
    """make(mode): a server that listens on the first socket of the primary, and a Recorder of it."""
    prime.listen(path)
    prime.use(prime.at_once)
    made = []

    def server(mode):
        prime.mode = mode
        srv = pynet.create_server(lambda sock: None, proxy_protocol=["127.0.0.1"])
        made.append(srv)
        log = Recorder(srv, "connection", "proxyError")
        return srv.listen(*([path] if path is not None else [0])), log

    yield server
    for srv in made:
        srv.shutdown(0)


@pytest.mark.parametrize("mode", ["fair", "none"])
@pytest.mark.parametrize("split", [0, 9, len(V1)])
def test_a_shared_listener(prime, make, clients, mode, split):
    _, log = make(mode)
    client = clients(prime.listeners[0])
    client.sendall(V1[:split])
    two_turns()
    client.sendall(V1[split:])
    assert log.wait("connection")["connection"].remote_address == "192.0.2.1"


@pytest.mark.parametrize("split", [0, 9, len(V1)])
def test_a_delivered_connection(prime, make, clients, split):
    srv, log = make("rr")
    client = clients(prime.listeners[0])
    client.sendall(V1[:split])
    accepted, _ = prime.listeners[0].accept()
    assert on_loop(_private.accept_fd, srv, 0, accepted.detach())
    two_turns()
    client.sendall(V1[split:])
    assert log.wait("connection")["connection"].remote_address == "192.0.2.1"


@pytest.mark.parametrize("mode", ["fair", "none"])
def test_connections_that_wait_fill_a_worker(prime, make, clients, mode):
    srv, log = make(mode)
    srv.max_connections = 1
    first = clients(prime.listeners[0])
    first.sendall(V1[:9])
    for _ in range(3):
        two_turns()
    second = clients(prime.listeners[0])
    second.sendall(V1)
    for _ in range(3):
        two_turns()
    assert log.names == []  # the second one is left to others
    first.close()
    log.wait("proxyError")
    log.wait("connection")
