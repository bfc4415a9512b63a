"""What asyncio's peers share, uvloop's too, which run the same code."""

import asyncio

import support


async def serve(factory, place=1):
    """Serve by protocols that `factory` makes; see listen()."""
    loop = asyncio.get_running_loop()
    await listen(loop.create_server, loop.create_unix_server, factory, place)


async def listen(start, start_unix, what, place):
    """Listen at the unix path in argument `place`, or on a free port, announce where, and serve.

    `start` and `start_unix` are functions of asyncio that make a server, and `what` is their first argument.
    """
    path = support.unix_path(place)
    # asyncio and uvloop switch Nagle's algorithm off by themselves; the other servers do it explicitly.
    if path is None:
        server = await start(what, "127.0.0.1", 0, backlog=support.BACKLOG)
        support.announce(server.sockets[0].getsockname()[1])
    else:
        server = await start_unix(what, path, backlog=support.BACKLOG)
        support.announce(path)
    await server.serve_forever()


async def connect(factory, place=1):
    """(transport, protocol) of a connection to the port or unix path in argument `place`."""
    loop = asyncio.get_running_loop()
    where = support.target(place)
    if "port" in where:
        return await loop.create_connection(factory, **where)
    return await loop.create_unix_connection(factory, **where)
