"""`async for chunk in sock`: chunks, ends, errors, cancelling, loops left early."""

from __future__ import annotations

import asyncio

import pytest

import pynet
from helpers import Recorder, listeners_of, run_coroutine, target, wait_until


async def read_all(chunks):
    return [chunk async for chunk in chunks]


def test_it_gives_all_that_comes_and_stops_at_the_end(pair):
    p = pair()
    data = bytes(range(256)) * 4000
    p.peer.end(data)
    assert b"".join(run_coroutine(read_all(p.client))) == data


def test_it_waits_for_each_chunk(pair):
    p = pair()
    got = []

    async def main():
        p.peer.write("0")
        async for chunk in p.client:
            got.append(chunk)
            if len(got) == 5:
                p.peer.end()
            elif len(got) < 5:
                p.peer.write(str(len(got)))

    run_coroutine(main())
    assert got == [b"0", b"1", b"2", b"3", b"4"]


def test_other_tasks_run_while_it_waits(pair):
    p = pair()

    async def main():
        task = asyncio.ensure_future(read_all(p.client))
        for _ in range(10):
            await asyncio.sleep(0)
        p.peer.end("x")
        return await task

    assert run_coroutine(main()) == [b"x"]


def test_many_connections_in_one_loop(server):
    async def serve(sock):
        async with sock:
            async for chunk in sock:
                sock.write(chunk)
                await sock.drain()

    async def main():
        loop = asyncio.get_running_loop()
        tasks = []
        srv = server(lambda sock: loop.call_soon_threadsafe(lambda: tasks.append(loop.create_task(serve(sock)))))
        clients = [pynet.connect(target(srv)) for _ in range(20)]
        for i, client in enumerate(clients):
            client.end(f"{i}" * 1000)
        echoes = await asyncio.gather(*(read_all(client) for client in clients))
        await asyncio.gather(*tasks)
        return echoes

    assert [b"".join(echo) for echo in run_coroutine(main())] == [f"{i}".encode() * 1000 for i in range(20)]


def test_an_error_while_it_waits_is_raised(pair):
    p = pair()
    pynet.set_timeout(lambda: p.client.destroy(ValueError("mine")), 10)
    with pytest.raises(ValueError, match="mine"):
        run_coroutine(read_all(p.client))


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_destroyed_socket_is_a_premature_close(pair, when):
    p = pair()
    if when == "before":
        p.client.destroy()
    else:
        pynet.set_timeout(p.client.destroy, 10)
    with pytest.raises(pynet.NetError) as caught:
        run_coroutine(read_all(p.client))
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_a_loop_left_early_keeps_the_socket_and_takes_its_listeners(pair):
    p = pair()
    before = listeners_of(p.client)

    async def main():
        p.peer.write("x")
        async for _ in p.client:
            break
        assert listeners_of(p.client) == before
        p.peer.end("y")
        return await read_all(p.client)

    assert run_coroutine(main()) == [b"y"]


def test_a_cancelled_loop_loses_nothing_and_takes_its_listeners(pair):
    p = pair()
    before = listeners_of(p.client)

    async def main():
        task = asyncio.ensure_future(read_all(p.client))
        await asyncio.sleep(0)
        assert len(listeners_of(p.client)) > len(before)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        del task
        await asyncio.sleep(0)  # asyncio lets its step go
        assert listeners_of(p.client) == before
        p.peer.end("hello")
        return await read_all(p.client)

    assert run_coroutine(main()) == [b"hello"]


def test_a_step_that_times_out_loses_nothing(pair):
    p = pair()

    async def main():
        loop = p.client.iterator(destroy_on_return=False)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(loop), 0.001)
        p.peer.end("hello")
        return await read_all(loop)

    assert run_coroutine(main()) == [b"hello"]


def test_iterator_destroys_when_it_is_left_early(pair):
    p = pair()
    events = Recorder(p.client, "error", "close")

    async def main():
        p.peer.write("x")
        async for _ in p.client.iterator():
            break
        assert p.client.destroyed

    run_coroutine(main())
    assert events.wait("close").names == ["error", "close"]
    assert isinstance(events["error"], pynet.AbortError)


def test_with_and_aclose_end_a_loop(pair):
    p = pair()
    before = listeners_of(p.client)

    async def main():
        p.peer.write("x")
        async with p.client.iterator(destroy_on_return=False) as loop:
            assert await anext(loop) == b"x"
        assert listeners_of(p.client) == before
        await loop.aclose()
        return await read_all(loop)

    assert run_coroutine(main()) == []


def test_aclose_ends_a_loop_that_waits(pair):
    p = pair()

    async def main():
        loop = p.client.iterator(destroy_on_return=False)
        task = asyncio.ensure_future(read_all(loop))
        await asyncio.sleep(0)
        await loop.aclose()
        return await task

    assert run_coroutine(main()) == []


def test_a_loop_that_is_closed_disturbs_nobody(pair, caplog):
    p = pair()
    loop = asyncio.new_event_loop()
    chunks = p.client.iterator(destroy_on_return=False)
    coroutine = read_all(chunks)
    task = loop.create_task(coroutine)
    loop.run_until_complete(asyncio.sleep(0))
    task._log_destroy_pending = False  # that is asyncio's to say, and is not what is tested
    loop.close()
    events = Recorder(p.client, "readable")
    p.peer.write("x")
    events.wait("readable")
    coroutine.close()
    assert wait_until(lambda: p.client.readable_length == 1)
    assert caplog.text == ""
