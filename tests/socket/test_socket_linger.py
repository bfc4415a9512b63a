"""close() and leaving `with` with unread input: it is read and dropped, so that the peer gets all that was sent."""

from __future__ import annotations

import asyncio
import math
import socket
import threading
import time

import pytest

import isolated
import pynet
from helpers import Recorder, run_coroutine

BIG = b"x" * 2_000_000
INPUT = b"unread" * 1000


@pytest.fixture(params=["tcp", "unix"])
def ends(request, tmp_path):
    """A function that gives (a pynet socket with unread input, Python's own socket at the other end)."""
    family = socket.AF_INET if request.param == "tcp" else socket.AF_UNIX
    where = ("127.0.0.1", 0) if request.param == "tcp" else str(tmp_path / "s")
    opened = []

    def make(**options):
        with socket.socket(family) as listening:
            listening.bind(where)
            listening.listen()
            address = listening.getsockname()
            sock = pynet.Socket(**options)
            sock.pause()
            sock.connect(address)
            raw, _ = listening.accept()
        sock.wait("connect", timeout=5)
        raw.settimeout(10)
        opened.extend([sock, raw])
        raw.sendall(INPUT)
        return sock, raw

    yield make
    for each in opened:
        getattr(each, "destroy", each.close)()


def fill(raw):
    """Sends more than the other end keeps, so that some stays in its kernel."""
    raw.setblocking(False)
    sent = 0
    try:
        while sent < 800_000:
            sent += raw.send(b"more" * 10_000)
    except BlockingIOError:
        pass
    raw.settimeout(10)


def read_all(raw, pause=0.0):
    got = bytearray()
    while chunk := raw.recv(1 << 16):
        got += chunk
        time.sleep(pause)
    return bytes(got)


def flushing(sock, raw):
    """Writes BIG and waits until the kernel has it; the peer reads in a thread."""
    result = []
    thread = threading.Thread(target=lambda: result.append(read_all(raw, 0.0005)))
    sock.write(BIG)
    thread.start()

    def wait():
        thread.join(20)
        raw.close()
        return result[0]

    return wait


def test_close_lets_the_peer_read_all(ends):
    sock, raw = ends()
    fill(raw)
    got = flushing(sock, raw)
    sock.close()
    assert got() == BIG
    assert sock.wait("close", timeout=5) is False


def test_with_lets_the_peer_read_all(ends):
    sock, raw = ends()
    fill(raw)
    got = flushing(sock, raw)
    with sock:
        pass
    assert got() == BIG


def test_async_with_lets_the_peer_read_all(ends):
    sock, raw = ends()
    fill(raw)
    got = flushing(sock, raw)

    async def main():
        async with sock:
            await asyncio.sleep(0)

    run_coroutine(main())
    assert got() == BIG


def unread(ends, **options):
    """A socket with unread input in the kernel, and its peer."""
    sock, raw = ends(**options)
    fill(raw)
    return sock, raw


def test_the_peer_sees_the_end_and_no_reset(ends):
    sock, raw = unread(ends)
    sock.close()
    assert read_all(raw) == b""
    raw.sendall(b"after the end")
    raw.close()
    assert sock.wait("close", timeout=5) is False


@pytest.mark.parametrize("how", ["linger=0", "destroy_soon", "destroy"])
def test_otherwise_the_close_is_a_reset(ends, how):
    sock, raw = unread(ends, **({"linger": 0} if how == "linger=0" else {}))
    getattr(sock, "close" if how == "linger=0" else how)()
    sock.wait("close", timeout=5)
    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        read_all(raw)
        raw.sendall(b"x")
        raw.sendall(b"x")


def test_it_lasts_linger_seconds_at_most(ends):
    sock, raw = unread(ends, linger=0.05)
    start = time.monotonic()
    sock.close()
    sock.wait("close", timeout=5)
    assert 0.04 < time.monotonic() - start < 2


def test_close_timeout_limits_it(ends):
    sock, _ = unread(ends, close_timeout=0.05, linger=60)
    sock.close()
    sock.wait("close", timeout=5)


def test_it_reads_one_mebibyte_at_most(ends):
    sock, raw = unread(ends, linger=60)
    sock.close()
    with pytest.raises((ConnectionResetError, BrokenPipeError, TimeoutError)):
        for _ in range(100):
            raw.sendall(b"x" * 100_000)
    assert sock.wait("close", timeout=5) is False


def test_without_unread_input_it_closes_at_once(pair):
    p = pair({"linger": 60})
    log = Recorder(p.client, "finish", "close")
    p.client.close()
    log.wait("close")
    assert log.names == ["finish", "close"]


def test_after_the_end_of_the_peer_it_closes_at_once(ends):
    sock, raw = ends(linger=60)
    raw.close()
    sock.resume()
    sock.wait("end", timeout=5)
    sock.close()
    sock.wait("close", timeout=5)


def test_the_next_connection_does_not_linger(ends, server):
    sock, raw = unread(ends, linger=60)
    sock.close()
    read_all(raw)
    raw.close()
    sock.wait("close", timeout=5)
    srv = server()
    address = srv.address()
    sock.connect(address)
    sock.wait("connect", timeout=5)
    sock.destroy_soon()
    sock.wait("close", timeout=5)


def test_a_server_may_close_meanwhile():
    """The connection does not count any more: the server need not wait for it."""
    srv = pynet.create_server(pause_on_connect=True).listen(0, "127.0.0.1")
    with socket.create_connection(srv.address()[:2]) as raw:
        sock = srv.wait("connection", timeout=5)
        sock.linger = 60
        raw.sendall(INPUT)
        sock.close()
        srv.close()
        srv.wait("close", timeout=5)
    sock.wait("close", timeout=5)


def test_at_exit_it_lingers_too():
    source = """
        import atexit, socket, threading
        atexit.register(lambda: thread.join(5))  # registered before pynet's: runs after it
        import pynet
        exiting = threading.Event()
        atexit.register(exiting.set)  # runs before pynet's
        listening = socket.create_server(("127.0.0.1", 0))
        sock = pynet.Socket().pause()
        sock.connect(listening.getsockname())
        raw, _ = listening.accept()
        raw.sendall(b"unread" * 50_000)
        while not sock.readable_length:
            sock.wait("readable", timeout=5)
        sock.write(b"x" * 100_000)
        sock.close()
        def read():
            exiting.wait()
            got = 0
            while chunk := raw.recv(1 << 16):
                got += len(chunk)
            print(got, flush=True)
            raw.close()
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
    """
    done = isolated.run(source)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "100000\n"


def test_the_property():
    sock = pynet.Socket()
    assert sock.linger == 2
    sock.linger = 0
    assert sock.linger == 0
    sock.linger = None
    assert sock.linger == 2
    assert pynet.Socket(linger=7).linger == 7


@pytest.mark.parametrize(
    ("value", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError), (math.nan, ValueError)]
)
def test_a_wrong_value(value, error):
    sock = pynet.Socket()
    with pytest.raises(error):
        sock.linger = value
    with pytest.raises(error):
        pynet.Socket(linger=value)
    assert sock.linger == 2
