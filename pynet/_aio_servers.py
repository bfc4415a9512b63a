"""start_server() and start_unix_server() of pynet.aio: what asyncio.Server does, over pynet's Servers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket as _socket
import stat
import sys
import weakref
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, Self

from pynet import _private, _pynet
from pynet._aio_streams import (
    LIMIT,
    SocketInfo,
    Stream,
    check_limit,
    family_number,
    name_of,
    on_error,
    port_number,
    socket_options,
    tls_options,
)
from pynet._attach import automatic
from pynet._support import in_cluster
from pynet._waiting import once

__all__ = ["StreamServer", "start_server", "start_unix_server"]

_BACKLOG = 100  # asyncio's
_Callback = Callable[[Stream, Stream], Awaitable[None] | None]


class StreamServer:
    """The result of start_server(), with the methods of asyncio.Server. `servers` are the pynet.Servers, one for each
    address."""

    __module__ = "pynet.aio"

    def __init__(
        self, handler: _Callback, limit: int, loop: asyncio.AbstractEventLoop, options: dict[str, Any]
    ) -> None:
        self._handler = handler
        self._limit = limit
        self._loop = loop
        self._places: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = []  # what has its name, and listen() takes
        self._tasks: set[asyncio.Task[None]] = set()
        self._streams: weakref.WeakSet[Stream] = weakref.WeakSet()
        self._forever: asyncio.Future[None] | None = None
        self._closed = asyncio.Event()
        all_options: Any = {**options, **socket_options(limit)}
        self._options = all_options
        _pynet.Server(self._options)  # raises for a wrong option, before anything is bound
        self.servers: list[_pynet.Server] = []

    # --- listening ---

    async def start_serving(self) -> None:
        """Begins to accept. start_server() has already done so, unless start_serving=False."""
        if self.servers or self._closed.is_set():
            return
        automatic()
        try:
            for _bound, args, options in self._places:
                server = _pynet.Server(self._options)
                server.on("connection", self._on_connection)
                self.servers.append(server)
                server.on("error", on_error)
                server.on("close", self._on_close)
                server.listen(*args, **options)
                await once(server, "listening")
        except BaseException:
            self.close()
            raise

    async def serve_forever(self) -> None:
        """Accepts until the task is cancelled, and then closes the server."""
        if self._forever is not None:
            raise RuntimeError(f"serve_forever() is awaited already: {self!r}")
        if self._closed.is_set():
            raise RuntimeError(f"serve_forever() of a closed server: {self!r}")
        await self.start_serving()
        self._forever = self._loop.create_future()
        try:
            await self._forever
        except asyncio.CancelledError:
            try:
                self.close()
                await self.wait_closed()
            finally:
                raise
        finally:
            self._forever = None

    def close(self) -> None:
        """Stops accepting, and ends serve_forever(). Connections stay open."""
        if self._closed.is_set():
            return
        for server in self.servers:
            server.close()
        for bound, _args, _options in self._places:
            if isinstance(bound, _pynet.BoundSocket) and not self.servers:
                bound.close()
        if self._forever is not None and not self._forever.done():
            self._forever.cancel()
        self._closed.set()

    def _on_close(self) -> None:
        with contextlib.suppress(RuntimeError):  # the asyncio loop is closed
            self._loop.call_soon_threadsafe(self._maybe_over)

    def _maybe_over(self) -> None:
        """Its servers have been closed by other means, such as the disconnect of a worker: serve_forever() returns."""
        if self._closed.is_set() or any(server.listening for server in self.servers):
            return
        if self._forever is not None and not self._forever.done():
            self._forever.set_result(None)
        self.close()

    async def wait_closed(self) -> None:
        """Waits until close() was called. From Python 3.12 on it also waits until all connections are closed, as in
        asyncio."""
        await self._closed.wait()
        if sys.version_info >= (3, 12):
            for server in self.servers:
                await once(server, "close")

    def close_clients(self) -> None:
        """Closes all connections, after their queued data has been sent."""
        for stream in list(self._streams):
            stream.close()

    def abort_clients(self) -> None:
        """Closes all connections at once."""
        for stream in list(self._streams):
            stream.abort()

    def is_serving(self) -> bool:
        """True while all addresses accept connections."""
        return not self._closed.is_set() and bool(self.servers) and all(each.listening for each in self.servers)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that the server was made in."""
        return self._loop

    @property
    def sockets(self) -> tuple[SocketInfo, ...]:
        """The sockets, as asyncio's Server has them: one for each address. Empty after close()."""
        if self._closed.is_set():
            return ()
        if not self.servers:
            return tuple(SocketInfo(bound, name_of(bound.address())) for bound, _args, _options in self._places)
        return tuple(SocketInfo(each, name_of(each.address())) for each in self.servers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.close()
        await self.wait_closed()

    def __repr__(self) -> str:
        names = ", ".join(str(each.getsockname()) for each in self.sockets)
        return f"<pynet.aio.StreamServer {names or 'closed'}>"

    # --- connections ---

    def _on_connection(self, sock: _pynet.Socket) -> None:
        _private.hear_errors(sock, on_error)
        try:
            self._loop.call_soon_threadsafe(self._begin, sock)
        except RuntimeError:  # the asyncio loop is closed
            sock.destroy()
            for server in self.servers:
                server.close()

    def _begin(self, sock: _pynet.Socket) -> None:
        stream = Stream(sock, self._limit, self._loop, server_side=True)
        self._streams.add(stream)
        try:
            result = self._handler(stream, stream)
        except Exception as error:
            self._failed(stream, error)
            return
        if asyncio.iscoroutine(result):
            task = self._loop.create_task(result)
            self._tasks.add(task)  # asyncio refers to it weakly
            task.add_done_callback(partial(self._ended, stream))

    def _ended(self, stream: Stream, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            stream.close()
        elif (error := task.exception()) is not None:
            self._failed(stream, error)

    def _failed(self, stream: Stream, error: BaseException) -> None:
        context = {"message": "exception in the handler of start_server()", "exception": error, "transport": stream}
        self._loop.call_exception_handler(context)
        stream.close()


async def _start(server: StreamServer, places: list[tuple[Any, tuple[Any, ...], dict[str, Any]]], start: bool) -> None:
    server._places = places
    if start:
        await server.start_serving()
        await asyncio.sleep(0)


def _bind(addresses: Iterable[tuple[str, int]], reuse_port: bool, ipv6_only: bool) -> list[_pynet.BoundSocket]:
    """All of them, or none."""
    bound: list[_pynet.BoundSocket] = []
    try:
        for host, port in addresses:
            only = ipv6_only and ":" in host
            bound.append(_pynet.BoundSocket(host=host, port=port, reuse_port=reuse_port, ipv6_only=only))
    except BaseException:
        for each in bound:
            each.close()
        raise
    return bound


def _bind_everywhere(port: int, family: int, reuse_port: bool) -> list[_pynet.BoundSocket]:
    """All interfaces, IPv4 and IPv6 with one port."""
    if family == 4:
        return _bind([("0.0.0.0", port)], reuse_port, False)
    try:
        return _bind([("::", port)], reuse_port, family == 6)
    except _pynet.NetError as error:
        if family == 6 or error.code not in ("EAFNOSUPPORT", "EADDRNOTAVAIL"):
            raise
        return _bind([("0.0.0.0", port)], reuse_port, False)


async def _bind_hosts(
    hosts: str | Sequence[str] | None, port: int, family: int, flags: int, reuse_port: bool
) -> list[_pynet.BoundSocket]:
    if hosts is None or hosts == "":
        return _bind_everywhere(port, family_number(family), reuse_port)
    return _bind(await _look_up(hosts, port, family, flags), reuse_port, True)


async def _look_up(hosts: str | Sequence[str], port: int, family: int, flags: int) -> Iterable[tuple[str, int]]:
    """The addresses of all hosts, in order, each once."""
    loop = asyncio.get_running_loop()
    addresses: dict[tuple[str, int], None] = {}
    for host in [hosts] if isinstance(hosts, str) else hosts:
        infos = await loop.getaddrinfo(host or None, port, family=family, type=_socket.SOCK_STREAM, flags=flags)
        if not infos:
            raise OSError(f"getaddrinfo() found no address of {host!r}")
        for info in infos:
            name, number, *rest = info[4]
            zone = f"%{rest[1]}" if len(rest) == 2 and rest[1] else ""
            addresses[f"{name}{zone}", int(number)] = None
    return addresses


async def _shared_places(
    hosts: str | Sequence[str] | None, port: int, family: int, flags: int, backlog: int
) -> list[tuple[Any, tuple[Any, ...], dict[str, Any]]]:
    """In a worker of a cluster: the primary binds when the server begins to listen."""
    if hosts is None or hosts == "":
        everywhere = {4: "0.0.0.0", 6: "::"}.get(family_number(family))
        options = {"ipv6_only": True} if everywhere == "::" else {}
        return [(_Later((everywhere or "::", port)), (port, everywhere, backlog), options)]
    addresses = await _look_up(hosts, port, family, flags)
    return [(_Later(each), (each[1], each[0], backlog), {"ipv6_only": ":" in each[0]}) for each in addresses]


async def start_server(
    client_connected_cb: _Callback,
    host: str | Sequence[str] | None = None,
    port: int | str | None = None,
    *,
    limit: int = LIMIT,
    family: int = _socket.AF_UNSPEC,
    flags: int = _socket.AI_PASSIVE,
    sock: _socket.socket | None = None,
    backlog: int = _BACKLOG,
    ssl: Any = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    reuse_address: bool | None = None,
    reuse_port: bool | None = None,
    keep_alive: bool | None = None,
    start_serving: bool = True,
) -> StreamServer:
    """start_server(): see pynet.aio."""
    tls = tls_options(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    _check_callback(client_connected_cb)
    check_limit(limit)
    if sock is not None and (host is not None or port is not None):
        raise ValueError("start_server() takes host and port, or sock, not both")
    if sock is None and host is None and port is None:
        raise ValueError("start_server() needs host and port, or sock")
    options = {"keep_alive": bool(keep_alive), **tls}
    server = StreamServer(client_connected_cb, limit, asyncio.get_running_loop(), options)
    if sock is not None:
        return await _start_on(server, sock, backlog, start_serving)
    if in_cluster() and not reuse_port:
        places = await _shared_places(host, port_number(port), family, flags, backlog)
    else:
        bound = await _bind_hosts(host, port_number(port), family, flags, bool(reuse_port))
        places = [(each, (each, None, backlog), {}) for each in bound]
    await _start(server, places, start_serving)
    return server


async def start_unix_server(
    client_connected_cb: _Callback,
    path: str | bytes | os.PathLike[str] | None = None,
    *,
    limit: int = LIMIT,
    sock: _socket.socket | None = None,
    backlog: int = _BACKLOG,
    ssl: Any = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    start_serving: bool = True,
    cleanup_socket: bool = True,
) -> StreamServer:
    """start_unix_server(): see pynet.aio."""
    tls = tls_options(ssl, ssl_handshake_timeout, ssl_shutdown_timeout)
    _check_callback(client_connected_cb)
    check_limit(limit)
    if (sock is None) == (path is None):
        raise ValueError("start_unix_server() takes path or sock: one of them")
    server = StreamServer(client_connected_cb, limit, asyncio.get_running_loop(), tls)
    if sock is not None:
        return await _start_on(server, sock, backlog, start_serving)
    name = os.fspath(path) if path is not None else ""
    if sys.platform == "win32":  # a pipe cannot be bound before the server listens
        await _start(server, [(_Later(os.fsdecode(name)), (name, backlog), {})], start_serving)
        return server
    if in_cluster():  # the file may be the one that other workers listen on
        await _start(server, [(_Later(os.fsdecode(name)), (name, backlog), {"unlink_stale": True})], start_serving)
        return server
    if name[:1] not in ("\0", b"\0"):
        with contextlib.suppress(FileNotFoundError):  # as asyncio: a file that an earlier server has left
            if stat.S_ISSOCK(os.stat(name).st_mode):
                os.remove(name)
    bound = _pynet.BoundSocket(path=name)
    await _start(server, [(bound, (bound, None, backlog), {})], start_serving)
    return server


async def _start_on(server: StreamServer, sock: _socket.socket, backlog: int, start: bool) -> StreamServer:
    """On a bound socket.socket, which it takes over."""
    if sock.type & 0xF != _socket.SOCK_STREAM:
        raise ValueError(f"sock must be a stream socket, not {sock!r}")
    await _start(server, [(_Named(sock), (sock, None, backlog), {})], start)
    return server


class _Named:
    """A socket.socket with the methods of BoundSocket that are used here."""

    def __init__(self, sock: _socket.socket) -> None:
        self._sock = sock
        self.fileno = sock.fileno

    def address(self) -> Any:
        name = self._sock.getsockname()
        if isinstance(name, tuple):
            return _pynet.AddressInfo(name[0], name[1], "IPv6" if len(name) == 4 else "IPv4")
        return name


class _Later:
    """A place that the primary of the cluster will bind, with the methods of BoundSocket that are used here."""

    def __init__(self, where: str | tuple[str, int]) -> None:
        self._where = where

    def fileno(self) -> int:
        return -1

    def address(self) -> Any:
        if isinstance(self._where, str):
            return self._where
        return _pynet.AddressInfo(*self._where, "IPv6" if ":" in self._where[0] else "IPv4")


def _check_callback(callback: Any) -> None:
    if not callable(callback):
        raise TypeError(f"client_connected_cb must be a function, not {callback!r}")
