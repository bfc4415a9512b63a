"""Fixtures of finished() and pipeline(), and of the streams of pynet.aio."""

from __future__ import annotations

import asyncio
import contextlib
import types

import pytest

import pynet
from asyncio_streams import OURS
from helpers import Recorder, run_coroutine, target, wait_until


@pytest.fixture
def lines(server):
    """lines(n): n connections. Each has .outer, the test's end, and .inner, the one that goes into the pipeline."""
    made, waiting, servers = [], [], []

    def line(**options):
        if not servers:
            servers.append(server(waiting.append, allow_half_open=True))
        inner = pynet.connect({**target(servers[0]), **options})
        made.append(inner)
        Recorder(inner, "connect").wait("connect")
        assert wait_until(lambda: waiting)
        outer = waiting.pop()
        outer.on("error", lambda err: None)
        made.append(outer)
        return types.SimpleNamespace(inner=inner, outer=outer)

    yield lambda n, **options: [line(**options) for _ in range(n)]
    for sock in made:
        sock.destroy()


@pytest.fixture(params=["pynet", "asyncio"])
def streams(request):
    """The module whose functions the program uses."""
    return OURS if request.param == "pynet" else asyncio


@pytest.fixture
def talk(streams, kind, tmp_path):
    """talk(serve, client): runs `await client(reader, writer)` against a server that awaits `serve(reader, writer)`."""

    def run(serve, client, **options):
        async def main():
            done = asyncio.get_running_loop().create_future()

            async def handle(reader, writer):
                try:
                    await serve(reader, writer)
                finally:
                    writer.close()
                    if not done.done():
                        done.set_result(None)

            if kind == "tcp":
                server = await streams.start_server(handle, "127.0.0.1", 0)
                address = server.sockets[0].getsockname()
                reader, writer = await streams.open_connection(*address, **options)
            else:
                path = str(tmp_path / "s.sock")
                server = await streams.start_unix_server(handle, path)
                reader, writer = await streams.open_unix_connection(path, **options)
            try:
                result = await client(reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await done
            server.close()
            await server.wait_closed()
            return result

        return run_coroutine(main())

    return run
