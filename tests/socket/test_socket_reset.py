"""reset_and_destroy(): the peer gets a reset, in every state of the socket."""

from __future__ import annotations

import socket
import struct

import pytest

import pynet
from helpers import Recorder, on_loop, peer_text, raw_client, target

pytestmark = pytest.mark.timeout(30)


@pytest.fixture
def tcp():
    """(server, peers): a TCP server, and the list of what it has accepted."""
    peers: list[pynet.Socket] = []
    srv = pynet.create_server(lambda sock: peers.append(sock.on("error", lambda err: None)))
    srv.listen(0, "127.0.0.1")
    yield srv, peers
    for peer in peers:
        peer.destroy()
    srv.close()


def connected(srv, **options):
    client = pynet.Socket(options)
    Recorder(client.connect(target(srv)), "connect").wait("connect")
    return client


def raw_peer():
    """A pynet socket and the raw socket at its other end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = pynet.Socket()
        log = Recorder(client, "connect")
        client.connect(listener.getsockname()[1], "127.0.0.1")
        peer, _ = listener.accept()
        log.wait("connect")
    peer.settimeout(5)
    return client, peer


def test_connected(tcp):
    srv, peers = tcp
    client = connected(srv)
    Recorder(client, "end")
    while not peers:
        on_loop(lambda: None)
    mine = Recorder(client, "end", "error", "close")
    theirs = Recorder(peers[0], "data", "end", "error", "close")
    assert client.reset_and_destroy() is client
    assert (client.destroyed, client.ready_state, client.pending) == (True, "closed", True)
    assert mine.wait("close").names == ["close"] and mine["close"] is False
    assert theirs.wait("close").names == ["error", "close"] and theirs["close"] is True
    error = theirs["error"]
    assert (error.code, error.syscall, str(error)) == ("ECONNRESET", "read", f"read ECONNRESET {peer_text(peers[0])}")
    assert isinstance(error, ConnectionResetError)


def test_by_the_server(tcp):
    srv, peers = tcp
    log = Recorder(srv, "connection")
    client = pynet.connect(target(srv))
    theirs = Recorder(client, "end", "error", "close")
    peer = log.wait("connection")["connection"]
    mine = Recorder(peer, "error", "close")
    peer.reset_and_destroy()
    assert mine.wait("close").names == ["close"]
    assert theirs.wait("close").names == ["error", "close"]
    assert theirs["error"].code == "ECONNRESET"


def test_it_is_a_reset_on_the_wire():
    client, peer = raw_peer()
    with peer:
        client.reset_and_destroy()
        with pytest.raises(ConnectionResetError):
            peer.recv(1)


def test_destroy_is_none():
    """What the test above sees is not what any end looks like."""
    client, peer = raw_peer()
    with peer:
        client.destroy()
        assert peer.recv(1) == b""


@pytest.mark.parametrize("ended", ["end", "half open"])
def test_after_one_side_has_ended(ended):
    """libuv's own reset refuses after a shutdown."""
    client, peer = raw_peer()
    with peer:
        client.allow_half_open = True
        log = Recorder(client, "finish", "end", "close")
        if ended == "end":
            client.end()
            log.wait("finish")
        else:
            client.resume()
            peer.shutdown(socket.SHUT_WR)
            log.wait("end")
        client.reset_and_destroy()
        log.wait("close")
        with pytest.raises(OSError):  # Linux reports the reset, or has forgotten the connection
            for _ in range(1000):
                peer.send(b"x")


def test_in_one_step_with_end():
    """Node fails here, and the connection stays open: it has told libuv to shut down already."""
    client, peer = raw_peer()
    with peer:
        answers = []
        log = Recorder(client, "finish", "error", "close")
        with pynet.turn():
            client.end(callback=answers.append)
            client.reset_and_destroy()
        assert log.wait("close").names == ["close"]
        assert [error.code for error in answers] == ["ERR_STREAM_DESTROYED"]
        with pytest.raises(ConnectionResetError):
            peer.recv(1)


def test_with_a_write_under_way():
    client, peer = raw_peer()
    with peer:
        log = Recorder(client, "error", "close")
        with pynet.turn():
            for _ in range(2):
                client.write(b"x" * 10_000_000, callback=log.note("callback"))
            client.reset_and_destroy()
        assert log.wait("close").names == ["callback", "callback", "close"]
        assert [args[0].code for args in log.args("callback")] == ["ECANCELED", "ECANCELED"]
        with pytest.raises(ConnectionResetError):
            while peer.recv(1 << 20):
                pass


@pytest.mark.posix_only("a reset discards what was not read", only="tcp")
@pytest.mark.parametrize("transport", ["tcp", "unix"])
def test_what_had_come_before_is_read_first(tmp_path, transport):
    """What the system still holds comes, then the error: a reset never looks like an end."""
    with pynet.turn():
        srv = pynet.create_server(pause_on_connect=True)
        accepted = Recorder(srv, "connection")
        srv.listen(*((0, "127.0.0.1") if transport == "tcp" else (str(tmp_path / "s.sock"),)))
    client = raw_client(srv)
    peer = accepted.wait("connection")["connection"]
    log = Recorder(peer, "data", "end", "error", "close")
    client.sendall(b"x" * 1000)
    if transport == "tcp":
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    else:
        peer.write("that it does not read")
    client.close()
    peer.resume()
    assert log.wait("close").names == ["data", "error", "close"]
    assert log["error"].code == "ECONNRESET" and len(log.data()) == 1000
    srv.close()


