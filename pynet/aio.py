"""pynet for asyncio: connect(), listen() and serve() are awaited. With run() and attached() asyncio drives pynet's
loop.

connect(), listen() and serve() attach pynet to the running asyncio loop, unless a thread already drives pynet's loop:
its background thread, run(), or another asyncio loop. The results are the ordinary sockets and servers, with their
listeners, `async for` and `async with`. pynet.promises is the same module.

open_connection() and start_server() have the names of asyncio's streams. This module does not import asyncio before one
of these is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from pynet import _private, _pynet
from pynet._attach import attached, automatic, run
from pynet._serve import _TaskHandler, half_open, make_server, serve_tasks
from pynet._support import MISSING, check_size, given
from pynet._waiting import once

if TYPE_CHECKING:
    from pynet._aio_servers import StreamServer as StreamServer
    from pynet._aio_servers import start_server as start_server
    from pynet._aio_servers import start_unix_server as start_unix_server
    from pynet._aio_streams import IncompleteReadError as IncompleteReadError
    from pynet._aio_streams import LimitOverrunError as LimitOverrunError
    from pynet._aio_streams import Stream as Stream
    from pynet._aio_streams import Stream as StreamReader
    from pynet._aio_streams import Stream as StreamWriter
    from pynet._aio_streams import open_connection as open_connection
    from pynet._aio_streams import open_unix_connection as open_unix_connection
    from pynet._options import Address, AioListenOptions, ConnectOptions, Handle, Host, Listener, Places

__all__ = [
    "IncompleteReadError",
    "LimitOverrunError",
    "Stream",
    "StreamReader",
    "StreamServer",
    "StreamWriter",
    "attached",
    "connect",
    "listen",
    "open_connection",
    "open_unix_connection",
    "run",
    "serve",
    "start_server",
    "start_unix_server",
]


def _ignore(error: BaseException) -> None:
    """An `error` listener of a server that is abandoned."""


async def connect(
    address: Address | ConnectOptions = MISSING,
    host: Host | Listener = None,
    listener: Listener = None,
    /,
    **options: Unpack[ConnectOptions],
) -> _pynet.Socket:
    """connect(port, host="localhost"), connect(path), connect(options): returns a connected Socket. Await it.

    Takes the arguments of pynet.connect(). With `ssl` the handshake is complete as well. The `await` raises what that
    raises, and the error of an "error" event before "connect" (with `ssl`, "secureConnect"). If you cancel the await,
    the socket is destroyed. Node: net.promises.connect(), tls.connect().
    """
    automatic()
    socket = _pynet.connect(*given(address, host, listener), **options)
    try:
        await socket.wait("secureConnect" if socket.encrypted else "connect")
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
    """listen(port=0, host=None, backlog=511), listen(path), listen(options): returns a listening Server. Await it.

    Takes the arguments of Server.listen() and the options of Server, among them `listener`: a function that gets each
    connection, beside or in place of `async for`. The `await` raises what both raise, the error of an "error" event, or
    an AbortError if its `signal` is aborted first. If you cancel the await, the server is closed.
    Node: net.promises.listen().
    """
    server, mapping, address, own = make_server(address, options)
    automatic()
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
    """serve(handler, port=0, host=None, backlog=511): a Server that listens, with a task for each connection. Await it.

    Each task awaits handler(sock), and then closes the socket. `limit` is the largest number of connections at a time;
    further connections wait in the system's queue. Takes the arguments of listen(), and raises what it raises.
    allow_half_open is True by default: a handler may answer a peer that has ended its side. server.shutdown() ends it.
    So does the end of asyncio.run(), which cancels the handlers.

    If the peer or the network ends a connection, that ends only its own handler, with a line of the logger
    pynet.server. So do a line over the limit (ERR_READ_LIMIT) and a TimeoutError. Other exceptions of a handler go to
    the exception handler of the asyncio loop, and its connection is destroyed.
    """
    if not callable(handler):
        _private.raise_arg_type("handler", "a function", handler)
    if limit is not None:
        check_size("limit", limit, 1)
    half_open(address, options)
    server = await listen(address, host, backlog, callback, **options)
    serve_tasks(server, handler, limit)
    return server


# --- asyncio's streams ---

_STREAMS = set(__all__) - {"attached", "connect", "listen", "run", "serve"}


def __getattr__(name: str) -> Any:
    """The names of _aio_streams.py and _aio_servers.py, which import asyncio."""
    if name not in _STREAMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pynet import _aio_servers, _aio_streams

    own = {"StreamReader": "Stream", "StreamWriter": "Stream"}.get(name, name)
    value = getattr(_aio_servers if own in _aio_servers.__all__ else _aio_streams, own)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
