"""connect(), listen() and serve() to be awaited, under asyncio; run() and attached(): asyncio drives pynet's loop.

connect(), listen() and serve() attach pynet to the asyncio loop that runs, unless a thread drives pynet's loop already:
its background thread, run(), or another asyncio loop. The results are the ordinary sockets and servers, with their
listeners, `async for` and `async with`. Also importable as pynet.promises, Node's net.promises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack, overload

from pynet import _private, _pynet
from pynet._attach import attached, automatic, run
from pynet._serve import _TaskHandler, make_server, serve_tasks
from pynet._support import check_size
from pynet._waiting import once

if TYPE_CHECKING:
    from pynet._options import AioListenOptions, ConnectOptions, Host, Pair, Path, Places, Port

__all__ = ["attached", "connect", "listen", "run", "serve"]


def _ignore(error: BaseException) -> None:
    """An `error` listener of a server that is abandoned."""


@overload
async def connect(port: Port, /, **options: Unpack[ConnectOptions]) -> _pynet.Socket: ...
@overload
async def connect(port: Port, host: Host | None, /, **options: Unpack[ConnectOptions]) -> _pynet.Socket: ...
@overload
async def connect(path: Path, /, **options: Unpack[ConnectOptions]) -> _pynet.Socket: ...
@overload
async def connect(address: Pair, /, **options: Unpack[ConnectOptions]) -> _pynet.Socket: ...
@overload
async def connect(options: ConnectOptions, /, **more: Unpack[ConnectOptions]) -> _pynet.Socket: ...
@overload
async def connect(**options: Unpack[ConnectOptions]) -> _pynet.Socket: ...
async def connect(*args: Any, **options: Any) -> _pynet.Socket:
    """connect(port, host="localhost"), connect(path), connect(options): a connected Socket, to be awaited.

    Takes what pynet.connect() takes, and raises at the `await` what that raises, and what an "error" event before
    "connect" carries. When the await is cancelled the socket is destroyed. Node: net.promises.connect().
    """
    automatic()
    socket = _pynet.connect(*args, **options)
    try:
        await once(socket, "connect")
    except BaseException:
        socket.destroy()
        raise
    return socket


@overload
async def listen(port: Port | None = None, /, **options: Unpack[AioListenOptions]) -> _pynet.Server: ...
@overload
async def listen(
    port: Port | None, host: Host | None, backlog: int | None = None, /, **options: Unpack[AioListenOptions]
) -> _pynet.Server: ...
@overload
async def listen(path: Path, backlog: int | None = None, /, **options: Unpack[AioListenOptions]) -> _pynet.Server: ...
@overload
async def listen(
    address: Pair | Places, backlog: int | None = None, /, **options: Unpack[AioListenOptions]
) -> _pynet.Server: ...
@overload
async def listen(options: AioListenOptions, /, **more: Unpack[AioListenOptions]) -> _pynet.Server: ...
async def listen(*args: Any, **options: Any) -> _pynet.Server:
    """listen(port=0, host=None, backlog=511), listen(path), listen(options): a listening Server, to be awaited.

    Takes what Server.listen() takes and the options of Server, `listener` among them: a function that gets each
    connection, beside or instead of `async for`. Raises at the `await` what both raise, and what an "error" event
    carries, or an AbortError when its `signal` is aborted first. When the await is cancelled the server is closed.
    Node: net.promises.listen().
    """
    server, mapping = make_server(args, options)
    automatic()
    server.listen(*args, **options)
    try:
        await once(server, "listening", mapping, signal=options.get("signal"))
    except BaseException:
        server.on("error", _ignore)  # listen() may still fail, and there is no caller to handle it
        server.close()  # it may listen already, or look up its host
        raise
    return server


@overload
async def serve(
    handler: _TaskHandler, port: Port | None = None, /, *, limit: int | None = None, **options: Unpack[AioListenOptions]
) -> _pynet.Server: ...
@overload
async def serve(
    handler: _TaskHandler,
    port: Port | None,
    host: Host | None,
    backlog: int | None = None,
    /,
    *,
    limit: int | None = None,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server: ...
@overload
async def serve(
    handler: _TaskHandler,
    path: Path,
    backlog: int | None = None,
    /,
    *,
    limit: int | None = None,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server: ...
@overload
async def serve(
    handler: _TaskHandler,
    address: Pair | Places,
    backlog: int | None = None,
    /,
    *,
    limit: int | None = None,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server: ...
@overload
async def serve(
    handler: _TaskHandler, options: AioListenOptions, /, *, limit: int | None = None, **more: Unpack[AioListenOptions]
) -> _pynet.Server: ...
async def serve(handler: _TaskHandler, *args: Any, limit: int | None = None, **options: Any) -> _pynet.Server:
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
    server = await listen(*args, **options)
    serve_tasks(server, handler, limit)
    return server
