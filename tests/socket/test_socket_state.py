"""What a socket says of itself at each stage of its life: states, addresses, counters, repr."""

import os
import socket

import pytest

import pynet
from helpers import Recorder, is_inheritable, on_loop, raw_client, target, wait_until


def state(sock):
    return sock.connecting, sock.pending, sock.destroyed, sock.readable, sock.writable, sock.ready_state


FRESH = (False, True, False, True, True, "open")
CONNECTING = (True, True, False, True, True, "opening")
CONNECTING_ENDED = (True, True, False, True, False, "opening")
OPEN = (False, False, False, True, True, "open")
ENDED = (False, False, False, True, False, "readOnly")
PEER_ENDED = (False, False, False, False, True, "writeOnly")
BOTH_ENDED = (False, False, False, False, False, "closed")
DEAD = (False, True, True, False, False, "closed")
ENDED_UNCONNECTED = (False, True, False, True, False, "readOnly")


def watch(sock, *events):
    """Notes (event, state) inside each of the listeners."""
    seen = []
    for event in events:
        sock.on(event, lambda *args, event=event: seen.append((event, state(sock))))
    return seen


def test_states_without_a_connection():
    assert state(pynet.Socket()) == FRESH
    sock = pynet.Socket()
    log = Recorder(sock, "finish", "close")
    sock.end()
    log.wait("finish")
    assert state(sock) == ENDED_UNCONNECTED
    sock.destroy()
    assert state(sock) == DEAD
    log.wait("close")
    assert state(sock) == DEAD


def test_states_of_a_life(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket({"allow_half_open": True})
    events = ["lookup", "connectionAttempt", "connect", "ready", "data", "end", "prefinish", "finish", "error", "close"]
    seen = watch(client, *events)
    log = Recorder(client, "close")
    client.on("end", client.end)
    with pynet.turn():
        client.connect(target(srv))
        assert state(client) == CONNECTING
    log.wait("close")
    expected = [
        ("connectionAttempt", CONNECTING),
        ("connect", OPEN),
        ("ready", OPEN),
        ("data", OPEN),
        ("end", PEER_ENDED),
        ("prefinish", BOTH_ENDED),
        ("finish", BOTH_ENDED),
        ("close", DEAD),
    ]
    # On a unix path the attempt and its event come inside connect(): the listener was there already.
    assert seen == expected


def test_state_when_ended_while_connecting(server):
    srv = server(lambda sock: sock.resume())
    client = pynet.Socket()
    log = Recorder(client, "close")
    client.resume()
    with pynet.turn():
        client.connect(target(srv))
        client.end()
        assert state(client) == CONNECTING_ENDED
    log.wait("close")


def test_state_after_our_end(pair):
    p = pair(allow_half_open=True)
    p.peer.resume()
    client = p.client
    log = Recorder(client, "finish", "end", "close")
    with pynet.turn():
        assert state(client) == OPEN
        client.end()
        assert state(client) == ENDED
    log.wait("finish")
    assert state(client) == ENDED
    client.resume()
    p.peer.end()
    log.wait("close")
    assert state(client) == DEAD


def test_state_of_an_accepted_socket(pair):
    p = pair()
    assert state(p.peer) == OPEN
    seen = watch(p.peer, "error", "close")
    p.peer.destroy(ValueError("mine"))
    assert state(p.peer) == DEAD
    assert wait_until(lambda: len(seen) == 2)
    assert seen == [("error", DEAD), ("close", DEAD)]


def test_state_in_a_failed_attempt(tmp_path):
    client = pynet.Socket()
    seen = watch(client, "connectionAttempt", "connectionAttemptFailed", "error", "close")
    log = Recorder(client, "close")
    client.connect(tmp_path / "missing")
    log.wait("close")
    names = [event for event, _ in seen]
    assert names[-3:] == ["connectionAttemptFailed", "error", "close"]
    assert [what for _, what in seen[-2:]] == [DEAD, DEAD]


# --- addresses ---


def all_parts(sock):
    local = sock.local_address, sock.local_port, sock.local_family
    remote = sock.remote_address, sock.remote_port, sock.remote_family
    return local, remote


NOTHING = ((None,) * 3, (None,) * 3)


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "IPv4"), ("::1", "IPv6")])
def test_addresses(host, family):
    peers = []
    srv = pynet.create_server(peers.append).listen(0, host)
    client = pynet.Socket()
    log = Recorder(client, "connect", "close")
    with pynet.turn():
        assert all_parts(client) == NOTHING and client.address() is None
        client.connect(srv.address().port, host)
        assert all_parts(client) == NOTHING and client.address() is None
    log.wait("connect")
    assert wait_until(lambda: peers)
    ours, theirs = all_parts(client)
    assert theirs == (host, srv.address().port, family)
    assert ours[::2] == (host, family) and ours[1] > 0
    assert client.address() == pynet.AddressInfo(*ours)
    assert client.address()[:2] == ours[:2]
    assert all_parts(peers[0]) == (theirs, ours)
    assert peers[0].address() == pynet.AddressInfo(*theirs)
    with socket.socket(fileno=socket.dup(client.fileno())) as copy:
        assert copy.getsockname()[:2] == ours[:2]
        assert copy.getpeername()[:2] == theirs[:2]
    client.destroy()
    # Kept from the moment of death, though never asked for on the other side.
    assert all_parts(client) == (ours, theirs)
    assert client.address() is None
    log.wait("close")
    assert all_parts(client) == (ours, theirs)
    peers[0].destroy()
    assert all_parts(peers[0]) == (theirs, ours)
    srv.close()


