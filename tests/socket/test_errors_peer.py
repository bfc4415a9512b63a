"""The errors of a socket carry its peer: in `address` and `port`, and in their text."""

from __future__ import annotations

import os
import pickle
import socket
import struct

import pytest

import pynet
from helpers import Recorder, on_loop, peer_text, wait_until


def place_of(error) -> str:
    """What `address` and `port` say, as the text has it."""
    return "" if error.address is None else error.address if error.port is None else f"{error.address}:{error.port}"


def check(error, sock):
    assert place_of(error) == peer_text(sock)
    assert str(error).rstrip(")").endswith(peer_text(sock))
    twin = pickle.loads(pickle.dumps(error))
    assert (str(twin), twin.address, twin.port) == (str(error), error.address, error.port)


def refused_write(sock, error_code, **options):
    log = Recorder(sock, "error", "close")
    with pynet.turn():
        sock.end()
        sock.write(b"x")
    error = log.wait("close")["error"]
    assert error.code == error_code
    return error


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_of_a_refused_write_by_a_client(pair):
    client = pair().client
    check(refused_write(client, "ERR_STREAM_WRITE_AFTER_END"), client)
    assert peer_text(client)


def test_of_a_refused_write_by_an_accepted_socket(pair, kind):
    peer = pair().peer
    check(refused_write(peer, "ERR_STREAM_WRITE_AFTER_END"), peer)
    assert bool(peer_text(peer)) is (kind == "tcp")  # the client of a unix server has no name


def test_of_a_full_write_buffer(pair):
    client = pair({"max_write_buffer": 10}).client
    log = Recorder(client, "error", "close")
    client.cork()
    client.write(b"x" * 10_000_000)
    error = log.wait("close")["error"]
    assert error.code == "ERR_WRITE_BUFFER_FULL"
    check(error, client)


def test_of_a_callback_of_a_destroyed_socket(pair):
    client = pair().client
    log = Recorder(client, "close")

    def write_and_destroy():
        client.cork()
        client.write(b"x", log.note("callback"))
        client.destroy()

    on_loop(write_and_destroy)
    check(log.wait("callback")["callback"], client)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_of_a_reset(host):
    with socket.create_server(
        ("127.0.0.1" if "." in host else "::1", 0), family=socket.AF_INET if "." in host else socket.AF_INET6
    ) as listener:
        sock = pynet.connect(listener.getsockname()[1], host)
        log = Recorder(sock, "connect", "error", "close").wait("connect")
        peer, _ = listener.accept()
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        sock.resume()
        error = log.wait("close")["error"]
        assert (error.code, error.address) == ("ECONNRESET", "127.0.0.1" if "." in host else "::1")
        check(error, sock)


def test_of_too_long_a_line(pair):
    p = pair()
    p.peer.write(b"x" * 100)
    with pytest.raises(pynet.NetError) as caught:
        p.client.read_until(b"\n", max=10, timeout=5)
    assert caught.value.code == "ERR_READ_LIMIT"
    check(caught.value, p.client)


def test_without_a_peer_the_text_is_as_in_node():
    sock = pynet.Socket()
    seen = []
    sock.on("error", seen.append)
    sock.write(b"x")
    assert wait_until(lambda: seen)
    assert (str(seen[0]), seen[0].address, seen[0].port) == ("Socket is closed", None, None)


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_of_a_loop_that_ends_too_early(pair):
    client = pair().client
    client.destroy()
    with pytest.raises(pynet.NetError) as caught:
        client.read_exactly(1)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"
    assert str(caught.value) == f"The socket closed before its end ({peer_text(client)})"
    check(caught.value, client)


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
@pytest.mark.parametrize("encoding", [None, "utf8"])
def test_of_an_incomplete_read(pair, encoding):
    p = pair()
    if encoding:
        p.client.set_encoding(encoding)
    p.peer.end(b"abc")
    with pytest.raises(pynet.IncompleteReadError) as caught:
        p.client.read_exactly(5, timeout=5)
    unit = "characters" if encoding else "bytes"
    assert str(caught.value) == f"The peer ended after 3 of 5 {unit} ({peer_text(p.client)})"
    check(caught.value, p.client)
    assert (caught.value.partial, caught.value.expected) == ("abc" if encoding else b"abc", 5)


@pytest.mark.parametrize("name", [b"two\nlines \x1b[31m", b"no text \xff"], ids=["control characters", "not text"])
@pytest.mark.parametrize("make", ["in C", "in Python"])
def test_of_a_peer_whose_path_is_not_printable(tmp_path, name, make):
    """The peer chooses its path: the text, which goes to logs and terminals, shows it as repr() does."""
    peers = []
    log = Recorder(pynet.EventEmitter())
    with pynet.create_server(lambda sock: (peers.append(sock), log.note("connection")())) as server:
        server.listen(tmp_path / "s.sock")
        with socket.socket(socket.AF_UNIX) as client:
            path = bytes(tmp_path / "c ") + name
            client.bind(path)
            client.connect(server.address())
            log.wait("connection")
            (sock,) = peers
            if make == "in C":
                error = refused_write(sock, "ERR_STREAM_WRITE_AFTER_END")
            else:
                client.close()
                with pytest.raises(pynet.IncompleteReadError) as caught:
                    sock.read_exactly(1, timeout=5)
                error = caught.value
    assert error.address == os.fsdecode(path)
    assert str(error).endswith(f"({os.fsdecode(path)!r})")
    assert str(error).isprintable()
