"""A million reads that wait, by a task or a thread: the memory stays flat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pynet

MESSAGE = b"x" * 1000
PARTS = 4  # the first one is for what allocators take once


async def awaited(total: int, note: Callable[[], object]) -> None:
    server = await pynet.aio.listen(0, "127.0.0.1")
    client = await pynet.aio.connect(server.address())
    peer = await server.accept()
    for _ in range(PARTS):
        for _ in range(total // PARTS):
            client.write(MESSAGE)
            assert await peer.read_exactly(len(MESSAGE)) == MESSAGE
        note()
    for each in (client, peer):
        each.destroy()
    server.close()
    await server.wait("close")


def attached(total: int, note: Callable[[], object]) -> None:
    pynet.aio.run(awaited(total, note))


def beside(total: int, note: Callable[[], object]) -> None:
    asyncio.run(awaited(total, note))


def in_thread(total: int, note: Callable[[], object]) -> None:
    server = pynet.create_server().listen(0, "127.0.0.1")
    client = pynet.connect(server.address())
    peer = server.accept()
    for _ in range(PARTS):
        for _ in range(total // PARTS):
            client.write(MESSAGE)
            assert peer.read_exactly(len(MESSAGE)) == MESSAGE
        note()
    for each in (client, peer):
        each.destroy()
    server.close()
    server.wait("close")


WAYS = {"attached": attached, "beside the background thread": beside, "in a thread": in_thread}
