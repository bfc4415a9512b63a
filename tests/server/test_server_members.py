"""The properties of a server: connections, drop_max_connection; and options that are refused."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until

# --- connections ---


def accept(srv, count=1):
    """Clients of Python's own, and the sockets that were accepted for them, oldest first."""
    peers: list[pynet.Socket] = []
    srv.on("connection", peers.append)
    clients = []
    for n in range(count):
        clients.append(raw_client(srv))
        assert wait_until(lambda n=n: len(peers) == n + 1)
    srv.off("connection", peers.append)
    return clients, peers


def end_all(clients, peers):
    for client in clients:
        client.close()
    for peer in peers:
        peer.destroy()


def test_connections_are_the_live_sockets_oldest_first(server):
    srv = server()
    assert srv.connections == []
    clients, peers = accept(srv, 4)
    assert srv.connections == peers
    peers[1].destroy()
    assert srv.connections == [peers[0], *peers[2:]]
    end_all(clients, peers)
    assert srv.connections == []


def test_connections_is_a_new_list_each_time(server):
    srv = server()
    clients, peers = accept(srv)
    srv.connections.clear()
    assert srv.connections == peers
    end_all(clients, peers)


def test_a_socket_is_there_from_its_connection_event_on(server):
    seen = []
    srv = server(lambda sock: seen.append((sock, srv.connections)))
    with raw_client(srv):
        assert wait_until(lambda: seen)
        sock, there = seen[0]
        assert there == [sock]
        sock.destroy()


def test_a_socket_is_there_until_it_is_destroyed(server):
    def count(name):
        log.entries.append((name, (len(srv.connections),)))

    def on_connection(sock):
        for event in ("end", "finish", "close"):
            sock.on(event, lambda *args, event=event: count(event))
        sock.resume()

    srv = server(on_connection)
    log = Recorder(srv)
    raw_client(srv).close()
    assert wait_until(lambda: "close" in log.names)
    assert log.entries == [("end", (1,)), ("finish", (1,)), ("close", (0,))]


def test_each_server_has_its_own(server, tmp_path):
    one, other = server(), pynet.create_server(lambda sock: None).listen(tmp_path / "other.sock")
    clients, peers = accept(one)
    more_clients, more_peers = accept(other)
    assert (one.connections, other.connections) == (peers, more_peers)
    end_all(clients + more_clients, peers + more_peers)
    other.close()


def test_a_socket_that_connects_elsewhere_is_not_there_any_more(server, tmp_path):
    srv = server()
    clients, (sock,) = accept(srv)
    log = Recorder(sock, "connect", "close")
    sock.destroy()
    log.wait("close")
    peers: list[pynet.Socket] = []
    again = pynet.create_server(peers.append).listen(tmp_path / "again.sock")
    sock.connect(again.address())
    log.wait("connect")
    assert wait_until(lambda: peers)
    assert srv.connections == []
    assert again.connections == peers
    end_all(clients, [sock, *peers])
    again.close()


def test_connections_of_a_closed_server_are_still_there(server):
    srv = server()
    clients, peers = accept(srv)
    srv.close()
    assert srv.connections == peers
    end_all(clients, peers)


def test_connections_of_a_server_that_never_listened():
    assert pynet.Server().connections == []


def test_destroying_them_all_from_a_listener(server):
    srv = server()
    clients, peers = accept(srv, 3)
    log = Recorder(srv, "close")
    on_loop(lambda: (srv.close(), [sock.destroy() for sock in srv.connections]))
    log.wait("close")
    end_all(clients, peers)


# --- drop_max_connection ---


def test_drop_max_connection_is_kept():
    srv = pynet.Server()
    assert srv.drop_max_connection is None
    srv.drop_max_connection = True
    assert srv.drop_max_connection is True and srv.dropMaxConnection is True
    srv.dropMaxConnection = 0
    assert srv.drop_max_connection is False
    srv.drop_max_connection = "yes"
    assert srv.drop_max_connection is True
    srv.drop_max_connection = None
    assert srv.drop_max_connection is None
    srv.drop_max_connection = 1
    del srv.drop_max_connection
    assert srv.drop_max_connection is None


def test_drop_max_connection_raises_what_truth_raises():
    class Neither:
        def __bool__(self):
            raise ZeroDivisionError

    srv = pynet.Server()
    srv.drop_max_connection = True
    with pytest.raises(ZeroDivisionError):
        srv.drop_max_connection = Neither()
    assert srv.drop_max_connection is True


# --- options that are refused ---


@pytest.mark.parametrize("function", [pynet.Server, pynet.create_server])
def test_tls_is_refused_with_the_way_to_it(function):
    for attempt in (lambda: function(tls=object()), lambda: function({"tls": True})):
        with pytest.raises(TypeError, match=r"'tls'; did you mean 'ssl'\?"):
            attempt()
    function({"tls": None})


def test_a_bad_option_changes_nothing():
    srv = pynet.Server(block_list=pynet.BlockList())
    before = srv.block_list
    with pytest.raises(TypeError):
        srv.__init__(block_list=pynet.BlockList(), listener=5)
    assert srv.block_list is before
    assert srv.listeners("connection") == []


def test_high_water_mark_holds_for_both_halves(server):
    srv = server(high_water_mark=7)
    clients, (sock,) = accept(srv)
    assert (sock.readable_high_water_mark, sock.writable_high_water_mark) == (7, 7)
    end_all(clients, [sock])
