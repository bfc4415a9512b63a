"""examples/faulty_proxy.py: what passes, and what the faults do to it."""

import contextlib
import socket
import threading
import time

import pytest

from peers import read_exactly, read_to_end, take


@pytest.fixture
def proxied(example, dial, upstream):
    """proxied(**faults): (client, target, faults), the two ends of a connection through the proxy."""
    module = example("faulty_proxy")
    with contextlib.ExitStack() as stack:

        def make(**options):
            faults = module.Faults(**options)
            server = module.faulty_proxy(upstream.getsockname(), faults)
            stack.callback(server.shutdown, 0)
            client = dial(server.port)
            return client, stack.enter_context(take(upstream)), faults

        yield make


def test_without_faults_all_passes_both_ways(proxied):
    client, target, _ = proxied()
    sent = bytes(range(256)) * 2000
    sender = threading.Thread(target=lambda: (client.sendall(sent), client.shutdown(socket.SHUT_WR)))
    sender.start()
    assert read_to_end(target) == sent
    sender.join()
    target.sendall(b"answer")
    target.close()
    assert read_to_end(client) == b"answer"


def test_delay(proxied):
    client, target, _ = proxied(delay=0.1)
    began = time.monotonic()
    client.sendall(b"late")
    assert read_exactly(target, 4) == b"late"
    assert time.monotonic() - began >= 0.1


def test_rate(proxied):
    client, target, _ = proxied(rate=20_000)
    began = time.monotonic()
    client.sendall(b"x" * 4000)
    client.shutdown(socket.SHUT_WR)
    assert read_to_end(target) == b"x" * 4000
    assert time.monotonic() - began >= 0.19  # 4,000 bytes at 20,000 for each second; timers count in milliseconds


def test_cut_after_so_many_bytes(proxied):
    client, target, _ = proxied(cut_after=1500)
    client.sendall(b"x" * 5000)
    assert read_to_end(target) == b"x" * 1500
    with contextlib.suppress(ConnectionResetError):  # the proxy had not read all
        assert client.recv(1) == b""


@pytest.mark.parametrize("size", [1, 1024, 5000])
def test_cut_by_a_reset(proxied, size):
    client, target, _ = proxied(cut_after=1, reset=True)
    client.sendall(b"x" * size)
    with pytest.raises(ConnectionResetError):
        read_to_end(target)
    with pytest.raises(ConnectionResetError):
        client.recv(1)


def test_silent_from_now_on(proxied):
    client, target, faults = proxied()
    client.sendall(b"before")
    assert read_exactly(target, 6) == b"before"
    faults.silent = True
    client.sendall(b"after")
    target.settimeout(0.2)
    with pytest.raises(TimeoutError):
        target.recv(1)


def test_a_reset_on_one_side_ends_the_other(proxied):
    client, target, _ = proxied()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    with contextlib.suppress(ConnectionResetError):
        assert target.recv(1) == b""


def test_as_a_program(program, dial, upstream):
    started = program("faulty_proxy.py", 0, *upstream.getsockname(), "--cut-after", 3)
    client = dial(started.port)
    with take(upstream) as target:
        client.sendall(b"abcdef")
        assert read_to_end(target) == b"abc"
