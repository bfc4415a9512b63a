"""lines(), read_until() and read_exactly() under asyncio: awaitables; cancelling and timeouts lose nothing."""

from __future__ import annotations

import asyncio
import struct

import pytest

import pynet
from helpers import Recorder, run_coroutine, two_turns, wait_until


async def read_all(chunks):
    return [chunk async for chunk in chunks]


async def give(awaitable):
    return await awaitable


def test_lines(pair):
    p = pair()
    p.peer.end(b"one\ntwo\r\n\nrest")
    assert run_coroutine(read_all(p.client.lines())) == [b"one", b"two", b"", b"rest"]


def test_lines_as_they_come(pair):
    p = pair()

    async def main():
        got = []
        p.peer.write("0\n1")
        async for line in p.client.lines():
            got.append(line)
            if len(got) < 4:
                p.peer.write(f"\n{len(got) + 1}")
            else:
                p.peer.end()
        return got

    assert run_coroutine(main()) == [b"0", b"1", b"2", b"3", b"4"]


def test_a_line_over_the_limit_raises_and_stays(pair):
    p = pair()
    p.peer.end(b"ok\n" + b"x" * 20)

    async def main():
        got = []
        with pytest.raises(pynet.NetError, match="max=10") as caught:
            async for line in p.client.lines(max=10):
                got.append(line)
        assert (got, caught.value.code) == ([b"ok"], "ERR_READ_LIMIT")
        return await read_all(p.client)

    assert run_coroutine(main()) == [b"x" * 20]


def test_frames_that_are_there_and_frames_that_come(pair):
    p = pair()

    async def main():
        p.peer.write(struct.pack("!I", 5) + b"hello")
        (length,) = struct.unpack("!I", await p.client.read_exactly(4))
        first = await p.client.read_exactly(length)
        task = asyncio.ensure_future(give(p.client.read_until("\n")))
        await asyncio.sleep(0)
        p.peer.write("wor")
        await asyncio.sleep(0)
        p.peer.write("ld\n")
        return first, await task

    assert run_coroutine(main()) == (b"hello", b"world\n")


def test_lines_and_exact_bytes_mix(pair):
    p = pair()
    p.peer.write(b"GET\r\n4\r\n\r\nbo")

    async def main():
        lines = p.client.lines()
        head = []
        async for line in lines:
            if not line:
                break
            head.append(line)
        p.peer.write(b"dynext\n")
        return head, await p.client.read_exactly(int(head[1])), await anext(lines)

    assert run_coroutine(main()) == ([b"GET", b"4"], b"body", b"next")


@pytest.mark.parametrize(
    ("call", "expected"), [(lambda s: s.read_exactly(10), 10), (lambda s: s.read_until(b"\n", timeout=5), None)]
)
def test_too_little_at_the_end_is_incomplete_and_stays(pair, call, expected):
    p = pair()
    p.peer.end(b"part")

    async def main():
        for _ in range(2):
            with pytest.raises(pynet.IncompleteReadError) as caught:
                await call(p.client)
            assert (caught.value.partial, caught.value.expected) == (b"part", expected)
        return await read_all(p.client)

    assert run_coroutine(main()) == [b"part"]


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(9), lambda s: s.read_until(b"\n")])
def test_the_read_after_the_last_byte_causes_end(pair, call):
    p = pair({"allow_half_open": True}, allow_half_open=True)
    log = Recorder(p.client, "end")
    p.peer.end(b"x")
    p.client.read(0)
    assert wait_until(lambda: pynet._pynet._at_end(p.client))

    async def main():
        assert await p.client.read_exactly(1) == b"x"
        two_turns()
        assert log.names == []
        with pynet.turn():
            with pytest.raises(pynet.IncompleteReadError):
                await call(p.client)
            assert log.names == []  # in a tick, as Node
        log.wait("end")

    run_coroutine(main())


