"""Attached to asyncio loops that end, that do not run, and beside others; eager tasks; many threads."""

import asyncio
import gc
import sys
import threading

import pytest

import pynet


def driver():
    return pynet._pynet._driver()


async def listen(where):
    """A server that sends one byte."""
    return await pynet.aio.listen(*where, listener=lambda sock: sock.end(b"x"))


def test_a_loop_that_is_closed_under_it(loop_factory, where):
    loop = loop_factory()
    pynet.run(lambda: None)  # no thread drives now
    listening = loop.run_until_complete(listen(where))
    loop.close()
    assert driver()[0] != "attached"
    client = pynet.connect(listening.address())
    assert client.read_exactly(1) == b"x"
    client.destroy()
    listening.close()


def test_a_loop_that_is_dropped(where):
    loop = asyncio.SelectorEventLoop()
    pynet.run(lambda: None)
    server = loop.run_until_complete(listen(where))
    loop._ssock.close()  # asyncio warns of a loop that is not closed
    loop._csock.close()
    loop._selector.close()
    loop._closed = True
    del loop
    gc.collect()
    client = pynet.connect(server.address())
    assert client.read_exactly(1) == b"x"
    client.destroy()
    server.close()


def test_a_block_whose_loop_is_closed(loop_factory, where):
    loop = loop_factory()

    async def main():
        async with pynet.aio.attached():
            await asyncio.Event().wait()

    task = loop.create_task(main())
    loop.run_until_complete(asyncio.sleep(0))
    assert driver() == ("attached", True)
    loop.close()
    assert driver()[0] != "attached"
    called = threading.Event()
    pynet.next_tick(called.set)
    assert called.wait(10)
    task._log_destroy_pending = False


def test_a_second_loop_in_another_thread(run, where):
    async def other(address):
        async with await pynet.aio.connect(address) as client:
            client.write(b"hello")
            return await client.read_exactly(5), driver()

    async def main():
        server = await pynet.aio.listen(*where, listener=lambda sock: sock.on("data", sock.write).on("end", sock.end))
        got = await asyncio.to_thread(lambda: asyncio.run(other(server.address())))
        server.close()
        return got

    assert run(main()) == (b"hello", ("attached", False))


def test_waits_of_threads_while_attached(run, where):
    def talk(address):
        with pynet.connect(address) as sock:
            sock.write(b"hello")
            return sock.read_exactly(5)

    async def main():
        server = await pynet.aio.listen(*where, listener=lambda sock: sock.on("data", sock.write).on("end", sock.end))
        got = await asyncio.gather(*(asyncio.to_thread(talk, server.address()) for _ in range(4)))
        server.close()
        return got

    assert run(main()) == [b"hello"] * 4


def test_a_second_loop_on_the_same_thread_takes_an_automatic_attachment(loop_factory, where):
    pynet.run(lambda: None)
    first, second = loop_factory(), loop_factory()
    server = first.run_until_complete(listen(where))

    async def talk():
        client = await pynet.aio.connect(server.address())
        return await client.read_exactly(1), client

    assert pynet._pynet._attached().host is first
    got, client = second.run_until_complete(talk())
    assert got == b"x"
    assert pynet._pynet._attached().host is second
    client.destroy()
    server.close()
    first.close()
    assert pynet._pynet._attached().host is second
    second.close()
    assert driver()[0] != "attached"


def test_a_wait_in_a_second_loop_takes_it_too(loop_factory, where):
    pynet.run(lambda: None)
    first, second = loop_factory(), loop_factory()
    server = first.run_until_complete(listen(where))

    async def wait():
        client = pynet.connect(server.address())
        got = await client.read_exactly(1)
        client.destroy()
        return got

    assert second.run_until_complete(wait()) == b"x"
    server.close()
    first.close()
    second.close()


def test_a_wait_in_a_second_loop_does_not_take_attached(loop_factory):
    first, second = loop_factory(), loop_factory()
    leave = asyncio.Event()

    async def block():
        async with pynet.aio.attached():
            await leave.wait()

    async def wait():
        client = pynet.connect(1, "127.0.0.1")
        try:
            await pynet.once(client, "connect")
        finally:
            client.on("error", lambda err: None).destroy()

    task = first.create_task(block())
    first.run_until_complete(asyncio.sleep(0))
    with pytest.raises(RuntimeError, match=r"attached to <.*, which does not run while <.*running=True"):
        second.run_until_complete(wait())
    leave.set()
    first.run_until_complete(task)
    first.close()
    second.close()


@pytest.mark.parametrize("in_thread", [False, True], ids=["same thread", "another thread"])
def test_a_wait_that_blocks_ends_an_automatic_attachment_whose_loop_does_not_run(loop_factory, where, in_thread):
    pynet.run(lambda: None)
    loop = loop_factory()
    server = loop.run_until_complete(listen(where))
    assert driver() == ("attached", True)
    got = []

    def read():
        with pynet.connect(server.address()) as client:
            got.append(client.read_exactly(1))

    if in_thread:
        thread = threading.Thread(target=read)
        thread.start()
        thread.join(10)
    else:
        read()
    assert got == [b"x"]
    assert driver() == ("background", False)
    loop.run_until_complete(asyncio.sleep(0))  # it has no reader any more
    server.close()
    loop.close()


def test_run_of_pynet_ends_an_automatic_attachment_whose_loop_does_not_run(loop_factory, where):
    pynet.run(lambda: None)
    loop = loop_factory()
    server = loop.run_until_complete(listen(where))
    got = []

    def main():
        client = pynet.connect(server.address())
        client.on("data", got.append).on("close", lambda had_error: server.close())

    pynet.run(main)
    assert got == [b"x"]
    loop.close()


def test_run_of_aio_ends_it_too(run, loop_factory, where):
    pynet.run(lambda: None)
    loop = loop_factory()
    server = loop.run_until_complete(listen(where))

    async def main():
        async with await pynet.aio.connect(server.address()) as client:
            got = await client.read_exactly(1)
        server.close()
        return got, driver()

    assert run(main()) == (b"x", ("attached", True))
    loop.close()


# --- eager tasks ---


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
def test_an_eager_task_waits_inside_a_listener(run, where):
    async def main():
        loop = asyncio.get_running_loop()
        tasks = []

        async def answer(sock):
            assert pynet._private.inside()
            sock.end(await sock.read_exactly(2))

        def on_connection(sock):
            tasks.append(asyncio.Task(answer(sock), loop=loop, eager_start=True))

        server = await pynet.aio.listen(*where, listener=on_connection)
        client = await pynet.aio.connect(server.address())
        client.write(b"hi")
        got = await client.read_exactly(2)
        await asyncio.gather(*tasks)
        client.destroy()
        server.close()
        return got

    assert run(main()) == b"hi"


# --- many threads ---


@pytest.mark.slow
def test_no_wake_is_lost_between_four_threads_and_the_loop(run):
    each = 25_000

    def ping():
        answered = threading.Lock()
        answered.acquire()
        for _ in range(each):
            pynet.next_tick(answered.release)
            assert answered.acquire(timeout=10)

    async def main():
        await asyncio.gather(*(asyncio.to_thread(ping) for _ in range(4)))

    run(main())
