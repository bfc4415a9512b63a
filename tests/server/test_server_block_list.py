"""Server option and property block_list: which connections the server closes silently."""

from __future__ import annotations

import socket
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until

EVENTS = ("connection", "drop", "error")


def blocking(*rules):
    blocked = pynet.BlockList()
    for rule in rules:
        blocked.add(rule)
    return blocked


def is_refused(client):
    """The server closes the connection without having sent anything."""
    with client:
        return client.recv(10) == b""


@pytest.fixture
def tcp_server():
    made = []

    def make(host="127.0.0.1", **options):
        srv = pynet.create_server(options, lambda sock: sock.end("in"))
        made.append(srv)
        return srv.listen(0, host)

    yield make
    for srv in made:
        srv.close()


def test_a_blocked_peer_is_closed_and_nobody_is_told(tcp_server):
    srv = tcp_server(block_list=blocking("127.0.0.1"))
    log = Recorder(srv, *EVENTS)
    assert is_refused(raw_client(srv))
    assert log.names == []
    assert srv.connections == []


def test_a_blocked_pynet_client_connects_and_sees_the_end(tcp_server):
    client = pynet.connect(tcp_server(block_list=blocking("127.0.0.1")).address())
    log = Recorder(client, "connect", "ready", "data", "end", "error", "close").wait("close")
    assert log.names == ["connect", "ready", "end", "close"]
    assert log.args("close") == [(False,)]


def test_another_peer_gets_in(tcp_server):
    with raw_client(tcp_server(block_list=blocking("127.0.0.2"))) as client:
        assert client.recv(10) == b"in"


@pytest.mark.parametrize("rule", ["127.0.0.0/8", "127.0.0.0-127.0.0.9"])
def test_subnets_and_ranges_count(tcp_server, rule):
    assert is_refused(raw_client(tcp_server(block_list=blocking(rule))))


def test_ipv4_rules_hold_for_mapped_peers_of_a_dual_stack_server(tcp_server):
    srv = tcp_server("::", block_list=blocking("127.0.0.1"))
    log = Recorder(srv, *EVENTS)
    with socket.create_connection(("127.0.0.1", srv.address().port), 5) as client:
        assert client.recv(10) == b""
    with socket.create_connection(("::1", srv.address().port), 5) as client:
        assert client.recv(10) == b"in"
    assert log.names == ["connection"]


def test_ipv6_peers_are_blocked(tcp_server):
    assert is_refused(raw_client(tcp_server("::1", block_list=blocking("::1"))))


def test_the_list_is_asked_at_each_connection(tcp_server):
    blocked = pynet.BlockList()
    srv = tcp_server(block_list=blocked)
    with raw_client(srv) as client:
        assert client.recv(10) == b"in"
    blocked.add("127.0.0.1")
    assert is_refused(raw_client(srv))
    blocked.clear()
    with raw_client(srv) as client:
        assert client.recv(10) == b"in"


def test_the_property_may_be_set_at_any_time(tcp_server):
    srv = tcp_server()
    assert srv.block_list is None
    blocked = blocking("127.0.0.1")
    srv.block_list = blocked
    assert srv.block_list is blocked and srv.blockList is blocked
    assert is_refused(raw_client(srv))
    srv.blockList = None
    assert srv.block_list is None
    with raw_client(srv) as client:
        assert client.recv(10) == b"in"
    srv.block_list = blocked
    del srv.block_list
    assert srv.block_list is None


@pytest.mark.parametrize(("host", "network"), [("127.0.0.1", "127.0.0.0/8"), ("::1", "::/64")])
def test_a_list_that_is_loaded_again_holds_for_the_next_connection(tcp_server, tmp_path, host, network):
    path = tmp_path / "blocked.txt"
    path.write_text("192.0.2.0/24\n")
    srv = tcp_server(host, block_list=pynet.BlockList.from_file(path))
    log = Recorder(srv, "error", "drop")
    with raw_client(srv) as first:
        assert first.recv(10) == b"in"
        path.write_text(f"{network}\n")
        srv.block_list = pynet.BlockList.from_file(path)
        assert is_refused(raw_client(srv))
        path.write_text("# none\n")
        srv.block_list = pynet.BlockList.from_file(path)
        with raw_client(srv) as client:
            assert client.recv(10) == b"in"
    assert log.names == []


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_any_thread_may_replace_the_list(tcp_server, host):
    srv = tcp_server(host)
    for blocked in (True, False) * 5:
        lists = [blocking("127.0.0.0/8", "::1") if blocked else blocking("192.0.2.0/24")]
        thread = threading.Thread(target=lambda lists=lists: setattr(srv, "block_list", lists.pop()))
        thread.start()
        thread.join(10)
        with raw_client(srv) as client:
            assert client.recv(10) == (b"" if blocked else b"in")


