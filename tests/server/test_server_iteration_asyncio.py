"""`async for sock in server` under asyncio."""

from __future__ import annotations

import asyncio
import gc

import pytest

import pynet
from helpers import raw_client, run_coroutine, target
from server_loops import InThread, answer_all, ask


async def serve(srv):
    count = 0
    async for sock in srv:
        await sock.read_exactly(1)
        sock.end("!")
        sock.resume()
        count += 1
    return count


def test_async_for(bare):
    async def main():
        task = asyncio.create_task(serve(srv))
        answers = [await asyncio.to_thread(ask, srv) for _ in range(5)]
        srv.close()
        return await task, answers

    srv = bare()
    assert run_coroutine(main()) == (5, [b"!"] * 5)


def test_several_tasks_share_the_connections(bare):
    async def main():
        tasks = [asyncio.create_task(serve(srv)) for _ in range(3)]
        answers = await asyncio.gather(*(asyncio.to_thread(ask, srv) for _ in range(12)))
        srv.close()
        return sum([await task for task in tasks]), answers

    srv = bare()
    assert run_coroutine(main()) == (12, [b"!"] * 12)


def test_a_task_for_each_connection(bare):
    async def handle(sock):
        async with sock:
            async for chunk in sock:
                sock.write(chunk)

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(clients())
            async for sock in srv:
                group.create_task(handle(sock))

    async def clients():
        async with pynet.connect(target(srv)) as one, pynet.connect(target(srv)) as other:
            for sock in (one, other):
                sock.write("echo")
                assert await sock.read_exactly(4) == b"echo"
        srv.close()

    srv = bare(allow_half_open=True)
    run_coroutine(main())


def test_a_cancelled_task_leaves_the_loop(bare):
    async def main():
        task = asyncio.create_task(serve(srv))
        assert await asyncio.to_thread(ask, srv) == b"!"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        await asyncio.sleep(0)  # asyncio holds the task as long as this step of main() lasts
        gc.collect()
        again = asyncio.create_task(serve(srv))
        assert await asyncio.to_thread(ask, srv) == b"!"
        srv.close()
        return await again

    srv = bare()
    assert run_coroutine(main()) == 1


def test_a_cancelled_wait_does_not_end_the_iterator(bare):
    async def main():
        loop = aiter(srv)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(loop), 0.01)
        client = await asyncio.to_thread(raw_client, srv)
        sock = await anext(loop)
        sock.destroy()
        client.close()
        await loop.aclose()
        return [sock async for sock in loop]

    srv = bare()
    assert run_coroutine(main()) == []


def test_async_for_raises_the_error_of_the_server(bare, tmp_path):
    async def main():
        loop = aiter(srv)
        with pynet.turn():  # elsewhere listen() raises
            srv.listen(tmp_path / "missing" / "s")
        with pytest.raises(pynet.NetError, match="ENOENT|EACCES"):
            await anext(loop)
        return [sock async for sock in loop]

    srv = bare(listen=False)
    assert run_coroutine(main()) == []


def test_async_with_closes_the_iterator(bare):
    async def main():
        async with aiter(srv) as loop:
            client = await asyncio.to_thread(raw_client, srv)
            (await anext(loop)).destroy()
            client.close()
        return [sock async for sock in loop]

    srv = bare()
    assert run_coroutine(main()) == []


def test_a_thread_and_a_task_share_the_connections(bare):
    async def main():
        task = asyncio.create_task(serve(srv))
        answers = [await asyncio.to_thread(ask, srv) for _ in range(10)]
        srv.close()
        return await task, answers

    srv = bare()
    thread = InThread(answer_all, srv)
    count, answers = run_coroutine(main())
    assert answers == [b"!"] * 10
    assert count + thread.join() == 10


def test_who_gives_up_waiting_for_a_connection_is_forgotten():
    async def main():
        async with await pynet.aio.listen(0, "127.0.0.1") as srv:
            connections = aiter(srv)
            for _ in range(3):
                task = asyncio.ensure_future(anext(connections))
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert len(connections._waiters._wakers) == 0
            await connections.aclose()

    asyncio.run(main())