@pytest.mark.parametrize("where", [("0.0.0.0",), ()], ids=["0.0.0.0", "no host"])
def test_the_local_address_is_the_one_that_the_client_came_to(where):
    """Not the one that the server listens on."""
    peers = []
    srv = pynet.create_server(peers.append).listen(0, *where)
    client = pynet.connect(srv.address().port, "127.0.0.1")
    assert wait_until(lambda: peers)
    assert peers[0].local_address in ("127.0.0.1", "::ffff:127.0.0.1")
    assert peers[0].local_family == srv.address().family
    client.destroy()
    peers[0].destroy()
    srv.close()


def test_addresses_are_kept_without_having_been_read(pair, kind):
    p = pair()
    log = Recorder(p.client, "close")
    p.client.destroy()
    log.wait("close")
    if kind == "unix":
        assert all_parts(p.client) == NOTHING
    else:
        assert p.client.remote_port == p.server.address().port
        assert (p.client.remote_address, p.client.remote_family) == ("127.0.0.1", "IPv4")


def test_addresses_of_the_last_connection_go_with_the_next(tmp_path):
    tcp = pynet.create_server(lambda sock: sock.end()).listen(0, "127.0.0.1")
    unix = pynet.create_server(lambda sock: sock.end()).listen(tmp_path / "s.sock")
    client = pynet.Socket()
    log = Recorder(client, "close")
    client.resume()
    client.connect(target(tcp))
    log.wait("close")
    assert client.remote_port == tcp.address().port
    client.connect(target(unix))
    log.wait("close", times=2)
    assert all_parts(client) == NOTHING
    tcp.close()
    unix.close()


def test_addresses_on_unix_are_nothing(tmp_path):
    peers = []
    srv = pynet.create_server(peers.append).listen(tmp_path / "s.sock")
    client = pynet.connect(tmp_path / "s.sock")
    Recorder(client, "connect").wait("connect")
    assert wait_until(lambda: peers)
    for sock in (client, peers[0]):
        assert all_parts(sock) == NOTHING
        assert sock.address() is None
        sock.destroy()
    srv.close()


def test_properties_are_read_only():
    sock = pynet.Socket()
    for name in ("connecting", "pending", "destroyed", "ready_state", "bytes_read", "bytes_written", "remote_address"):
        with pytest.raises(AttributeError):
            setattr(sock, name, 1)


# --- counters ---


def test_bytes_read_and_written(pair):
    p = pair()
    here, there = Recorder(p.client, "data", "close"), Recorder(p.peer, "data")
    p.client.write(b"12345")
    p.client.write("é", "utf8")
    there.wait_for(lambda: there.data() == b"12345\xc3\xa9")
    p.peer.write(b"abc")
    here.wait("data")
    assert (p.client.bytes_written, p.client.bytes_read) == (7, 3)
    assert (p.peer.bytes_written, p.peer.bytes_read) == (3, 7)
    p.client.destroy()
    here.wait("close")
    assert (p.client.bytes_written, p.client.bytes_read) == (7, 3)


def test_bytes_written_counts_what_waits(server):
    srv = server(lambda sock: sock.resume())
    client = pynet.Socket()
    log = Recorder(client, "connect")
    with pynet.turn():
        client.connect(target(srv))
        client.write("é")
        client.write(b"1234")
        assert client.bytes_written == 6
    log.wait("connect")
    assert client.bytes_written == 6
    client.destroy()


# --- descriptors ---


def test_fileno(pair, kind):
    assert pynet.Socket().fileno() == -1
    p = pair()
    family = socket.AF_UNIX if kind == "unix" else socket.AF_INET
    for sock in (p.client, p.peer):
        fd = sock.fileno()
        with socket.socket(fileno=socket.dup(fd)) as copy:
            assert (copy.family, copy.type) == (family, socket.SOCK_STREAM)
        assert is_inheritable(fd) is False
        assert os.get_blocking(fd) is False
    p.client.destroy()
    assert p.client.fileno() == -1


