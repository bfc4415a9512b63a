"""The end of `with sock` waits until the kernel has taken what is queued, for at most close_timeout seconds."""

from __future__ import annotations

import asyncio
import math
import threading
import time

import pytest

import pynet
from helpers import Recorder, on_loop, run_coroutine, target, wait_until

BIG = b"x" * 8_000_000


def test_it_waits_until_all_is_taken(pair):
    p = pair()
    got = Recorder(p.peer, "data", "end")
    with p.client as sock:
        sock.write(BIG)
    assert sock.writable_length == 0
    got.wait("end")
    assert sum(len(args[0]) for name, args in got.entries if name == "data") == len(BIG)


def test_it_waits_for_the_connection(server):
    got = []
    done = threading.Event()

    def on_connection(sock):
        sock.on("data", got.append).on("end", done.set)

    with pynet.connect(target(server(on_connection))) as sock:
        sock.write(b"x")
    assert sock.writable_length == 0
    assert done.wait(5) and got == [b"x"]


def test_with_nothing_queued_it_does_not_wait(pair):
    p = pair()
    p.peer.pause()
    start = time.monotonic()
    with p.client:
        pass
    assert time.monotonic() - start < 5


def test_after_close_timeout_it_raises(pair):
    p = pair({"close_timeout": 0.05})
    p.peer.pause()
    with pytest.raises(TimeoutError, match=r"bytes were not sent within 0\.05 seconds"), p.client as sock:
        sock.write(BIG)
    assert sock.destroyed


def test_the_peer_of_what_was_given_up_sees_a_reset(raw_peer_of_client):
    client, raw = raw_peer_of_client
    client.close_timeout = 0.05
    with pytest.raises(TimeoutError), client:
        client.write(BIG)
    with pytest.raises(ConnectionResetError):
        while raw.recv(1 << 20):
            pass


@pytest.fixture
def raw_peer_of_client():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = pynet.connect(listening.getsockname())
        raw, _ = listening.accept()
        client.wait("connect", timeout=5)
        with raw:
            raw.settimeout(10)
            yield client, raw
        client.destroy()


def test_it_raises_the_error_of_the_socket(pair):
    p = pair()
    p.peer.pause()

    def destroy_later():
        pynet.set_timeout(p.client.destroy, 30, OSError("lost"))

    on_loop(destroy_later)
    with pytest.raises(OSError, match="lost"), p.client as sock:
        sock.write(BIG)


def test_a_failed_connect_is_raised(tmp_path):
    with pytest.raises(FileNotFoundError), pynet.connect(tmp_path / "none") as sock:
        sock.write(b"x")


def test_an_error_that_came_during_the_block_is_raised(tmp_path):
    with pytest.raises(FileNotFoundError), pynet.connect(tmp_path / "none") as sock:
        wait_until(lambda: sock.closed)
        sock.write(b"x")


def test_an_error_that_the_block_has_caught_is_not_raised_again(tmp_path):
    with pynet.connect(tmp_path / "none") as sock:
        with pytest.raises(FileNotFoundError):
            sock.wait("connect", timeout=10)
        wait_until(lambda: sock.closed)


def test_an_error_that_a_listener_has_got_is_not_raised(tmp_path):
    with pynet.connect(tmp_path / "none") as sock:
        errors = Recorder(sock, "error", "close")
        errors.wait("close")
    assert errors.names == ["error", "close"]


def test_it_never_replaces_an_exception_of_the_block(pair):
    p = pair({"close_timeout": 0.05})
    p.peer.pause()
    with pytest.raises(ZeroDivisionError), p.client as sock:
        sock.write(BIG)
        1 / 0  # noqa: B018
    assert sock.destroyed


def test_in_a_listener_it_does_not_wait(pair):
    p = pair()
    p.peer.pause()

    def leave():
        with p.client as sock:
            sock.write(BIG)
        return sock.writable_length

    assert on_loop(leave) > 0
    p.client.destroy()


def test_inside_turn_it_does_not_wait(pair):
    p = pair()
    p.peer.pause()
    with pynet.turn(), p.client as sock:
        sock.write(BIG)
    assert sock.writable_length > 0
    p.client.destroy()


def test_in_a_coroutine_it_does_not_wait(pair):
    p = pair()
    p.peer.pause()

    async def main():
        with p.client as sock:
            sock.write(BIG)
        await asyncio.sleep(0)
        return sock.writable_length

    assert run_coroutine(main()) > 0
    p.client.destroy()


def test_close_timeout_may_be_set_and_reset(pair):
    sock = pair().client
    assert sock.close_timeout == 30
    sock.close_timeout = 2
    assert sock.close_timeout == 2
    sock.close_timeout = math.inf
    assert sock.close_timeout == math.inf
    sock.close_timeout = None
    assert sock.close_timeout == 30


@pytest.mark.parametrize(
    ("value", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError), (math.nan, ValueError)]
)
def test_a_wrong_close_timeout_is_refused(value, error):
    sock = pynet.Socket(close_timeout=7)
    with pytest.raises(error):
        sock.close_timeout = value
    with pytest.raises(error):
        pynet.Socket(close_timeout=value)
    assert sock.close_timeout == 7


def test_a_second_thread_may_be_in_run(server):
    """The main thread of a program may leave `with` while another thread drives the loop."""
    got = []
    srv = server(lambda sock: sock.on("data", got.append))
    started = threading.Event()
    runner = threading.Thread(target=pynet.run, args=(started.set,))
    runner.start()
    assert started.wait(5)
    with pynet.connect(target(srv)) as sock:
        sock.write(BIG)
    assert sock.writable_length == 0
    assert wait_until(lambda: sum(map(len, got)) == len(BIG))
    pynet.stop()
    runner.join(10)
