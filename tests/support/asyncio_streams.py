"""asyncio's streams and pynet's: what tests of both use."""

from __future__ import annotations

import asyncio
import types

import pynet

OURS = types.SimpleNamespace(**{name: getattr(pynet.aio, name) for name in pynet.aio.__all__})


def sends(*chunks, end=True):
    """A server's handler that sends bytes, a pause of the loop between them, and ends."""

    async def serve(reader, writer):
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
            await asyncio.sleep(0.001)
        if not end:
            await reader.read()

    return serve


async def echo(reader, writer):
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


async def echo_to_the_end(reader, writer):
    """A handler of a server."""
    try:
        await echo(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def visit(reader, writer):
    """What such a server sends back, to its end: then it has closed."""
    writer.write(b"hello")
    writer.write_eof()
    data = await reader.read()
    writer.close()
    await writer.wait_closed()
    return data
