"""A wait for data belongs to its connection: if connect() follows destroy(), it ends, and takes nothing of the next."""

import asyncio

import pytest

import pynet
from helpers import run_coroutine, target

CALLS = {
    "read_exactly": lambda sock: sock.read_exactly(3),
    "read_until": lambda sock: sock.read_until(b"\n"),
    "chunks": lambda sock: anext(aiter(sock.chunks())),
    "lines": lambda sock: anext(aiter(sock.lines())),
}


@pytest.fixture
def silent(server):
    """A server whose first connection is silent; the next ones get what `later` has."""
    later, seen = [], []

    def on_connection(sock):
        sock.on("error", lambda err: None)
        seen.append(sock)
        if len(seen) > 1:
            for chunk in later:
                sock.write(chunk)

    srv = server(on_connection)
    srv.user_data = later
    return srv


async def ask(sock, call):
    return await CALLS[call](sock)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("data", [[], [b"hello\n"]], ids=["silent", "data"])
def test_a_wait_ends_with_its_connection(silent, call, data):
    silent.user_data.extend(data)

    async def main():
        sock = await pynet.aio.connect(target(silent))
        wait = asyncio.ensure_future(ask(sock, call))
        await asyncio.sleep(0)  # the task has begun to wait
        sock.destroy()
        sock.connect(target(silent))
        with pytest.raises(pynet.NetError) as caught:
            await wait
        if data:
            assert await sock.read_exactly(6) == b"hello\n"
        sock.destroy()
        return caught.value.code

    assert run_coroutine(main()) == "ERR_STREAM_PREMATURE_CLOSE"


@pytest.mark.parametrize("call", CALLS)
def test_a_wait_raises_the_error_that_destroyed_its_connection(silent, call):
    async def main():
        sock = await pynet.aio.connect(target(silent))
        wait = asyncio.ensure_future(ask(sock, call))
        await asyncio.sleep(0)
        sock.destroy(ValueError("mine"))
        sock.connect(target(silent))
        with pytest.raises((ValueError, pynet.NetError)) as caught:
            await wait
        sock.destroy()
        return type(caught.value)

    assert run_coroutine(main()) in (ValueError, pynet.NetError)


def test_a_wait_that_begins_before_connect_belongs_to_that_connection(server):
    srv = server(lambda sock: sock.end(b"hello"))

    async def main():
        sock = pynet.Socket()
        wait = asyncio.ensure_future(ask(sock, "read_exactly"))
        await asyncio.sleep(0)
        sock.connect(target(srv))
        data = await wait
        sock.destroy()
        return data

    assert run_coroutine(main()) == b"hel"
