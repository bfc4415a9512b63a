"""The limit for each item: chunks(timeout=), lines(timeout=), iterator(timeout=), in threads and under asyncio."""

from __future__ import annotations

import contextlib
import threading

import pytest

from helpers import run_coroutine, wait_until

SHORT = 0.03
LOOPS = {
    "chunks": lambda sock, timeout: sock.chunks(timeout=timeout),
    "iterator": lambda sock, timeout: sock.iterator(destroy_on_return=False, timeout=timeout),
    "lines": lambda sock, timeout: sock.lines(timeout=timeout),
}


@pytest.fixture(params=LOOPS)
def loop(request):
    return LOOPS[request.param]


def write_and_wait(p, data):
    """The peer's data has come: a loop need not wait for it."""
    p.peer.write(data)
    wait_until(lambda: p.client.readable_length == len(data))


def test_in_a_thread(pair, loop):
    p = pair()
    write_and_wait(p, b"a\n")
    got = []
    with pytest.raises(TimeoutError, match=r"has waited for 0\.03 seconds"):
        for item in loop(p.client, SHORT):
            got.append(item.strip())
    assert got == [b"a"]
    assert not p.client.destroyed


def test_under_asyncio(pair, loop):
    p = pair()
    write_and_wait(p, b"a\n")
    got = []

    async def main():
        async for item in loop(p.client, SHORT):
            got.append(item.strip())

    with pytest.raises(TimeoutError, match=r"has waited for 0\.03 seconds"):
        run_coroutine(main())
    assert got == [b"a"]
    assert not p.client.destroyed


def test_it_goes_on_after_a_timeout(pair, loop):
    p = pair()
    items = loop(p.client, SHORT)
    with pytest.raises(TimeoutError):
        next(items)
    p.peer.end(b"a\n")
    got = []
    over = False
    while not over:
        # Each item has the short limit again, and a slow machine may need longer.
        with contextlib.suppress(TimeoutError):
            for item in items:
                got.append(item.strip())
            over = True
    assert got == [b"a"]


def test_a_part_of_a_line_stays(pair):
    p = pair()
    p.peer.write(b"par")
    with pytest.raises(TimeoutError):
        next(p.client.lines(timeout=SHORT))
    p.peer.write(b"t\n")
    assert p.client.read_until(b"\n", timeout=5) == b"part\n"


def test_the_limit_is_for_each_item(pair, loop):
    p = pair()
    items = loop(p.client, 5)
    waiting = threading.Timer(0.01, p.peer.write, (b"b\n",))
    p.peer.write(b"a\n")
    assert next(items).strip() == b"a"
    waiting.start()
    assert next(items).strip() == b"b"
    waiting.join()


def test_iterator_destroys_the_socket_that_is_late(pair):
    p = pair()
    with pytest.raises(TimeoutError), p.client.iterator(timeout=SHORT) as chunks:
        next(chunks)
    assert p.client.destroyed


def test_chunks_leave_the_socket_open(pair):
    p = pair()
    p.peer.write(b"one")
    for chunk in p.client.chunks():
        assert chunk == b"one"
        break
    assert not p.client.destroyed
    p.peer.end(b"two")
    assert b"".join(p.client.chunks()) == b"two"


@pytest.mark.parametrize(("value", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError)])
def test_a_wrong_timeout_is_refused(pair, loop, value, error):
    with pytest.raises(error):
        loop(pair().client, value)
