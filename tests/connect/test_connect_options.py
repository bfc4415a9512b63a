"""connect(): local addresses, block lists, connect_timeout, signals, IPv6 scopes."""

from __future__ import annotations

import ipaddress
import socket

import pytest

import pynet
from helpers import Recorder, target, wait_until

EVENTS = ("connectionAttempt", "connectionAttemptFailed", "connect", "error", "close")


def start(*args, **options):
    with pynet.turn():
        sock = pynet.connect(*args, **options)
        return sock, Recorder(sock, *EVENTS)


@pytest.fixture
def server():
    peers = []
    srv = pynet.create_server(peers.append)
    srv.peers = peers
    srv.listen(0, "127.0.0.1")
    yield srv
    srv.close()
    for peer in peers:
        peer.destroy()


def never(hostname, options, callback):
    """A lookup function that does not answer."""


# --- local address and port ---


def test_a_local_address_is_bound(server):
    sock, seen = start(server.address().port, "127.0.0.1", local_address="127.0.0.7")
    seen.wait("connect")
    assert sock.local_address == "127.0.0.7"
    sock.destroy()


def test_a_local_port_is_bound(server):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sock, seen = start(server.address().port, "127.0.0.1", local_port=port, local_address="127.0.0.1")
    seen.wait("connect")
    assert sock.local_port == port
    sock.destroy()


@pytest.mark.parametrize(
    ("local", "code", "address"),
    [("::1", "EINVAL", "::1"), ("192.0.2.1", "EADDRNOTAVAIL", "192.0.2.1")],
)
def test_a_local_address_that_cannot_be_bound_is_an_error_event(server, local, code, address):
    _, seen = start(server.address().port, "127.0.0.1", local_address=local)
    error = seen.wait("close")["error"]
    assert (error.code, error.syscall, error.address) == (code, "bind", address)
    assert seen.names == ["error", "close"]


def test_a_local_port_in_use_is_an_error_event(server):
    _, seen = start(server.address().port, "127.0.0.1", local_port=server.address().port)
    error = seen.wait("close")["error"]
    assert str(error) == f"bind EADDRINUSE 0.0.0.0:{server.address().port}"


def test_what_was_bound_to_is_told_by_the_error():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    _, seen = start(port, "127.0.0.1", local_port=port, local_address="127.0.0.5")
    error = seen.wait("close")["error"]
    assert (error.local_address, error.local_port) == ("127.0.0.5", port)
    assert str(error) == f"connect ECONNREFUSED 127.0.0.1:{port} - Local (127.0.0.5:{port})"


def test_an_ipaddress_object_is_a_local_address(server):
    sock, seen = start(server.address().port, "127.0.0.1", local_address=ipaddress.ip_address("127.0.0.8"))
    seen.wait("connect")
    assert sock.local_address == "127.0.0.8"
    sock.destroy()


# --- block lists ---


def test_a_blocked_address_is_not_connected_to(server):
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.1")
    _, seen = start(server.address().port, "127.0.0.1", block_list=blocked)
    error = seen.wait("close")["error"]
    assert (error.code, str(error)) == ("ERR_IP_BLOCKED", "IP(127.0.0.1) is blocked by net.BlockList")
    assert seen.names == ["connectionAttempt", "error", "close"]
    assert server.peers == []


def test_a_rule_that_is_added_later_counts(server):
    blocked = pynet.BlockList()
    callbacks = []
    sock, seen = start(
        port=server.address().port,
        host="some.name",
        block_list=blocked,
        lookup=lambda hostname, options, callback: callbacks.append(callback),
    )
    blocked.add_address("127.0.0.1")
    callbacks[0](None, "127.0.0.1", 4)
    assert seen.wait("close")["error"].code == "ERR_IP_BLOCKED"
    assert sock.destroyed


def test_blocked_candidates_fail_without_an_attempt(server):
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.2")
    sock, seen = start(
        port=server.address().port,
        host="some.name",
        block_list=blocked,
        lookup=lambda hostname, options, callback: callback(None, ["127.0.0.2", "127.0.0.1"]),
    )
    seen.wait("connect")
    assert [args[:3] for name, args in seen.entries if name.startswith("connectionAttempt")] == [
        ("127.0.0.2", server.address().port, 4),
        ("127.0.0.1", server.address().port, 4),
    ]
    assert seen.names == ["connectionAttemptFailed", "connectionAttempt", "connect"]
    assert sock.auto_select_family_attempted_addresses == [f"127.0.0.1:{server.address().port}"]
    sock.destroy()


