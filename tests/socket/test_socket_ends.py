"""The ends of a connection: local, remote."""

from __future__ import annotations

import socket

import pytest

import pynet
from helpers import Recorder, raw_client, wait_until


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_each_end_is_the_others_peer(pair, kind):
    p = pair()
    if kind == "tcp":
        assert p.client.local == p.peer.remote
        assert p.client.remote == p.peer.local == p.server.address()
        assert isinstance(p.client.local, pynet.AddressInfo)
    else:
        assert p.client.remote == p.peer.local == p.server.address()
        assert p.client.local is p.peer.remote is None  # a client has no path of its own


@pytest.mark.parametrize("kind", ["tcp"])
def test_they_are_the_three_parts_of_each_end(pair):
    client = pair().client
    assert client.local == (client.local_address, client.local_port, client.local_family)
    assert client.remote == (client.remote_address, client.remote_port, client.remote_family)


def test_they_are_none_without_a_connection():
    sock = pynet.Socket()
    assert (sock.local, sock.remote) == (None, None)


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_they_are_kept_when_the_socket_is_destroyed(pair):
    p = pair()
    ends = [(s.local, s.remote) for s in (p.client, p.peer)]
    assert ends[0][1] == p.server.address()
    for sock in (p.client, p.peer):
        closed = Recorder(sock, "close")
        sock.destroy()
        closed.wait("close")
    assert [(s.local, s.remote) for s in (p.client, p.peer)] == ends


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_they_are_kept_although_they_were_never_read(pair):
    p = pair()
    place = p.server.address()
    p.peer.destroy()
    assert p.peer.local == place


def test_connect_takes_remote(pair):
    p = pair()
    again = pynet.connect(p.client.remote)
    Recorder(again, "connect").wait("connect")
    assert again.remote == p.client.remote
    again.destroy()
    assert wait_until(lambda: len(p.server.connections) == 1)


@pytest.mark.posix_only("an accepted pipe has no name")
def test_a_new_connection_has_ends_of_its_own(server, tmp_path):
    srv = server()
    sock = pynet.connect(srv.address())
    Recorder(sock, "connect").wait("connect")
    closed = Recorder(sock, "close")
    sock.destroy()
    closed.wait("close")
    other = pynet.create_server(lambda s: None).listen(tmp_path / "other.sock")
    connected = Recorder(sock, "connect")
    sock.connect(other.address())
    connected.wait("connect")
    assert sock.remote == str(tmp_path / "other.sock")
    sock.destroy()
    other.close()
    assert wait_until(lambda: not srv.connections and not other.connections)


@pytest.mark.parametrize("kind", ["unix"])
def test_remote_of_a_client_that_is_bound_to_a_path(server, tmp_path):
    peers = []
    srv = server(peers.append)
    with socket.socket(socket.AF_UNIX) as client:
        client.bind(str(tmp_path / "client.sock"))
        client.connect(srv.address())
        assert wait_until(lambda: peers)
        assert peers[0].remote == str(tmp_path / "client.sock")
        peers[0].destroy()
        assert peers[0].remote == str(tmp_path / "client.sock")


@pytest.mark.parametrize("kind", ["unix"])
def test_local_of_a_bound_socket_is_its_path(server, tmp_path):
    srv = server()
    sock = pynet.connect(srv.address(), handle=pynet.BoundSocket(path=tmp_path / "mine.sock"))
    Recorder(sock, "connect").wait("connect")
    assert sock.local == str(tmp_path / "mine.sock")
    sock.destroy()
    assert sock.local == str(tmp_path / "mine.sock")


def test_abstract_names(tmp_path):
    name = "\0pynet-" + tmp_path.name
    srv = pynet.create_server(lambda s: None).listen(name)
    sock = pynet.connect(srv.address())
    Recorder(sock, "connect").wait("connect")
    assert sock.remote == srv.address() == name
    sock.destroy()
    srv.close()


def test_an_accepted_socket_of_a_python_client(server, kind):
    peers = []
    srv = server(peers.append)
    with raw_client(srv) as client:
        assert wait_until(lambda: peers)
        assert peers[0].remote == (client.getsockname()[:2] + ("IPv4",) if kind == "tcp" else None)
        peers[0].destroy()
