"""connect(), listen() and serve() to be awaited, under asyncio. Also importable as pynet.promises, Node's net.promises.

pynet's own loop does the work, on its thread; the results are the ordinary sockets and servers, with their listeners,
`async for` and `async with`. This module does not import asyncio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from pynet import _private, _pynet
from pynet._serve import _TaskHandler, make_server, serve_tasks
from pynet._support import MISSING, check_size, given
from pynet._waiting import once

if TYPE_CHECKING:
    from pynet._options import Address, AioListenOptions, ConnectOptions, Handle, Host, Listener, Places

__all__ = ["connect", "listen", "serve"]


def _ignore(error: BaseException) -> None:
    """An `error` listener of a server that is abandoned."""


async def connect(
    address: Address | ConnectOptions = MISSING,
    host: Host | Listener = None,
    listener: Listener = None,
    /,
    **options: Unpack[ConnectOptions],
) -> _pynet.Socket:
    """connect(port, host="localhost"), connect(path), connect(options): a connected Socket, to be awaited.

    Takes what pynet.connect() takes, and raises at the `await` what that raises, and what an "error" event before
    "connect" carries. When the await is cancelled the socket is destroyed. Node: net.promises.connect().
    """
    socket = _pynet.connect(*given(address, host, listener), **options)
    try:
        await once(socket, "connect")
    except BaseException:
        socket.destroy()
        raise
    return socket


async def listen(
    address: Address | Places | Handle | AioListenOptions | Listener = None,
    host: Host | int | Listener = None,
    backlog: int | Listener = None,
    callback: Listener = None,
    /,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server:
    """listen(port=0, host=None, backlog=511), listen(path), listen(options): a listening Server, to be awaited.

    Takes what Server.listen() takes and the options of Server, `listener` among them: a function that gets each
    connection, beside or instead of `async for`. Raises at the `await` what both raise, and what an "error" event
    carries, or an AbortError when its `signal` is aborted first. When the await is cancelled the server is closed.
    Node: net.promises.listen().
    """
    server, mapping, own = make_server(address, options)
    server.listen(*given(address, host, backlog, callback), **own)
    try:
        await once(server, "listening", mapping, signal=own.get("signal"))
    except BaseException:
        server.on("error", _ignore)  # listen() may still fail, and there is no caller to handle it
        server.close()  # it may listen already, or look up its host
        raise
    return server


async def serve(
    handler: _TaskHandler,
    address: Address | Places | Handle | AioListenOptions | Listener = None,
    host: Host | int | Listener = None,
    backlog: int | Listener = None,
    callback: Listener = None,
    /,
    *,
    limit: int | None = None,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server:
    """serve(handler, port=0, host=None, backlog=511): a Server that listens, and a task for each connection.

    Each task awaits handler(sock), and closes the socket after it. `limit` is how many connections there may be at a
    time: the others wait in the system's queue. Takes what listen() takes, and raises what it raises.
    server.shutdown() ends it; so does the end of asyncio.run(), which cancels the handlers.

    What a peer or the network does ends that handler only, with a line of the logger pynet.server. Other exceptions of
    a handler go to the exception handler of the asyncio loop, and its connection is destroyed.
    """
    if not callable(handler):
        _private.raise_arg_type("handler", "a function", handler)
    if limit is not None:
        check_size("limit", limit, 1)
    server = await listen(address, host, backlog, callback, **options)
    serve_tasks(server, handler, limit)
    return server
