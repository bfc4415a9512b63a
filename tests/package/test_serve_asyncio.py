"""pynet.aio.serve(): a task for each connection."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import struct

import pytest

import pynet
from helpers import raw_client, run_coroutine, wait_until
from pynet import _run


@pytest.fixture
def log(caplog):
    """The messages of the logger pynet.server."""
    caplog.set_level(logging.WARNING)
    _run.lost.reset()
    yield lambda: [r.getMessage() for r in caplog.records if r.name == "pynet.server"]
    _run.lost.reset()


def note_exceptions():
    """What the exception handler of this asyncio loop gets from now on."""
    seen = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: seen.append(context))
    return seen


async def until(condition):
    """Lets the tasks run until it holds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def echo_lines(sock):
    async for line in sock.lines():
        sock.write(line + b"\n")


async def ask(srv, data=b"x\n"):
    async with await pynet.aio.connect(srv.address()) as sock:
        sock.write(data)
        return await sock.read_until("\n", timeout=5)


def test_it_serves(where):
    async def main():
        srv = await pynet.aio.serve(echo_lines, *where)
        assert srv.listening
        assert await asyncio.gather(*(ask(srv) for _ in range(5))) == [b"x\n"] * 5
        assert await srv.shutdown(5) == 0

    run_coroutine(main())


def test_the_socket_is_closed_after_the_handler_and_what_was_written_is_sent(where):
    data = bytes(1 << 20)

    async def handler(sock):
        sock.write(data)

    async def main():
        srv = await pynet.aio.serve(handler, *where)
        sock = await pynet.aio.connect(srv.address())
        got = b"".join([chunk async for chunk in sock])
        await srv.shutdown(5)
        return got

    assert run_coroutine(main()) == data


def test_a_function_may_return_nothing(where):
    async def main():
        srv = await pynet.aio.serve(lambda sock: sock.end("bye"), *where)
        sock = await pynet.aio.connect(srv.address())
        got = b"".join([chunk async for chunk in sock])
        await srv.shutdown(5)
        return got

    assert run_coroutine(main()) == b"bye"


def test_limit_is_how_many_there_are_at_a_time(where):
    inside = []

    async def main():
        gate = asyncio.Semaphore(0)

        async def handler(sock):
            inside.append(sock)
            await gate.acquire()
            sock.write("bye\n")

        srv = await pynet.aio.serve(handler, *where, limit=2)
        clients = [await pynet.aio.connect(srv.address()) for _ in range(5)]
        await until(lambda: len(inside) == 2)
        assert len(srv.connections) == 2  # the others wait in the kernel
        for n in range(5):
            gate.release()
            await until(lambda n=n: len(inside) == min(5, n + 3))
        for sock in clients:
            assert await sock.read_until("\n", timeout=5) == b"bye\n"
            sock.destroy()
        await srv.shutdown(5)

    run_coroutine(main())


@pytest.mark.parametrize("kind", ["tcp"])
def test_a_reset_ends_that_handler_only(where, log):
    async def main():
        seen = note_exceptions()
        srv = await pynet.aio.serve(echo_lines, *where)
        client = raw_client(srv)
        await until(lambda: srv.connections)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
        await until(lambda: not srv.connections)
        await until(log)
        assert await ask(srv) == b"x\n"
        await srv.shutdown(5)
        assert seen == []

    run_coroutine(main())
    assert "ECONNRESET" in log()[0]


def test_a_line_over_the_limit_ends_that_handler_only(where, log):
    async def handler(sock):
        async for _ in sock.lines(max=10):
            pass

    async def main():
        seen = note_exceptions()
        srv = await pynet.aio.serve(handler, *where)
        with raw_client(srv) as client:
            client.sendall(bytes(11))
            await until(lambda: log() and not srv.connections)
        await srv.shutdown(5)
        assert seen == []

    run_coroutine(main())
    assert len(log()) == 1


