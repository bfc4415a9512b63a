"""once() and drain() under asyncio: answers, cancelling, loops that are closed."""

from __future__ import annotations

import asyncio
import threading

import pytest

import pynet
from helpers import listeners_of, run_coroutine, target, wait_until

BIG = b"x" * 8_000_000


def test_an_event_is_awaited(server):
    srv = server()

    async def main():
        client = pynet.connect(target(srv))
        assert await pynet.once(client, "connect") is None
        assert await pynet.once(client, "connect") is None
        client.destroy()
        return await pynet.once(client, "close")

    assert run_coroutine(main()) is False


def test_results_are_none_the_argument_or_a_tuple():
    emitter = pynet.EventEmitter()

    async def main():
        waits = [asyncio.ensure_future(pynet.once(emitter, name)) for name in ("none", "one", "two")]
        await asyncio.sleep(0)
        emitter.emit("none")
        emitter.emit("one", 1)
        emitter.emit("two", 1, 2)
        return await asyncio.gather(*waits)

    assert run_coroutine(main()) == [None, 1, (1, 2)]


def test_an_error_is_raised(tmp_path):
    async def main():
        await pynet.once(pynet.connect({"path": str(tmp_path / "nobody")}), "connect")

    with pytest.raises(FileNotFoundError):
        run_coroutine(main())


def test_a_premature_close_is_raised(pair):
    p = pair()

    async def main():
        future = pynet.once(p.client, "end")
        p.client.destroy()
        await future

    with pytest.raises(pynet.NetError) as caught:
        run_coroutine(main())
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_drain_lets_a_writer_obey(pair):
    p = pair()
    total = 0
    p.peer.resume()

    async def main():
        nonlocal total
        highest = 0
        for _ in range(200):
            p.client.write(b"x" * 100_000)
            await p.client.drain()
            highest = max(highest, p.client.writable_length)
            total += 100_000
        return highest

    assert run_coroutine(main()) < 65536
    p.client.end()
    p.client.wait("finish", timeout=5)
    assert wait_until(lambda: p.peer.bytes_read == total)


def test_many_tasks_are_answered_at_close(pair):
    p = pair()

    async def main():
        tasks = [asyncio.ensure_future(pynet.once(p.client, name)) for name in ("end", "close") * 25]
        await asyncio.sleep(0)
        p.client.destroy()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = run_coroutine(main())
    assert [getattr(r, "code", r) for r in results] == ["ERR_STREAM_PREMATURE_CLOSE", False] * 25


def test_several_may_await_one_future(pair):
    p = pair()

    async def awaiting(future):
        return await future

    async def main():
        future = pynet.once(p.client, "close")
        tasks = [asyncio.ensure_future(awaiting(future)) for _ in range(5)]
        await asyncio.sleep(0)
        p.client.destroy()
        return await asyncio.gather(*tasks)

    assert run_coroutine(main()) == [False] * 5


def test_a_cancelled_await_takes_the_listeners_away(pair):
    p = pair()
    before = listeners_of(p.client)

    async def main():
        future = pynet.once(p.client, "end")

        async def awaiting():
            await future

        task = asyncio.ensure_future(awaiting())
        await asyncio.sleep(0)
        assert len(listeners_of(p.client)) > len(before)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert future.cancelled()

    run_coroutine(main())
    assert listeners_of(p.client) == before


@pytest.mark.parametrize("timeout", [0, 0.01])
def test_wait_for_times_out_and_cleans_up(pair, timeout):
    p = pair()
    before = listeners_of(p.client)

    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pynet.once(p.client, "end"), timeout)

    run_coroutine(main())
    assert listeners_of(p.client) == before


def test_a_cancelled_future_is_a_cancelled_await(pair):
    p = pair()

    async def main():
        future = pynet.once(p.client, "end")
        asyncio.get_running_loop().call_soon(future.cancel)
        await future

    async def outer():
        with pytest.raises(asyncio.CancelledError):
            await asyncio.ensure_future(main())

    run_coroutine(outer())


def test_a_loop_that_is_closed_disturbs_nobody(pair, caplog):
    p = pair()
    loop = asyncio.new_event_loop()
    future = pynet.once(p.client, "close")

    async def awaiting():
        await future

    task = loop.create_task(awaiting())
    loop.run_until_complete(asyncio.sleep(0))
    task._log_destroy_pending = False  # that is asyncio's to say, and is not what is tested
    loop.close()
    p.client.destroy()
    assert future.result(timeout=5) is False
    assert caplog.text == ""
    task.get_coro().close()


def test_two_loops_in_two_threads_wait_for_one_socket(pair):
    p = pair()
    results = []

    async def main():
        results.append(await pynet.once(p.client, "close"))

    threads = [threading.Thread(target=run_coroutine, args=(main(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(listeners_of(p.client)) >= 4)
    p.client.destroy()
    for thread in threads:
        thread.join(5)
    assert results == [False, False]


def test_an_await_inside_turn_is_refused(pair):
    p = pair()

    async def main():
        with pynet.turn():
            with pytest.raises(RuntimeError, match=r"inside turn\(\)"):
                await pynet.once(p.client, "close")
            assert await pynet.once(p.client, "connect") is None

    run_coroutine(main())


def test_the_futures_of_pynet_work_with_wrap_future(pair):
    p = pair()

    async def main():
        future = asyncio.wrap_future(pynet.once(p.client, "close"))
        p.client.destroy()
        return await future

    assert run_coroutine(main()) is False