def test_lists_that_a_thread_replaces_while_clients_connect(tcp_server):
    """Each connection meets one of the lists, and no list that is freed."""
    srv = tcp_server()
    over = threading.Event()
    rules = [f"10.{n >> 8}.{n & 255}.0/24" for n in range(2000)]

    def replace():
        while not over.is_set():
            srv.block_list = pynet.BlockList.from_file(rules)
            srv.block_list = pynet.BlockList.from_file([*rules, "127.0.0.1"])

    thread = threading.Thread(target=replace)
    thread.start()
    try:
        answers = set()
        for _ in range(200):
            with raw_client(srv) as client:
                answers.add(client.recv(10))
    finally:
        over.set()
        thread.join(30)
    assert answers <= {b"", b"in"}
    assert is_refused(raw_client(srv))


def test_a_bad_file_leaves_the_list_of_the_server(tcp_server, tmp_path):
    path = tmp_path / "blocked.txt"
    path.write_text("127.0.0.1\n")
    srv = tcp_server(block_list=pynet.BlockList.from_file(path))
    path.write_text("192.0.2.1\n127.0.0.300\n")
    with pytest.raises(ValueError, match=r"blocked\.txt: line 2: "):
        srv.block_list = pynet.BlockList.from_file(path)
    with pytest.raises(ValueError, match=r"blocked\.txt: line 2: "):
        srv.block_list.load(path)
    assert list(srv.block_list) == ["127.0.0.1"]
    assert is_refused(raw_client(srv))


def test_the_option_is_the_property():
    blocked = pynet.BlockList()
    assert pynet.Server(block_list=blocked).block_list is blocked
    assert pynet.create_server({"blockList": blocked}).block_list is blocked
    assert pynet.Server(block_list=None).block_list is None


@pytest.mark.parametrize("bad", [5, "127.0.0.1", [], {}, True, False, pynet.BlockList])
def test_what_is_no_block_list_raises(bad):
    srv = pynet.Server(block_list=pynet.BlockList())
    before = srv.block_list
    for attempt in (
        lambda: pynet.Server(block_list=bad),
        lambda: pynet.create_server({"blockList": bad}),
        lambda: setattr(srv, "block_list", bad),
    ):
        with pytest.raises(TypeError, match=r"block_?[lL]ist.*an instance of BlockList") as info:
            attempt()
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert srv.block_list is before


def test_subclasses_are_block_lists(tcp_server):
    class Mine(pynet.BlockList):
        pass

    blocked = Mine()
    blocked.add("127.0.0.1")
    assert is_refused(raw_client(tcp_server(block_list=blocked)))


def test_max_connections_comes_first(tcp_server):
    srv = tcp_server(block_list=blocking("127.0.0.1"))
    srv.max_connections = 0
    log = Recorder(srv, *EVENTS)
    assert is_refused(raw_client(srv))
    log.wait("drop")
    assert log.names == ["drop"]


def test_a_blocked_connection_does_not_count(tcp_server):
    srv = tcp_server(block_list=blocking("127.0.0.1"))
    srv.max_connections = 1
    log = Recorder(srv, *EVENTS)
    for _ in range(3):
        assert is_refused(raw_client(srv))
    assert log.names == []


def test_a_unix_server_has_no_peers_to_block(tmp_path):
    srv = pynet.create_server({"block_list": blocking("127.0.0.1", "::/0", "0.0.0.0/0")}, lambda sock: sock.end("in"))
    srv.listen(tmp_path / "s.sock")
    with raw_client(srv) as client:
        assert client.recv(10) == b"in"
    srv.close()


def test_closing_goes_on_as_if_nothing_had_come(tcp_server):
    srv = tcp_server(block_list=blocking("127.0.0.1"))
    log = Recorder(srv, "close")
    client = raw_client(srv)
    assert is_refused(client)
    srv.close()
    log.wait("close")


def test_a_listener_may_block_the_next_peer(tcp_server):
    srv = tcp_server(block_list=pynet.BlockList())
    srv.prepend_listener("connection", lambda sock: srv.block_list.add(sock.remote_address))
    with raw_client(srv) as client:
        assert client.recv(10) == b"in"
    assert is_refused(raw_client(srv))


def test_the_server_keeps_its_list():
    srv = pynet.Server(block_list=pynet.BlockList())
    srv.block_list.add("10.0.0.1")
    assert on_loop(lambda: srv.block_list.check("10.0.0.1"))
    assert wait_until(lambda: srv.block_list.size == 1)