def test_a_task_that_waits_behind_the_last_byte_causes_end(pair):
    p = pair({"allow_half_open": True}, allow_half_open=True)
    log = Recorder(p.client, "end")

    async def main():
        tasks = [asyncio.create_task(p.client.read_exactly(1)) for _ in range(2)]
        await asyncio.sleep(0)
        p.peer.end(b"x")
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second = run_coroutine(main())
    assert first == b"x"
    assert isinstance(second, pynet.IncompleteReadError)
    log.wait("end")


def test_what_the_socket_dies_of_is_raised(pair):
    p = pair()
    pynet.set_timeout(lambda: p.client.destroy(ValueError("mine")), 5)
    with pytest.raises(ValueError, match="mine"):
        run_coroutine(give_later(p.client.read_exactly, 1))


async def give_later(function, *args, **kwargs):
    return await function(*args, **kwargs)


def test_a_destroyed_socket_is_a_premature_close(pair):
    p = pair()
    p.client.destroy()
    with pytest.raises(pynet.NetError) as caught:
        run_coroutine(give_later(p.client.read_until, "x"))
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


@pytest.mark.parametrize("timeout", [0, 0.01])
def test_a_timeout_loses_nothing_and_ends_the_wait(pair, timeout):
    p = pair()
    p.peer.write(b"part")

    async def main():
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await p.client.read_exactly(10, timeout=timeout)
        assert p.client.readable_flowing is None
        p.peer.end(b"ial")
        return await p.client.read_exactly(7, timeout=5)

    assert run_coroutine(main()) == b"partial"


def test_a_cancelled_read_loses_nothing_and_ends_the_wait(pair):
    p = pair()
    p.peer.write(b"part")

    async def main():
        task = asyncio.ensure_future(give(p.client.read_exactly(10)))
        await asyncio.sleep(0)
        assert p.client.readable_flowing is False
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert p.client.readable_flowing is None
        p.peer.end(b"ial")
        return await p.client.read_exactly(7)

    assert run_coroutine(main()) == b"partial"


def test_cancelling_when_the_data_has_come_loses_nothing(pair):
    p = pair()

    async def main():
        for i in range(50):
            task = asyncio.ensure_future(give(p.client.read_exactly(4)))
            await asyncio.sleep(0)
            p.peer.write(struct.pack("!I", i))
            if i % 2:
                await asyncio.sleep(0.001)
            task.cancel()
            try:
                got = await task
            except asyncio.CancelledError:
                got = await p.client.read_exactly(4)
            assert struct.unpack("!I", got) == (i,)

    run_coroutine(main())


def test_wrong_arguments_are_refused_before_anything_is_awaited(pair):
    p = pair()

    async def main():
        for call in (
            lambda: p.client.read_exactly(-1),
            lambda: p.client.read_until(b""),
            lambda: p.client.read_until(None),
            lambda: p.client.read_exactly(1, timeout="x"),
            lambda: p.client.lines(max=0),
        ):
            with pytest.raises((TypeError, ValueError)):
                call()

    run_coroutine(main())


def test_many_tasks_are_answered_at_close(pair):
    p = pair()

    async def main():
        tasks = [asyncio.ensure_future(give(p.client.read_exactly(1))) for _ in range(50)]
        await asyncio.sleep(0)
        p.client.destroy()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert [error.code for error in run_coroutine(main())] == ["ERR_STREAM_PREMATURE_CLOSE"] * 50


def test_an_await_inside_turn_is_refused_when_it_would_wait(pair):
    p = pair()

    async def main():
        p.peer.write("x")
        assert await p.client.read_exactly(1) == b"x"
        with pynet.turn(), pytest.raises(RuntimeError, match=r"inside turn\(\)"):
            await p.client.read_exactly(1)

    run_coroutine(main())
    assert wait_until(lambda: p.client.readable_flowing is None)


def test_a_thread_without_a_loop_gets_data_and_one_with_a_loop_an_awaitable(pair):
    p = pair()
    p.peer.write("abc")
    assert p.client.read_exactly(1) == b"a"

    async def main():
        awaitable = p.client.read_exactly(1)
        in_thread = await asyncio.to_thread(p.client.read_exactly, 1)
        return in_thread, await awaitable

    assert run_coroutine(main()) == (b"b", b"c")
