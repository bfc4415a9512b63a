"""Options and properties max_connections_per_address, accept_rate, ipv6_prefix: limits for each client address."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import textwrap
from collections import Counter

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until

SELDOM = (1, 1e6)  # within a test the bucket never fills again


@pytest.fixture
def limited():
    """limited(host="127.0.0.1", **options): a server that greets, and refuses without a byte."""
    made = []

    def make(host="127.0.0.1", **options):
        srv = pynet.create_server(options, lambda sock: sock.on("error", lambda err: None).write(b"in"))
        made.append(srv)
        return srv.listen(0, host)

    yield make
    for srv in made:
        srv.shutdown(0).result(10)


@pytest.fixture
def come():
    """come(server, source): a client, and whether the server has let it in."""
    clients = []

    def connect(srv, source="127.0.0.1", to=None):
        family = socket.AF_INET6 if ":" in source else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
        clients.append(client)
        client.settimeout(10)
        client.bind((source, 0))
        client.connect((to or ("::1" if family == socket.AF_INET6 else "127.0.0.1"), srv.port))
        try:
            return client, client.recv(2) == b"in"
        except ConnectionResetError:
            return client, False

    yield connect
    for client in clients:
        client.close()


def admits(come, srv, *sources, **options):
    """For each source in turn, whether the server lets it in; all stay open."""
    return [come(srv, source, **options)[1] for source in sources]


def leave(srv, client):
    """Closes a client, and waits until the server has seen it."""
    before = len(srv.connections)
    client.close()
    assert wait_until(lambda: len(srv.connections) < before)


A, B, C = "127.0.0.1", "127.0.0.2", "127.0.0.3"


# --- max_connections_per_address ---


def test_each_address_may_have_so_many_connections(limited, come):
    srv = limited(max_connections_per_address=2)
    assert admits(come, srv, A, A, A, B, B, B, C) == [True, True, False, True, True, False, True]


def test_a_closed_connection_makes_room(limited, come):
    srv = limited(max_connections_per_address=1)
    client, _ = come(srv, A)
    assert admits(come, srv, A) == [False]
    leave(srv, client)
    assert admits(come, srv, A, A) == [True, False]


def test_zero_drops_all(limited, come):
    assert admits(come, limited(max_connections_per_address=0), A, B) == [False, False]


def test_a_destroyed_socket_makes_room_at_once(limited, come):
    srv = limited(max_connections_per_address=1)
    come(srv, A)
    srv.connections[0].destroy()
    assert admits(come, srv, A) == [True]


def test_a_socket_that_its_listener_destroys_makes_room(limited, come):
    srv = limited(max_connections_per_address=1)
    srv.prepend_listener("connection", lambda sock: sock.destroy())
    assert admits(come, srv, A, A, A) == [False, False, False]
    srv.remove_all_listeners("connection")
    srv.on("connection", lambda sock: sock.write(b"in"))
    assert admits(come, srv, A, A) == [True, False]


def test_a_socket_that_its_factory_does_not_make_makes_room(limited, come):
    fails = [True]

    def factory(**options):
        if fails:
            raise OSError("no socket")
        return pynet.Socket(**options)

    srv = limited(max_connections_per_address=1, socket_factory=factory)
    errors = []
    before = pynet.set_uncaught_handler(lambda error, emitter: errors.append(str(error)))
    try:
        assert admits(come, srv, A) == [False]
    finally:
        pynet.set_uncaught_handler(before)
    fails.clear()
    assert admits(come, srv, A, A) == [True, False]
    assert errors == ["no socket"]


def test_the_mapped_address_of_a_dual_stack_server_is_the_same(limited, come):
    srv = limited("::", max_connections_per_address=1, ipv6_prefix=64)
    assert admits(come, srv, A, A, B, "::1", "::1") == [True, False, True, True, False]


def test_limits_hold_for_all_places_together(limited, come):
    srv = pynet.create_server(lambda sock: sock.write(b"in"), max_connections_per_address=1)
    with srv.listen([("127.0.0.1", 0), ("127.0.0.2", 0)]):
        first, second = srv.addresses
        assert come(srv, C, to=first.address)[1]
        with socket.create_connection(second[:2], timeout=10, source_address=(C, 0)) as other:
            assert other.recv(2) == b""
        srv.shutdown(0).result(10)


def test_a_unix_server_has_no_addresses(tmp_path):
    srv = pynet.create_server(max_connections_per_address=0, accept_rate=SELDOM, listener=lambda sock: sock.end("in"))
    with srv.listen(str(tmp_path / "s.sock")):
        for _ in range(3):
            with raw_client(srv) as client:
                assert client.recv(10) == b"in"


NETWORK = """
    import socket, subprocess
    import pynet

    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        subprocess.run(["ip", "-6", "address", "add", address, "dev", "lo", "nodad"], check=True)

    def admits(source):
        client = socket.create_connection(("::1", server.port), 10, (source, 0))
        clients.append(client)
        return client.recv(2) == b"in"

    for prefix in (128, 64, 32):
        server = pynet.create_server(lambda sock: sock.write(b"in"), max_connections_per_address=1, ipv6_prefix=prefix)
        server.listen(0, "::1")
        clients = []
        print(*map(admits, ("2001:db8::1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")))
        server.shutdown(0).result()
