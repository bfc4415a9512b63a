"""One list, many threads: asked and changed at once, and shared by servers that are running."""

from __future__ import annotations

import sys
import threading

import pytest

import pynet
from pynet import BlockList


@pytest.fixture
def fast_switching():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def run_all(*functions):
    """Runs each in a thread of its own; what one raises is raised here."""
    errors = []
    start = threading.Barrier(len(functions))

    def guarded(function):
        try:
            start.wait(10)
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


def test_asked_and_changed_at_once(fast_switching):
    b = BlockList(["10.0.0.0/8", "fc00::/7"])
    over = threading.Event()

    def change(number):
        def work():
            for n in range(400):
                b.update([f"1.{number}.{n % 256}.0/24", f"1.{number}.0.0-1.{number}.0.9", f"2001:db8:{number}::{n:x}"])
                b.discard(f"1.{number}.{n % 256}.0/24")
                b.discard(f"1.{number}.0.0-1.{number}.0.9")
                b.discard(f"2001:db8:{number}::{n:x}")
            over.set()

        return work

    def ask():
        while not over.is_set():
            assert "10.1.2.3" in b
            assert b.check("fd00::1", "ipv6")
            assert "9.9.9.9" not in b
            assert len(b) >= 2

    def look():
        while not over.is_set():
            assert {"Subnet: IPv4 10.0.0.0/8", "Subnet: IPv6 fc00::/7"} <= set(b.rules) or len(b) > 2
            assert b == b
            repr(b), list(b), BlockList(b)

    run_all(change(1), change(2), change(3), ask, ask, look)
    assert b == BlockList(["10.0.0.0/8", "fc00::/7"])


def test_threads_that_add_lose_nothing(fast_switching):
    b = BlockList()

    def adder(number):
        return lambda: [b.add(f"{number}.0.{n // 256}.{n % 256}") for n in range(1000)]

    run_all(*(adder(number) for number in range(1, 7)))
    assert len(b) == 6000
    assert all(f"{number}.0.{n // 256}.{n % 256}" in b for number in range(1, 7) for n in range(0, 1000, 97))


def test_asked_from_listeners_while_a_thread_changes_it(record):
    """What a server does with a list in its connection listener: the list is asked on the loop's thread."""
    b = BlockList(["127.0.0.0/8"])
    verdicts = []

    def on_connection(sock):
        verdicts.append(sock.remote_address in b)
        sock.end()

    server = pynet.create_server(on_connection)
    server.listen(0, "127.0.0.1")
    over = threading.Event()

    def change():
        while not over.is_set():
            b.update(f"10.0.{n}.0/24" for n in range(100))
            for n in range(100):
                b.discard(f"10.0.{n}.0/24")

    thread = threading.Thread(target=change)
    thread.start()
    try:
        for _ in range(20):
            record(pynet.connect(server.address()[:2]).resume(), "close").wait("close")
    finally:
        over.set()
        thread.join(30)
        server.close()
    assert verdicts == [True] * 20