# --- repr ---


def test_repr_without_a_connection():
    sock = pynet.Socket()
    assert repr(sock) == "<pynet.Socket not connected>"
    sock.end()
    assert repr(sock) == "<pynet.Socket not connected>"
    sock.destroy()
    assert repr(sock) == "<pynet.Socket closed>"


def test_repr_of_a_connection(pair, kind):
    p = pair(allow_half_open=True)
    here, there = p.client, p.peer
    if kind == "unix":
        end = f"unix {p.server.address()!r}"
        where = f"{end} fd={here.fileno()}"
        back = f"{end} fd={there.fileno()}"
    else:
        ours = f"127.0.0.1:{here.local_port}"
        theirs = f"127.0.0.1:{here.remote_port}"
        end = where = f"{ours} -> {theirs}"
        back = f"{theirs} -> {ours}"
    assert repr(here) == f"<pynet.Socket open {where}>"
    assert repr(there) == f"<pynet.Socket open {back}>"
    there.resume()
    log = Recorder(there, "end")
    here.end()
    assert repr(here) == f"<pynet.Socket readOnly {where}>"
    log.wait("end")
    assert repr(there) == f"<pynet.Socket writeOnly {back}>"
    here.destroy()
    assert repr(here) == f"<pynet.Socket closed {end}>"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_repr_while_connecting(server, kind, host):
    srv = server(lambda sock: sock.resume())
    client = pynet.Socket()
    to = repr(srv.address()) if kind == "unix" else f"{host}:{srv.port}"
    with pynet.turn():
        client.connect(target(srv) if kind == "unix" else {"port": srv.port, "host": host})
        assert repr(client) == f"<pynet.Socket connecting to {to}>"
    client.destroy()


def test_repr_of_a_failed_connection(tmp_path):
    for place, text in (
        ((1, "127.0.0.1"), "connect ECONNREFUSED 127.0.0.1:1"),
        ((tmp_path / "none",), f"connect ENOENT {tmp_path / 'none'}"),
    ):
        sock = pynet.connect(*place)
        Recorder(sock, "error", "close").wait("close")
        assert repr(sock) == f"<pynet.Socket closed, {text}>"


@pytest.mark.parametrize("kind", ["tcp"])
def test_repr_of_a_connection_that_was_reset(pair, kind):
    p = pair()
    log = Recorder(p.client, "error", "close")
    ends = f"127.0.0.1:{p.client.local_port} -> 127.0.0.1:{p.client.remote_port}"
    p.peer.reset_and_destroy()
    log.wait("close")
    assert repr(p.client) == f"<pynet.Socket closed {ends}, read ECONNRESET>"


def test_repr_of_a_socket_that_was_destroyed_with_an_exception(pair):
    class Mine(Exception):
        def __str__(self):
            raise AssertionError("repr() runs no code of the user")

    client = pair().client
    client.on("error", lambda err: None)
    client.destroy(Mine())
    assert repr(client).endswith(", Mine>")


def test_repr_with_ipv6():
    srv = pynet.create_server(lambda sock: sock.end()).listen(0, "::1")
    client = pynet.connect(srv.address())
    log = Recorder(client, "connect", "close")
    client.resume()
    log.wait("close")
    assert repr(client) == f"<pynet.Socket closed [::1]:{client.local_port} -> [::1]:{srv.address().port}>"
    srv.close()


def test_repr_of_a_subclass():
    class Mine(pynet.Socket):
        def __init__(self):
            pass

    assert "Mine not connected" in repr(Mine())


# --- subclasses ---


def test_subclass(server):
    class Lines(pynet.Socket):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.lines = []
            self.rest = b""
            self.on("data", self.split)

        def split(self, data):
            *lines, self.rest = (self.rest + data).split(b"\n")
            self.lines += lines

        def write(self, data, *args):
            return super().write(data + b"\n", *args)

    srv = server(lambda sock: sock.pipe(sock))
    client = Lines(no_delay=True)
    log = Recorder(client, "close")
    client.connect(target(srv))
    client.write(b"one")
    client.write(b"two")
    client.end()
    log.wait("close")
    assert client.lines == [b"one", b"two"]


def test_socket_of_another_library_can_talk_to_us(server):
    srv = server(lambda sock: sock.pipe(sock))
    with raw_client(srv) as client:
        client.sendall(b"ping")
        assert client.recv(10) == b"ping"


def test_methods_give_the_socket_to_chain(pair):
    p = pair()
    sock = p.client
    assert sock.pause().resume().ref().unref().ref().set_no_delay().set_keep_alive().set_timeout(0) is sock
    assert on_loop(lambda: sock.end() is sock)
    assert sock.destroy() is sock
    assert sock.destroy(ValueError()) is sock
