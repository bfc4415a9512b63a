"""write(), drain, callbacks, max_write_buffer over TLS: all of them count the bytes of the user, not of the wire."""

from __future__ import annotations

import sys
import threading

import pynet
from helpers import on_loop, target, wait_until

CHUNK = bytes(65536)


def fill(sock) -> int:
    """Writes until write() is False and the kernel takes no more. Returns how many bytes."""
    total = 0
    while True:
        more = sock.write(CHUNK)
        total += len(CHUNK)
        if not more and sock.writable_length > 64 * len(CHUNK):
            return total


def test_write_is_false_over_the_mark_and_drain_follows(secure_pair, record):
    p = secure_pair()
    p.peer.pause()
    total = fill(p.client)
    assert p.client.writable_need_drain
    log = record(p.client, "drain")
    for _ in range(10):
        on_loop(lambda: None)
    assert log.names == []
    p.peer.on("data", lambda chunk: None)
    p.peer.resume()
    log.wait("drain", timeout=20)
    assert p.client.writable_length == 0
    assert wait_until(lambda: p.peer.bytes_read == total, timeout=20)


def test_drain_waits(secure_pair):
    p = secure_pair()
    p.peer.pause()
    fill(p.client)
    p.peer.resume()
    p.client.drain().result(20)
    assert not p.client.writable_need_drain


def test_callbacks_come_once_in_order_and_not_before_the_bytes_have_left(secure_pair):
    p = secure_pair()
    p.peer.pause()
    called, lock = [], threading.Lock()

    def note(i):
        def noted(err):
            with lock:
                called.append((i, err))

        return noted

    count = 0
    while p.client.writable_length < 128 * len(CHUNK):
        p.client.write(CHUNK, note(count))
        count += 1
    on_loop(lambda: None)
    assert len(called) < count
    p.peer.resume()
    assert wait_until(lambda: len(called) == count, timeout=20)
    assert called == [(i, None) for i in range(count)]


def test_destroy_answers_the_callbacks_that_wait(secure_pair, record):
    p = secure_pair()
    p.peer.pause()
    fill(p.client)
    log = record(p.client, "close", "error")
    p.client.write(b"last", log.note("callback"))
    p.client.destroy()
    log.wait("close")
    assert [name for name in log.names if name != "error"] == ["callback", "close"]
    codes = ("ECANCELED", "ERR_STREAM_DESTROYED", *(["EOF"] if sys.platform == "win32" else []))
    assert log["callback"].code in codes


def test_a_peer_that_vanishes_answers_the_callbacks_that_wait(secure_pair, record):
    p = secure_pair()
    p.peer.pause()
    fill(p.client)
    log = record(p.client, "close", "error")
    p.client.write(b"last", log.note("callback"))
    p.peer.destroy()
    log.wait("close", timeout=10)
    assert len(log.args("callback")) == 1
    assert log["callback"] is not None


def test_max_write_buffer_counts_plaintext(secure_server, client_context, record):
    """Before the handshake all of it waits, so the limit is exact."""
    server = secure_server()
    with pynet.turn():
        c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost", max_write_buffer=100_000)
        log = record(c, "error", "close")
        c.write(bytes(100_000))
        assert not c.destroyed
        c.write(b"x")
    log.wait("close")
    assert log["error"].code == "ERR_WRITE_BUFFER_FULL"


def test_max_write_buffer_of_a_peer_that_does_not_read(secure_pair, record):
    p = secure_pair({"max_write_buffer": 1_000_000})
    log = record(p.client, "error", "close")
    p.peer.pause()
    for _ in range(1000):
        if p.client.destroyed:
            break
        p.client.write(CHUNK)
    log.wait("close")
    assert log["error"].code == "ERR_WRITE_BUFFER_FULL"


def test_writable_length_counts_plaintext(secure_server, client_context):
    server = secure_server()
    with pynet.turn():
        c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
        c.write(bytes(12_345))
        assert c.writable_length == 12_345
        assert not c.write(bytes(100_000))
        assert c.writable_length == 112_345
    c.destroy()


def test_a_paused_receiver_stops_the_sender(secure_pair):
    """A paused socket does not decrypt into memory without end."""
    p = secure_pair()
    p.peer.on("data", lambda chunk: None)
    p.peer.pause()
    sent = 0
    while sent < 64 * 1024 * 1024 and p.client.writable_length < 8_000_000:
        p.client.write(CHUNK)
        sent += len(CHUNK)
    for _ in range(50):
        on_loop(lambda: None)
    assert p.client.writable_length >= 1_000_000
    assert p.peer.readable_length < 4_000_000
