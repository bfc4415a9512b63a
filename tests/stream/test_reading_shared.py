"""Several tasks and threads that read one socket: each gets its data in the order of the calls, at every split."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading

import pytest
from test_reading_model import send

import pynet
from helpers import connected_pair, run_coroutine, two_turns, wait_until, waits

STREAM = b"ab\ncd-ef-\xc3\xa4\nxyz."
# What each reader asks for, and what it gets: the stream, in order.
CALLS = [
    (lambda sock: sock.read_exactly(2), b"ab"),
    (lambda sock: sock.read_until(b"\n"), b"\n"),
    (lambda sock: sock.read_until("-"), b"cd-"),
    (lambda sock: sock.read_exactly(3), b"ef-"),
    (lambda sock: sock.read_exactly(1), b"\xc3"),
    (lambda sock: sock.read_until("\n"), b"\xa4\n"),
    (lambda sock: sock.read_exactly(3), b"xyz"),
    (lambda sock: sock.read_until(b"."), b"."),
]


async def in_tasks(sock):
    """Each call in a task of its own; all begin before the next step of the loop."""

    async def read(call):
        return await call(sock)

    return await asyncio.wait_for(asyncio.gather(*(read(call) for call, _got in CALLS)), 10)


def in_threads(sock):
    """Each call in a thread of its own, which waits before the next one begins."""
    got = [None] * len(CALLS)

    def read(i):
        got[i] = CALLS[i][0](sock)

    before = waits()
    threads = [threading.Thread(target=read, args=(i,), daemon=True) for i in range(len(CALLS))]
    for n, thread in enumerate(threads, 1):
        thread.start()
        assert wait_until(lambda: waits() == before + n)  # noqa: B023
    return threads, got


@pytest.mark.parametrize("at", range(len(STREAM) + 1))
def test_tasks_get_their_data_in_order_at_every_split(where, at):
    async def main():
        p = connected_pair(where, {}, {})
        task = asyncio.ensure_future(in_tasks(p.client))
        await asyncio.sleep(0)
        send(p.peer, [STREAM[:at], STREAM[at:]])
        try:
            return await task
        finally:
            p.close()

    assert run_coroutine(main()) == [got for _call, got in CALLS]


def test_threads_get_their_data_in_order(where):
    for pieces in ([STREAM], [STREAM[:4], STREAM[4:]], [bytes([byte]) for byte in STREAM]):
        p = connected_pair(where, {}, {})
        threads, got = in_threads(p.client)
        send(p.peer, pieces)
        for thread in threads:
            thread.join(10)
        assert got == [got for _call, got in CALLS]
        p.close()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_cancelled_or_timed_out_loses_nothing(where, seed):
    """Tasks read in turn; some are cancelled, some have little time; the others get the rest, in order."""
    rng = random.Random(seed)
    stream = rng.randbytes(3000)
    cuts = sorted(rng.sample(range(len(stream)), 40))
    pieces = [stream[i:j] for i, j in itertools.pairwise([0, *cuts, len(stream)])]
    got = []

    async def read(sock):
        while True:
            timeout = rng.choice([None, None, 0, 0.001])
            try:
                data = await sock.read_exactly(rng.randrange(1, 40), timeout=timeout)
            except TimeoutError:
                continue
            got.append(data)  # nothing runs between the await and this

    async def main():
        p = connected_pair(where, {"high_water_mark": rng.choice([1, 65536])}, {})
        send(p.peer, pieces)
        tasks = [asyncio.ensure_future(read(p.client)) for _ in range(3)]
        for _ in range(60):
            await asyncio.sleep(rng.choice([0, 0, 0.001]))
            victim = rng.randrange(3)
            tasks[victim].cancel()
            try:
                await tasks[victim]
            except (asyncio.CancelledError, pynet.IncompleteReadError):
                pass
            tasks[victim] = asyncio.ensure_future(read(p.client))
        for task in tasks:
            with pytest.raises(pynet.IncompleteReadError):
                await asyncio.wait_for(task, 10)
        rest = [chunk async for chunk in p.client]
        p.close()
        return b"".join(got + rest)

    assert run_coroutine(main()) == stream


def test_a_reader_that_gives_up_lets_the_next_one_go_on(pair):
    p = pair()

    async def main():
        first = asyncio.create_task(p.client.read_exactly(10))
        second = asyncio.create_task(p.client.read_exactly(2))
        await asyncio.sleep(0)
        p.peer.write(b"abc")
        while p.client.readable_length < 3:
            await asyncio.sleep(0)
        assert not second.done()  # the first bytes are the first reader's
        first.cancel()
        return await asyncio.wait_for(second, 5), await p.client.read_exactly(1)

    assert run_coroutine(main()) == (b"ab", b"c")


def test_a_task_and_a_thread_take_turns(pair):
    p = pair()

    async def main():
        first = asyncio.create_task(p.client.read_exactly(3))
        await asyncio.sleep(0)
        second = asyncio.create_task(asyncio.to_thread(p.client.read_exactly, 3))
        before = waits()
        while waits() == before:
            await asyncio.sleep(0)
        third = asyncio.create_task(p.client.read_exactly(3))
        await asyncio.sleep(0)
        for piece in (b"0", b"1234", b"56", b"78"):
            p.peer.write(piece)
            await asyncio.sleep(0.001)
        return await asyncio.gather(first, second, third)

    assert run_coroutine(main()) == [b"012", b"345", b"678"]


def test_the_end_reaches_all_in_their_order(pair):
    p = pair()

    async def main():
        tasks = [asyncio.create_task(p.client.read_exactly(n)) for n in (2, 2, 9, 1)]
        await asyncio.sleep(0)
        p.peer.end(b"abcde")
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second, third, fourth = run_coroutine(main())
    assert (first, second, fourth) == (b"ab", b"cd", b"e")
    assert (third.partial, third.expected) == (b"e", 9)


def test_text_after_set_encoding_while_a_call_waits(pair):
    p = pair()

    async def main():
        task = asyncio.create_task(p.client.read_exactly(3))
        await asyncio.sleep(0)
        p.client.set_encoding("utf8")
        p.peer.write("\u00e4\u20acx")
        return await task

    assert run_coroutine(main()) == "\u00e4\u20acx"


def test_bytes_that_unshift_puts_back_wake_a_call(pair):
    p = pair()

    async def main():
        task = asyncio.create_task(p.client.read_until(b"\n"))
        await asyncio.sleep(0)
        p.client.unshift(b"back\n")
        return await asyncio.wait_for(task, 5)

    assert run_coroutine(main()) == b"back\n"


def test_a_data_listener_beside_a_call_gets_the_bytes_too(pair):
    p = pair()
    seen = []

    async def main():
        task = asyncio.create_task(p.client.read_exactly(3))
        await asyncio.sleep(0)
        p.client.on("data", seen.append)
        p.peer.write(b"abc")
        got = await task
        p.peer.write(b"def")
        while sum(map(len, seen)) < 6:
            await asyncio.sleep(0)
        return got

    assert run_coroutine(main()) == b"abc"
    assert b"".join(seen) == b"abcdef"


def test_a_wait_in_an_asyncio_loop_that_is_closed_does_not_stop_the_next_one(pair):
    p = pair()
    loop = asyncio.new_event_loop()

    async def begin():
        task = asyncio.ensure_future(p.client.read_exactly(2))
        await asyncio.sleep(0)
        return task

    task = loop.run_until_complete(begin())
    loop.close()
    p.peer.write(b"ab")
    assert p.client.read_exactly(2, timeout=5) == b"ab"
    task._log_destroy_pending = False


def test_a_wait_whose_asyncio_loop_is_closed_before_it_goes_on_does_not_stop_the_next_one(pair):
    p = pair()
    loop = asyncio.new_event_loop()

    async def begin():
        task = asyncio.ensure_future(p.client.read_exactly(2))
        await asyncio.sleep(0)
        return task

    task = loop.run_until_complete(begin())
    p.peer.write(b"ab")
    assert wait_until(lambda: p.client.readable_length == 2)
    two_turns()  # the asyncio loop is to call it
    loop.close()
    assert p.client.read_exactly(2, timeout=5) == b"ab"
    task._log_destroy_pending = False
