"""python -m pynet proxy --rate, --delay and --drop: the slow, cutting proxy that tests need."""

from __future__ import annotations

import contextlib
import socket
import time

import pytest

from commands import listener, place_of, plain_socket, receive_all
from pynet._cli.proxy import Drop, drop


@pytest.fixture
def through(running, kind, tmp_path):
    """A function that starts a proxy with these options: a pair of sockets, the client's and the server's."""
    with contextlib.ExitStack() as stack:
        server, behind = stack.enter_context(listener(tmp_path / "b.sock" if kind == "unix" else None))
        a = str(tmp_path / "a.sock") if kind == "unix" else "0"

        def start(*options):
            process = running("proxy", *options, a, behind)
            place = place_of(process.stdout)

            def pair():
                client = stack.enter_context(plain_socket(place))
                return client, stack.enter_context(server.accept()[0])

            return process, place, pair

        yield start


def ended(sock):
    """What a connection that is cut still gives: all before the cut."""
    got = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := sock.recv(65536):
            got += chunk
    return got


# --- speed: a delay is never shorter than it should be, however slow the machine ---


def test_delay_holds_each_direction(through):
    _, _, pair = through("--delay", "100ms")
    client, server = pair()
    began = time.monotonic()
    client.sendall(b"ping")
    assert server.recv(4) == b"ping"
    assert time.monotonic() - began >= 0.1
    server.sendall(b"pong")
    assert client.recv(4) == b"pong"
    assert time.monotonic() - began >= 0.2


def test_delay_holds_the_end_as_well(through):
    _, _, pair = through("--delay", "0.1")
    client, server = pair()
    began = time.monotonic()
    client.shutdown(socket.SHUT_WR)
    assert server.recv(1) == b""
    assert time.monotonic() - began >= 0.1


def test_rate_limits_each_direction(through):
    _, _, pair = through("--rate", "40k")
    client, server = pair()
    began = time.monotonic()
    client.sendall(b"x" * 20480)
    client.shutdown(socket.SHUT_WR)
    assert len(receive_all(server)) == 20480
    # Half a second, less the slices at both ends.
    assert time.monotonic() - began >= 0.4
    began = time.monotonic()
    server.sendall(b"x" * 20480)
    server.shutdown(socket.SHUT_WR)
    assert len(receive_all(client)) == 20480
    assert time.monotonic() - began >= 0.4


def test_rate_stops_the_sender(through):
    """A slow lane holds little: its sender feels it."""
    _, _, pair = through("--rate", "1k")
    client, _ = pair()
    client.settimeout(0.3)
    sent = 0
    with pytest.raises(TimeoutError):
        while sent < 64 << 20:
            sent += client.send(b"x" * 65536)


# --- cuts ---


def test_drop_carries_what_came_before(through, kind):
    """Also when the client sends before the proxy has connected."""
    _, _, pair = through("--drop", "100k")
    for _ in range(5):
        client, server = pair()
        with contextlib.suppress(ConnectionError):
            client.sendall(b"x" * 200_000)
        got = len(ended(server))
        assert got == 102400 if kind == "unix" else got <= 102400


def test_drop_after_bytes(through, kind):
    process, _, pair = through("--drop", "1k", "--log")
    client, server = pair()
    client.sendall(b"a" * 600)
    assert len(server.recv(600, socket.MSG_WAITALL)) == 600
    server.sendall(b"b" * 600)  # 424 of them are within 1024
    assert ended(client) in ([b"b" * 424] if kind == "unix" else [b"b" * n for n in range(425)])
    assert ended(server) == b""
    process.stderr.readline()
    assert process.stderr.readline().endswith(b": dropped\n")


@pytest.mark.parametrize("kind", ["tcp"])
def test_drop_is_a_reset(through):
    _, _, pair = through("--drop", "4")
    client, server = pair()
    client.sendall(b"a" * 5)
    with pytest.raises(ConnectionResetError):
        while client.recv(1):
            pass
    with pytest.raises(ConnectionResetError):
        while server.recv(5):
            pass


def test_drop_after_a_time(through):
    _, _, pair = through("--drop", "100ms")
    began = time.monotonic()
    client, server = pair()
    assert ended(client) == b""
    assert ended(server) == b""
    assert time.monotonic() - began >= 0.1


def test_drop_of_every_connection(through):
    process, place, _ = through("--drop", "100%", "--log")
    for _ in range(3):
        with contextlib.suppress(ConnectionResetError), plain_socket(place) as client:
            assert ended(client) == b""  # or even connecting fails
        assert process.stderr.readline().endswith(b" dropped\n")


def test_drop_of_no_connection(through):
    _, _, pair = through("--drop", "0%")
    client, server = pair()
    client.sendall(b"x")
    assert server.recv(1) == b"x"


def test_what_comes_first_cuts(through):
    _, _, pair = through("--drop", "10m", "--drop", "100s", "--drop", "3")
    client, server = pair()
    client.sendall(b"abc")
    assert ended(client) == b""
    assert ended(server) in (b"abc", b"")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("64k", Drop(size=65536)),
        ("1", Drop(size=1)),
        ("2s", Drop(time=2.0)),
        ("500ms", Drop(time=0.5)),
        ("10%", Drop(chance=0.1)),
        ("2.5%", Drop(chance=0.025)),
    ],
)
def test_what_drop_takes(text, value):
    assert drop(text) == value
