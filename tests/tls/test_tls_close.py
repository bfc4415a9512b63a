"""close() and `with` over TLS lose nothing on the way to the peer, though the tickets of a server are unread input."""

from __future__ import annotations

import time

import pytest

import pynet
import pynet.aio
from helpers import run_coroutine, target, wait_until

BIG = bytes(1_000_000)  # more than the peer has read when the client closes


@pytest.fixture
def logged(bare, server_context, record):
    """A server, and a Recorder of each of its connections."""
    logs = []
    server = bare(ssl=server_context)
    server.on("connection", lambda sock: logs.append(record(sock, "data", "end", "error", "close")))
    return server, logs


def check(logs):
    assert wait_until(lambda: logs)
    logs[0].wait("close", timeout=10)
    assert "error" not in logs[0].names
    assert logs[0].data() == BIG


@pytest.mark.parametrize("moment", ["at once", "after the handshake"])
def test_a_with_block(logged, client_context, moment):
    server, logs = logged
    with pynet.connect(target(server), ssl=client_context, server_hostname="localhost") as c:
        if moment != "at once":
            c.wait("secureConnect", timeout=5)
        c.write(BIG)
    check(logs)


def test_an_async_with_block(logged, client_context):
    server, logs = logged

    async def main():
        async with await pynet.aio.connect(target(server), ssl=client_context, server_hostname="localhost") as c:
            c.write(BIG)

    run_coroutine(main())
    check(logs)


def test_close(logged, client_context):
    server, logs = logged
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    c.write(BIG)
    c.close()
    check(logs)


def test_after_the_first_data_it_does_not_wait_for_the_peer(bare, server_context, client_context, record):
    """The tickets have come before them. The server here never ends."""
    server = bare(ssl=server_context, allow_half_open=True)
    server.on("connection", lambda sock: (sock.on("error", lambda err: None), sock.write(b"hello")))
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost", linger=60)
    log = record(c, "close")
    assert c.read_exactly(5, timeout=5) == b"hello"
    began = time.monotonic()
    c.close()
    log.wait("close", timeout=20)
    assert time.monotonic() - began < 20


def test_linger_0_does_not_wait(bare, server_context, client_context, record):
    server = bare(ssl=server_context, allow_half_open=True)
    server.on("connection", lambda sock: sock.on("error", lambda err: None))
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost", linger=0)
    log = record(c, "close")
    c.close()
    log.wait("close", timeout=20)