"""


def can_make_namespaces():
    if sys.platform != "linux" or shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_make_namespaces(), reason="network namespaces need privileges")
def test_a_network_of_ipv6_counts_together():
    command = ["unshare", "-n", sys.executable, "-P", "-c", textwrap.dedent(NETWORK)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    expected = ["True False True True", "True False False True", "True False False False"]
    assert ran.stdout.splitlines() == expected, ran


# --- accept_rate ---


def test_an_address_may_connect_so_often(limited, come):
    srv = limited(accept_rate=(2, 1e6))
    assert admits(come, srv, A, A, A, B, B, B) == [True, True, False, True, True, False]


def test_a_closed_connection_counts_for_the_rate(limited, come):
    srv = limited(accept_rate=SELDOM)
    client, _ = come(srv, A)
    leave(srv, client)
    assert admits(come, srv, A, B) == [False, True]


def test_a_number_is_a_burst_in_one_second(limited, come):
    srv = limited(accept_rate=1000)
    assert all(admits(come, srv, *[A] * 100))


def test_a_rate_below_one_lets_one_in(limited, come):
    srv = limited(accept_rate=1e-6)
    assert admits(come, srv, A, A, B) == [True, False, True]


def test_the_bucket_fills_again(limited, come):
    srv = limited(accept_rate=(1, 0.001))
    assert admits(come, srv, A) == [True]
    assert wait_until(lambda: admits(come, srv, A) == [True])


# --- both, and other limits ---


def test_what_is_refused_for_another_reason_uses_no_rate(limited, come):
    srv = limited(max_connections_per_address=1, accept_rate=(2, 1e6))
    client, _ = come(srv, A)
    assert admits(come, srv, A, A, A) == [False, False, False]
    leave(srv, client)
    assert admits(come, srv, A) == [True]


def test_the_limit_of_all_connections_comes_first(limited, come):
    srv = limited(accept_rate=SELDOM)
    srv.max_connections = 0
    log = Recorder(srv, "drop")
    assert admits(come, srv, A) == [False]
    srv.max_connections = None
    assert admits(come, srv, A) == [True]
    assert log["drop"]["reason"] == "max_connections"


def test_a_blocked_peer_gets_no_event_and_uses_no_rate(limited, come):
    srv = limited(accept_rate=SELDOM, block_list=pynet.BlockList([A]))
    log = Recorder(srv, "drop")
    assert admits(come, srv, A) == [False]
    srv.block_list = None
    assert admits(come, srv, A) == [True]
    assert log.names == []


# --- drop ---


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"max_connections_per_address": 1}, "max_connections_per_address"),
        ({"accept_rate": SELDOM}, "accept_rate"),
        ({"max_connections_per_address": 1, "accept_rate": SELDOM}, "max_connections_per_address"),
    ],
)
def test_drop_has_the_addresses_and_the_reason(limited, come, options, reason):
    srv = limited(**options)
    log = Recorder(srv, "drop", "connection")
    come(srv, B)
    client, _ = come(srv, B)
    log.wait("drop")
    assert log.names == ["connection", "drop"]
    assert log["drop"] == {
        "localAddress": "127.0.0.1",
        "localPort": srv.port,
        "localFamily": "IPv4",
        "remoteAddress": B,
        "remotePort": client.getsockname()[1],
        "remoteFamily": "IPv4",
        "reason": reason,
    }


def test_a_listener_of_drop_may_block_the_address(limited, come):
    srv = limited(max_connections_per_address=1, block_list=pynet.BlockList())
    strikes: Counter[str] = Counter()

    def drop(data):
        strikes[data["remoteAddress"]] += 1
        srv.block_list.add(data["remoteAddress"])

    srv.on("drop", drop)
    assert admits(come, srv, A, A, A, A, B) == [True, False, False, False, True]
    assert strikes == {A: 1}


def test_close_in_drop(limited, come):
    srv = limited(max_connections_per_address=0)
    log = Recorder(srv, "drop", "close")
    srv.on("drop", lambda data: srv.close())
    assert admits(come, srv, A) == [False]
    log.wait("close")
    assert log.names == ["drop", "close"]


# --- changes while it serves ---


def test_open_connections_count_for_a_new_limit(limited, come):
    srv = limited()
    clients = [come(srv, A)[0] for _ in range(3)]
    srv.max_connections_per_address = 3
    assert admits(come, srv, A, B) == [False, True]
    leave(srv, clients[0])
    assert admits(come, srv, A, A) == [True, False]


def test_a_lower_limit_leaves_open_connections(limited, come):
    srv = limited(max_connections_per_address=3)
    clients = [come(srv, A)[0] for _ in range(3)]
    srv.max_connections_per_address = 1
    assert len(srv.connections) == 3
    leave(srv, clients[0])
    leave(srv, clients[1])
    assert admits(come, srv, A) == [False]
    leave(srv, clients[2])
    assert admits(come, srv, A) == [True]


def test_a_higher_limit_holds_at_once(limited, come):
    srv = limited(max_connections_per_address=1)
    assert admits(come, srv, A, A) == [True, False]
    srv.max_connections_per_address = 2
    assert admits(come, srv, A, A) == [True, False]


def test_limits_end_with_none_and_go_on_counting(limited, come):
    srv = limited(max_connections_per_address=1, accept_rate=SELDOM)
    assert admits(come, srv, A, A) == [True, False]
    srv.max_connections_per_address = srv.accept_rate = None
    assert admits(come, srv, A, A) == [True, True]
    srv.max_connections_per_address = 3
    assert admits(come, srv, A) == [False]


def test_a_new_rate_holds_at_once(limited, come):
    srv = limited(accept_rate=(3, 1e6))
    assert admits(come, srv, A) == [True]
    srv.accept_rate = SELDOM
    assert admits(come, srv, A, B) == [False, True]
    srv.accept_rate = (3, 1e6)
    assert admits(come, srv, A, A, A) == [True, True, False]
    srv.accept_rate = None
    assert admits(come, srv, A) == [True]


def test_a_listener_may_change_the_limit(limited, come):
    srv = limited(max_connections_per_address=5)
    srv.on("connection", lambda sock: setattr(srv, "max_connections_per_address", 1))
    assert admits(come, srv, A, A) == [True, False]


# --- many addresses ---


def test_each_of_many_addresses_has_its_own_limits(limited, come):
    srv = limited(max_connections_per_address=1, accept_rate=SELDOM)
    for i in range(200):
        client, is_in = come(srv, f"127.0.{i}.9")
        assert is_in
        client.close()
    assert wait_until(lambda: srv.connections == [])
    assert admits(come, srv, "127.0.7.9", "127.1.7.9") == [False, True]


# --- values ---


def test_without_limits():
    srv = pynet.Server()
    assert (srv.max_connections_per_address, srv.accept_rate, srv.ipv6_prefix) == (None, None, 128)


@pytest.mark.parametrize(
    ("rate", "shown"),
    [(5, 5), (2.5, 2.5), (1.0, 1), ((20, 60), (20, 60)), ([20, 0.5], (20, 0.5)), (1e9, 10**9), (None, None)],
)
def test_the_property_shows_the_rate(rate, shown):
    srv = pynet.Server(accept_rate=rate)
    assert srv.accept_rate == shown
    assert type(srv.accept_rate) is type(shown)
    other = pynet.Server()
    other.accept_rate = rate
    assert other.accept_rate == shown


def test_deleting_means_none():
    srv = pynet.Server(max_connections_per_address=1, accept_rate=1, ipv6_prefix=64)
    del srv.max_connections_per_address, srv.accept_rate, srv.ipv6_prefix
    assert (srv.max_connections_per_address, srv.accept_rate, srv.ipv6_prefix) == (None, None, 128)


def test_the_other_spelling():
    srv = pynet.create_server({"maxConnectionsPerAddress": 3, "acceptRate": 4, "ipv6Prefix": 56})
    assert (srv.maxConnectionsPerAddress, srv.acceptRate, srv.ipv6Prefix) == (3, 4, 56)


WRONG_TYPE = (
    [("max_connections_per_address", value) for value in ("5", 1.5, True, [], float("nan"))]
    + [("accept_rate", value) for value in ("5", True, (1,), (1, 2, 3), (1, "s"), (None, 1), [True, 1], {}, {1, 2})]
    + [("ipv6_prefix", value) for value in ("64", 64.0, True, (64,))]
)
OUT_OF_RANGE = [
    *(("max_connections_per_address", value) for value in (-1, 2**31, 10**30)),
    *(("accept_rate", value) for value in (0, -1, float("nan"), float("inf"), 10**400)),
    *(("accept_rate", value) for value in ((0, 1), (1, 0), (1, -1), (1, 2e9))),
    *(("ipv6_prefix", value) for value in (0, -1, 129, 10**30)),
]


@pytest.mark.parametrize(("name", "value"), WRONG_TYPE + OUT_OF_RANGE, ids=str)
def test_wrong_values_name_the_argument_and_change_nothing(name, value):
    kind, code = (
        (TypeError, "ERR_INVALID_ARG_TYPE") if (name, value) in WRONG_TYPE else (ValueError, "ERR_OUT_OF_RANGE")
    )
    srv = pynet.Server(max_connections_per_address=3, accept_rate=(4, 5), ipv6_prefix=64)
    with pytest.raises(kind, match=f'"{name}"') as by_property:
        setattr(srv, name, value)
    with pytest.raises(kind, match=f'"options.{name}"') as by_option:
        srv.__init__(**{name: value})
    assert by_property.value.code == by_option.value.code == code
    assert (srv.max_connections_per_address, srv.accept_rate, srv.ipv6_prefix) == (3, (4, 5), 64)


def test_any_thread_may_set_them_while_it_serves(limited, come):
    srv = limited()
    on_loop(setattr, srv, "max_connections_per_address", 1)
    assert admits(come, srv, A, A) == [True, False]