def test_when_all_candidates_are_blocked_the_error_says_so():
    blocked = pynet.BlockList()
    blocked.add_subnet("127.0.0.0", 8)
    _, seen = start(
        port=1,
        host="some.name",
        block_list=blocked,
        lookup=lambda hostname, options, callback: callback(None, ["127.0.0.2", "127.0.0.1"]),
    )
    error = seen.wait("close")["error"]
    assert isinstance(error, pynet.AggregateError)
    assert (error.code, [e.code for e in error.errors]) == ("ERR_IP_BLOCKED", ["ERR_IP_BLOCKED"] * 2)


@pytest.mark.parametrize("host", ["0.0.0.0", "0", "::ffff:0.0.0.0"])
def test_the_unspecified_address_is_blocked_as_the_loopback(server, host):
    blocked = pynet.BlockList(["127.0.0.0/8"])
    _, seen = start(server.address().port, host, family=0, block_list=blocked)
    assert seen.wait("close")["error"].code == "ERR_IP_BLOCKED"
    assert server.peers == []


@pytest.mark.parametrize("rules", [["::1"], pynet.BlockList.PRIVATE_RANGES])
def test_the_unspecified_ipv6_address_is_blocked_as_the_loopback(rules):
    _, seen = start(1, "::", block_list=pynet.BlockList(rules))
    assert seen.wait("close")["error"].code == "ERR_IP_BLOCKED"


def test_an_unspecified_candidate_is_blocked_as_the_loopback(server):
    _, seen = start(
        port=server.address().port,
        host="some.name",
        block_list=pynet.BlockList(pynet.BlockList.PRIVATE_RANGES),
        lookup=lambda hostname, options, callback: callback(None, ["0.0.0.0", "::"]),
    )
    error = seen.wait("close")["error"]
    assert [(e.code, str(e)) for e in error.errors] == [
        ("ERR_IP_BLOCKED", "IP(0.0.0.0) is blocked by net.BlockList"),
        ("ERR_IP_BLOCKED", "IP(::) is blocked by net.BlockList"),
    ]
    assert server.peers == []


def test_the_unspecified_address_is_blocked_as_the_local_one():
    reached = pynet.create_server()
    reached.listen(0, "127.0.0.5")
    _, seen = start(
        reached.address().port, "0.0.0.0", local_address="127.0.0.5", block_list=pynet.BlockList(["127.0.0.5"])
    )
    assert seen.wait("close")["error"].code == "ERR_IP_BLOCKED"
    reached.close()


def test_the_unspecified_address_connects_when_no_rule_covers_the_loopback(server):
    sock, seen = start(server.address().port, "0.0.0.0", block_list=pynet.BlockList(["10.0.0.0/8", "::1"]))
    seen.wait("connect")
    assert sock.remote_address == "127.0.0.1"
    sock.destroy()


# --- connect_timeout ---


def test_connect_timeout_ends_a_lookup():
    _, seen = start(port=81, host="some.name", lookup=never, connect_timeout=0.01)
    error = seen.wait("close")["error"]
    assert isinstance(error, TimeoutError)
    assert (error.code, error.syscall, error.hostname, error.port) == ("ETIMEDOUT", "connect", "some.name", 81)
    assert str(error) == "connect ETIMEDOUT some.name:81"