def test_a_timeout_of_asyncio_ends_that_handler_only(where, log):
    """Its TimeoutError has no text."""

    async def handler(sock):
        async with asyncio.timeout(0.01):
            await sock.read_exactly(1)

    async def main():
        seen = note_exceptions()
        srv = await pynet.aio.serve(handler, *where)
        with raw_client(srv):
            await until(lambda: log() and not srv.connections)
        await srv.shutdown(5)
        assert seen == []

    run_coroutine(main())
    assert log()[0].endswith("has ended: TimeoutError")


def test_a_handler_answers_after_the_end_of_the_client(where):
    async def handler(sock):
        sock.write(b"".join([chunk async for chunk in sock]).upper())

    async def main():
        srv = await pynet.aio.serve(handler, *where)
        async with await pynet.aio.connect(srv.address(), allow_half_open=True) as sock:
            sock.end(b"abc")
            assert b"".join([chunk async for chunk in sock]) == b"ABC"
        assert await srv.shutdown(5) == 0

    run_coroutine(main())


def test_an_exception_goes_to_the_exception_handler_and_ends_that_handler_only(where, log):
    error = ValueError("mine")

    async def handler(sock):
        if await sock.read_exactly(2) == b"x\n":
            raise error
        sock.write("fine\n")

    async def main():
        seen = note_exceptions()
        srv = await pynet.aio.serve(handler, *where)
        with pytest.raises(pynet.NetError):
            await ask(srv)
        await until(lambda: seen)
        assert await ask(srv, b"y\n") == b"fine\n"
        await srv.shutdown(5)
        return seen

    seen = run_coroutine(main())
    assert [context["exception"] for context in seen] == [error]
    assert isinstance(seen[0]["socket"], pynet.Socket)
    assert log() == []


def test_shutdown_destroys_after_its_timeout_and_that_is_no_error(where, log):
    async def main():
        seen, before = note_exceptions(), asyncio.all_tasks()
        srv = await pynet.aio.serve(lambda sock: sock.read_exactly(1), *where)
        sock = await pynet.aio.connect(srv.address(), allow_half_open=True)
        await until(lambda: srv.connections)
        assert await srv.shutdown(0) == 1
        sock.destroy()
        await until(lambda: asyncio.all_tasks() == before)
        assert seen == []

    run_coroutine(main())
    assert log() == []


def test_the_end_of_asyncio_run_cancels_the_handlers_and_closes_the_server(where):
    began, ended, made = [], [], []

    async def handler(sock):
        began.append(sock)
        try:
            await sock.read_exactly(1)
        except asyncio.CancelledError:
            ended.append(sock)
            raise

    async def main():
        made.append(await pynet.aio.serve(handler, *where))
        made.append(raw_client(made[0]))
        await until(lambda: began)

    run_coroutine(main())
    srv, client = made
    assert client.recv(1) == b""
    client.close()
    assert len(ended) == 1 and not srv.listening
    assert wait_until(lambda: ended[0].destroyed and not srv.connections)


def test_its_tasks_are_not_collected(where):
    async def main():
        srv = await pynet.aio.serve(echo_lines, *where)
        sock = await pynet.aio.connect(srv.address())
        await until(lambda: srv.connections)
        gc.collect()
        sock.write("x\n")
        assert await sock.read_until("\n", timeout=5) == b"x\n"
        sock.destroy()
        await srv.shutdown(5)

    run_coroutine(main())


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_listen_fails(where, server):
    busy = server().address()

    async def main():
        with pytest.raises(OSError, match="EADDRINUSE"):
            await pynet.aio.serve(echo_lines, *([busy] if isinstance(busy, str) else [busy.port, busy.address]))
        with pytest.raises(OSError, match="getaddrinfo"):
            await pynet.aio.serve(echo_lines, 0, "no.such.name.invalid")

    run_coroutine(main())


def test_wrong_arguments():
    async def main():
        with pytest.raises(TypeError, match="handler"):
            await pynet.aio.serve(None, 0)
        for limit, error in ((0, ValueError), ("1", TypeError), (True, TypeError)):
            with pytest.raises(error, match="limit"):
                await pynet.aio.serve(echo_lines, 0, limit=limit)

    run_coroutine(main())