def test_never_connected():
    with pynet.turn():
        sock = pynet.Socket()
        log = Recorder(sock, "error", "close")
        assert sock.reset_and_destroy() is sock
        assert sock.destroyed
    assert log.wait("close").names == ["error", "close"]
    assert (log["error"].code, str(log["error"])) == ("ERR_SOCKET_CLOSED", "Socket is closed")
    assert log["close"] is True


def test_destroyed(tcp):
    srv, _ = tcp
    client = connected(srv)
    log = Recorder(client, "error", "close")
    with pynet.turn():
        client.destroy()
        assert client.reset_and_destroy() is client
    log.wait("close")
    assert client.reset_and_destroy() is client
    on_loop(lambda: None)
    assert log.names == ["close"]


def test_twice(tcp):
    srv, _ = tcp
    client = connected(srv)
    log = Recorder(client, "error", "close")
    with pynet.turn():
        client.reset_and_destroy().reset_and_destroy()
    assert log.wait("close").names == ["close"]


# --- while connecting ---


def test_while_connecting(tcp):
    """It waits for the connection; as Node: `connect` and `ready` come, then `close`."""
    srv, _ = tcp
    accepted = Recorder(srv, "connection")
    states = []
    with pynet.turn():
        client = pynet.connect(target(srv))
        log = Recorder(client, "connectionAttempt", "connect", "ready", "error", "close")
        client.on("connect", lambda: states.append(client.destroyed))
        client.on("ready", lambda: states.append(client.destroyed))
        assert client.reset_and_destroy() is client
        assert (client.connecting, client.destroyed) == (True, False)
        client.reset_and_destroy()
    assert log.wait("close").names == ["connectionAttempt", "connect", "ready", "close"]
    assert states == [False, True]
    theirs = Recorder(accepted.wait("connection")["connection"], "error", "close")
    if not accepted["connection"].errored:
        theirs.wait("close")
    assert accepted["connection"].errored.code == "ECONNRESET"


def test_during_the_lookup(tcp):
    srv, _ = tcp
    waiting = []
    with pynet.turn():
        client = pynet.connect(
            port=srv.address().port, host="a.name", lookup=lambda name, options, callback: waiting.append(callback)
        )
        log = Recorder(client, "connect", "ready", "error", "close")
    while not waiting:
        on_loop(lambda: None)
    client.reset_and_destroy()
    assert client.connecting
    waiting[0](None, [("127.0.0.1", 4)])
    assert log.wait("close").names == ["connect", "ready", "close"]


def test_what_was_queued_while_connecting(tcp):
    """As Node: it has left with `connect`, and a reset may overtake it."""
    srv, _ = tcp
    with pynet.turn():
        client = pynet.connect(target(srv))
        log = Recorder(client, "connect", "ready", "error", "close")
        client.write("x", callback=log.note("callback"))
        client.reset_and_destroy()
    assert log.wait("close").names == ["connect", "callback", "ready", "close"]
    assert log["callback"] is None


def test_a_connection_that_fails():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pynet.turn():
            client = pynet.connect(taken.getsockname())
            log = Recorder(client, "connect", "error", "close")
            client.reset_and_destroy()
        assert log.wait("close").names == ["error", "close"]
        assert log["error"].code == "ECONNREFUSED"


def test_destroy_is_not_kept_waiting(tcp):
    srv, _ = tcp
    with pynet.turn():
        client = pynet.connect(target(srv))
        log = Recorder(client, "connect", "error", "close")
        client.reset_and_destroy()
        client.destroy()
    assert log.wait("close").names == ["close"]


def test_the_next_life_knows_nothing_of_it(tcp):
    srv, _ = tcp
    with pynet.turn():
        client = pynet.connect(target(srv))
        log = Recorder(client, "connect", "close")
        client.reset_and_destroy()
        client.destroy()
    log.wait("close")
    client.connect(target(srv))
    log.wait("connect")
    on_loop(lambda: None)
    assert not client.destroyed
    client.destroy()
    log.wait("close", times=2)


def test_in_a_connect_listener(tcp):
    srv, _ = tcp
    with pynet.turn():
        client = pynet.connect(target(srv))
        log = Recorder(client, "connect", "ready", "close")
        client.on("connect", client.reset_and_destroy)
    assert log.wait("close").names == ["connect", "ready", "close"]


def test_connecting_again_after_a_reset(tcp):
    srv, _ = tcp
    client = connected(srv)
    log = Recorder(client, "close", "connect")
    client.reset_and_destroy()
    log.wait("close")
    client.connect(target(srv))
    log.wait("connect")
    client.destroy()


# --- no TCP ---


@pytest.mark.parametrize("state", ["connected", "connecting"])
def test_a_unix_socket(tmp_path, state):
    srv = pynet.create_server().listen(str(tmp_path / "s.sock"))
    with pynet.turn():
        client = pynet.connect(path=str(tmp_path / "s.sock"))
        log = Recorder(client, "connect", "error", "close")
        if state == "connecting":
            refused(client)
            assert client.connecting
    log.wait("connect")
    if state == "connected":
        refused(client)
    assert (client.destroyed, client.ready_state) == (False, "open")
    client.destroy()
    assert log.wait("close").names == ["connect", "close"]
    srv.close()


def refused(sock):
    with pytest.raises(TypeError, match="^This handle type cannot be sent$") as info:
        sock.reset_and_destroy()
    assert info.value.code == "ERR_INVALID_HANDLE_TYPE"


def test_a_unix_socket_that_has_died(tmp_path):
    srv = pynet.create_server().listen(str(tmp_path / "s.sock"))
    client = pynet.connect(path=str(tmp_path / "s.sock"))
    log = Recorder(client, "connect", "close")
    log.wait("connect")
    client.destroy()
    assert client.reset_and_destroy() is client
    log.wait("close")
    srv.close()
