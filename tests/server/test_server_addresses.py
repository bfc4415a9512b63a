"""Where a server listens: port, host, addresses."""

from __future__ import annotations

import os

import pytest

import pynet
from helpers import on_loop, wait_until

TCP = ("127.0.0.1", "::1")


@pytest.fixture
def made():
    """made(): a server without listeners, closed in the end."""
    servers = []

    def make():
        servers.append(pynet.Server())
        return servers[-1]

    yield make
    for srv in servers:
        srv.close()


@pytest.mark.parametrize("host", TCP)
def test_port_and_host_are_what_was_bound(made, host):
    srv = made().listen(0, host)
    assert (srv.host, srv.port) == srv.address()[:2]
    assert srv.host == host
    assert type(srv.port) is int and srv.port > 0


def test_host_is_the_address_of_the_name(made):
    srv = made().listen(0, "localhost")
    srv.wait("listening", 5)
    assert srv.host in TCP


def test_there_is_no_port_while_the_host_is_looked_up(made):
    srv = made()

    def listen():
        srv.listen(0, "localhost")
        return srv.port, srv.host, srv.addresses

    assert on_loop(listen) == (None, None, [])


def test_host_without_a_host_is_the_wildcard(made):
    srv = made().listen(0)
    assert srv.host in ("::", "0.0.0.0")


def test_a_unix_server_has_neither_port_nor_host(made, tmp_path):
    srv = made().listen(tmp_path / "s.sock")
    assert (srv.port, srv.host) == (None, None)


def test_addresses_is_a_new_list_of_the_address(made, where):
    srv = made().listen(*where)
    assert srv.addresses == [srv.address()]
    srv.addresses.clear()
    assert srv.addresses == [srv.address()]


def test_they_are_gone_with_the_listener(made, where):
    srv = made()
    assert (srv.port, srv.host, srv.addresses) == (None, None, [])
    srv.listen(*where).close()
    assert (srv.port, srv.host, srv.addresses) == (None, None, [])


def test_they_are_those_of_an_adopted_socket(made):
    bound = pynet.BoundSocket(host="127.0.0.1")
    port = bound.address().port
    srv = made().listen(bound)
    assert (srv.host, srv.port) == ("127.0.0.1", port)


def test_they_cannot_be_set(made):
    for name in ("port", "host", "addresses"):
        with pytest.raises(AttributeError):
            setattr(made(), name, None)


def test_each_item_of_addresses_can_be_connected_to(server, record):
    srv = server()
    for place in srv.addresses:
        sock = pynet.connect(place)
        record(sock, "connect").wait("connect")
        sock.destroy()
    assert wait_until(lambda: not srv.connections)


def test_a_forked_child_has_no_address(made, where):
    srv = made().listen(*where)
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(w, repr((srv.port, srv.host)).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(r, 100) == b"(None, None)"
    os.close(r)
    os.close(w)