def test_connect_timeout_ends_an_attempt():
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        others = [socket.socket() for _ in range(3)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(address)
        _, seen = start(address[1], "127.0.0.1", connect_timeout=0.01)
        error = seen.wait("close")["error"]
        for other in others:
            other.close()
    assert str(error) == f"connect ETIMEDOUT 127.0.0.1:{address[1]}"


def test_connect_timeout_is_over_when_connected(server):
    sock, seen = start(server.address().port, "127.0.0.1", connect_timeout=0.05)
    seen.wait("connect")
    later = []
    pynet.set_timeout(lambda: later.append(sock.destroyed), 100)
    assert wait_until(lambda: later)
    assert later == [False]
    sock.destroy()


FAR = [10**9, 10**12, 1e300, float("inf"), pytest.param(10**400, id="10**400")]


@pytest.mark.parametrize("seconds", FAR)
def test_a_far_connect_timeout_connects(server, seconds):
    sock, seen = start(server.address().port, "127.0.0.1", connect_timeout=seconds)
    seen.wait("connect")
    sock.destroy()
    assert seen.wait("close").names == ["connectionAttempt", "connect", "close"]


@pytest.mark.parametrize("seconds", FAR)
def test_timers_fire_beside_a_far_connect_timeout(seconds):
    sock, seen = start(port=81, host="some.name", lookup=never, connect_timeout=seconds)
    fired = []
    for ms in (1, 5, 20):
        pynet.set_timeout(fired.append, ms, ms)
    signal = pynet.AbortSignal.timeout(1)
    assert wait_until(lambda: len(fired) == 3 and signal.aborted)
    assert fired == [1, 5, 20]
    sock.destroy()
    seen.wait("close")


@pytest.mark.parametrize("seconds", FAR)
def test_a_socket_closes_beside_a_far_connect_timeout(seconds):
    """A timer destroys a socket without a peer: the loop must close the handle before it waits again."""
    connecting, connecting_seen = start(port=81, host="some.name", lookup=never, connect_timeout=seconds)
    sock = pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1"))
    seen = Recorder(sock, "close")
    pynet.set_timeout(sock.destroy, 1)
    seen.wait("close")
    connecting.destroy()
    connecting_seen.wait("close")


# --- signals ---


def test_a_signal_ends_connecting():
    controller = pynet.AbortController()
    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)
    sock.connect(port=1, host="some.name", lookup=never, signal=controller.signal)
    controller.abort(OSError("enough"))
    assert sock.destroyed
    error = seen.wait("close")["error"]
    assert isinstance(error, pynet.AbortError)
    assert str(error.__cause__) == "enough"


def test_an_aborted_signal_keeps_connect_from_connecting(server):
    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)
    sock.connect(port=server.address().port, host="127.0.0.1", signal=pynet.AbortSignal.abort())
    seen.wait("close")
    assert seen.names == ["error", "close"]
    assert seen["error"].code == "ABORT_ERR"


def test_the_signal_of_connect_counts_until_the_socket_is_destroyed(server):
    controller = pynet.AbortController()
    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)
    sock.connect(**target(server), signal=controller.signal)
    seen.wait("connect")
    controller.abort()
    assert seen.wait("close")["error"].code == "ABORT_ERR"


def test_the_signal_of_one_connect_does_not_end_the_next(server):
    controller = pynet.AbortController()
    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)
    sock.connect(port=1, host="some.name", lookup=never, signal=controller.signal)
    sock.destroy()
    seen.wait("close")
    sock.connect(**target(server))
    controller.abort()
    seen.wait("connect")
    sock.destroy()
    seen.wait("close", 2)
    assert "error" not in seen.names


# --- IPv6 scopes ---


@pytest.mark.posix_only("the loopback is not called lo")
def test_a_scope_is_kept_from_the_host_to_the_events():
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(("::1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        index = socket.if_nametoindex("lo")
        sock, seen = start(port, "::1%lo")
        seen.wait("connect")
        assert seen.args("connectionAttempt") == [("::1%lo", port, 6)]
        sock.destroy()
        sock, seen = start(port, f"::1%{index}")
        seen.wait("connect")
        assert seen.args("connectionAttempt") == [("::1%lo", port, 6)]
        sock.destroy()


@pytest.mark.posix_only("the loopback is not called lo")
def test_a_scope_is_kept_from_a_lookup_to_the_error():
    _, seen = start(
        port=1, host="some.name", lookup=lambda hostname, options, callback: callback(None, ["fe80::1%lo", "::1"])
    )
    errors = seen.wait("close")["error"].errors
    assert [e.address for e in errors] == ["fe80::1%lo", "::1"]


# --- keep_alive_initial_delay ---


@pytest.mark.parametrize("delay", [float("inf"), 1e300, float("nan"), -1, 10**400])
def test_any_keep_alive_delay_is_taken_by_connect(pair, delay):
    p = pair({"keep_alive": True, "keep_alive_initial_delay": delay})
    p.client.destroy()
    p.client.connect({**target(p.server), "keep_alive": True, "keep_alive_initial_delay": delay})
