"""Types of the C module: Server. For type checkers only: import these names from pynet."""

from collections.abc import Callable, Generator
from ssl import SSLContext
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self, TypeVar, Unpack, overload, type_check_only

from typing_extensions import disjoint_base

from pynet._addresses import BlockList
from pynet._emitter import _F0, EventEmitter, _Function, _MaybeNone, _Symbol
from pynet._errors import NetError, _FError
from pynet._options import (
    AcceptRate,
    Address,
    AddressInfo,
    Done,
    Handle,
    Host,
    Listener,
    ListenOptions,
    OnConnection,
    Places,
    ServerOptions,
)
from pynet._proxy import ProxyErrorInfo
from pynet._server import ServerIterator
from pynet._socket import Socket
from pynet._waiting import Future

_FSocket = TypeVar("_FSocket", bound=OnConnection)
_FListener = TypeVar("_FListener", bound=Callable[[Any, _Function], object])
_FProxyError = TypeVar("_FProxyError", bound=Callable[[NetError, ProxyErrorInfo], object])
_FClientError = TypeVar("_FClientError", bound=Callable[[NetError, Socket], object])
_FDrop = TypeVar("_FDrop", bound=Callable[[dict[str, Any] | None], object])

class ServerStats(NamedTuple):
    """ServerStats(accepted, dropped, blocked, active)"""

    accepted: int
    """Connections that the server has accepted since it was made."""
    dropped: int
    """Connections that it has dropped because of max_connections."""
    blocked: int
    """Connections that it has closed because of block_list."""
    active: int
    """Connections that are open now."""

@type_check_only
class _AwaitableSocket(Socket):
    """What accept() returns: the socket in a thread, an awaitable of it under asyncio."""

    def __await__(self) -> Generator[Any, None, Socket]: ...
    def result(self, timeout: float | None = None) -> Socket: ...

@disjoint_base
class Server(EventEmitter):
    """Server(options=None, listener=None, /, **more)
    Server(listener, /, **options)

    A TCP or unix server. Options: allow_half_open, pause_on_connect, no_delay, keep_alive,
    keep_alive_initial_delay (ms), high_water_mark, max_write_buffer (bytes), block_list (a BlockList), grace
    (for how many seconds the end of `with` waits), socket_factory (a function that makes the sockets),
    proxy_protocol (a list of proxies, see there), proxy_untrusted ("reject" or "direct"), proxy_timeout (ms),
    max_connections_per_address, accept_rate (connections a second from each address, or (connections,
    seconds)), ipv6_prefix (64: both count networks), ssl (an ssl.SSLContext: every connection is encrypted),
    handshake_timeout (60 seconds) and strict_end (False) of TLS.
    Events: connection(socket), listening, close, error(err), drop(data), proxyError(error, info),
    secureConnection(socket), tlsClientError(error, socket).

    Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE). Node: class net.Server,
    class tls.Server.
    """

    def __init__(
        self,
        options: ServerOptions | OnConnection | None = None,
        listener: OnConnection | None = None,
        /,
        **more: Unpack[ServerOptions],
    ) -> None: ...
    @overload  # type: ignore[override]
    def on(self, event_name: Literal["listening", "close"], listener: Callable[[], object], /) -> Self:
        """Adds a listener at the end of the list of event_name, and returns the emitter. Without a listener it is a
        decorator: @server.on("connection"). You may add the same function several times. Emits "newListener"
        first.

        Raises TypeError (ERR_INVALID_ARG_TYPE) if the listener is not callable, or is a coroutine function. Warns
        with MaxListenersExceededWarning if an event has more listeners than the limit. Node: emitter.on().
        """
    @overload
    def on(self, event_name: Literal["listening", "close"], /) -> Callable[[_F0], _F0]: ...
    @overload
    def on(self, event_name: Literal["connection", "secureConnection"], listener: OnConnection, /) -> Self: ...
    @overload
    def on(self, event_name: Literal["connection", "secureConnection"], /) -> Callable[[_FSocket], _FSocket]: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, listener: Callable[[NetError], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, /) -> Callable[[_FError], _FError]: ...
    @overload
    def on(
        self, event_name: Literal["proxyError"], listener: Callable[[NetError, ProxyErrorInfo], object], /
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["proxyError"], /) -> Callable[[_FProxyError], _FProxyError]: ...
    @overload
    def on(self, event_name: Literal["tlsClientError"], listener: Callable[[NetError, Socket], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["tlsClientError"], /) -> Callable[[_FClientError], _FClientError]: ...
    @overload
    def on(self, event_name: Literal["drop"], listener: Callable[[dict[str, Any] | None], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["drop"], /) -> Callable[[_FDrop], _FDrop]: ...
    @overload
    def on(
        self,
        event_name: Literal["newListener", "removeListener"],
        listener: Callable[[Any, _Function], object],
        /,
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["newListener", "removeListener"], /) -> Callable[[_FListener], _FListener]: ...
    # The other spellings and orders differ in when and where the listener is called, not in their types.
    once = on  # type: ignore[assignment]
    add_listener = on  # type: ignore[assignment]
    addListener = on  # type: ignore[assignment]
    prepend_listener = on  # type: ignore[assignment]
    prependListener = on  # type: ignore[assignment]
    prepend_once_listener = on  # type: ignore[assignment]
    prependOnceListener = on  # type: ignore[assignment]
    def listen(
        self,
        address: Address | Places | Handle | ListenOptions | Listener = None,
        host: Host | int | Listener = None,
        backlog: int | Listener = None,
        callback: Listener = None,
        /,
        **options: Unpack[ListenOptions],
    ) -> Self:
        """listen(port=0, host=None, backlog=511, callback=None, /)
        listen(path, backlog=511, callback=None, /)
        listen(addresses, backlog=511, callback=None, /)
        listen(handle, backlog=511, callback=None, /)
        listen(options, callback=None, /, **more)

        Starts to listen, and returns the server. Port 0 means any free port. Without a host it listens on all
        addresses ("::", both families). A path makes a unix server ("\\0name" is an abstract name). A list of
        ports, (host, port) tuples, SocketAddresses and paths makes one server on all of them, or on none. A
        handle is a BoundSocket, which the server adopts; or another server or an object with fileno() or `fd`,
        whose descriptor is duplicated.

        Options: port, host, path, fd (a number that pynet takes over), handle, backlog (511), exclusive,
        ipv6_only, reuse_port, readable_all, writable_all (False), mode (0 to 0o777, such as 0o660) and group (a
        name or a number) of the file of a path, unlink_stale (False; True removes a unix path if no server
        answers on it), signal (an AbortSignal: an abort calls close()). The callback is added with
        once("listening"). address() is right at once, unless a host must be looked up.

        Events: listening, or error (EADDRINUSE, EACCES, EINVAL, EEXIST, ENOTSUP, EPERM, a failed lookup). If the
        server has no "error" listener, listen() raises this error instead, and the server is as before; but not
        in listeners, in main() of run() and inside turn(), and not for a failed lookup.

        Raises NetError (ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_HANDLE_ADOPTED), TypeError, ValueError
        (ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE). Node: server.listen().
        """
    def close(self, callback: Done = None) -> Self:
        """Stops accepting connections, and unlinks a unix path. Open connections stay open. When the last one has
        closed, the server emits "close" and calls callback(err). err is None, or ERR_SERVER_NOT_RUNNING if the
        server did not listen. Returns the server. Node: server.close().
        """
    @overload
    def wait(self, event: Literal["connection", "secureConnection"], timeout: float | None = None) -> Socket:
        """Blocks this thread until the event is emitted. Returns the value of the event: None, its one argument, or
        a tuple of its arguments. Returns at once for "listening" if the server listens, and for "close" if it has
        closed. wait("connection") is accept().

        timeout is in seconds; None means no limit. Raises TimeoutError; the error of an "error" event, unless you
        wait for that event; NetError (ERR_STREAM_PREMATURE_CLOSE) if the server closes first; RuntimeError on the
        thread that drives the loop, in a listener and inside turn(). Under asyncio: await server.wait(event).
        Node: events.once(), which does not block.
        """
    @overload
    def wait(
        self,
        event: Literal["listening", "drop", "proxyError", "tlsClientError", "error", "close"],
        timeout: float | None = None,
    ) -> Any: ...
    def accept(self, timeout: float | None = None) -> _AwaitableSocket:
        """Returns the next connection, a Socket, from the same queue as `for sock in server`. A connection that
        comes between two calls waits for the next call. Under a running asyncio loop it returns an awaitable;
        otherwise it blocks this thread.

        timeout is in seconds, None means no limit. Raises TimeoutError; the error of an "error" event; NetError
        (ERR_STREAM_PREMATURE_CLOSE) if the server closes first, or has closed; RuntimeError on the thread that
        drives the loop, in a listener and inside turn(); TypeError (ERR_INVALID_ARG_TYPE), ValueError
        (ERR_OUT_OF_RANGE).
        """
    def shutdown(self, timeout: float | None = None, *, drain: bool = False) -> Future[int]:
        """Stops accepting, like close(), and ends every connection. With drain=True the connections continue until
        they close by themselves. After `timeout` seconds it destroys the remaining connections: 0 means at once,
        None means never. Returns a Future of the number of destroyed connections, which is done after "close" was
        emitted: `await server.shutdown(5)` under asyncio, .result() in a thread. If there is nothing to close, it
        is done at once, with 0.

        Another call returns the same Future until listen() is called again; the shortest timeout counts. A
        write() to a connection that was ended causes ERR_STREAM_WRITE_AFTER_END, as after end().

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Events: end, finish, close of the
        connections; close.
        """
    def __iter__(self) -> ServerIterator: ...
    def __aiter__(self) -> ServerIterator: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def get_connections(self, callback: Callable[[NetError | None, int], object]) -> Self:
        """Calls callback(err, count) in the next tick, with the number of open connections. Returns the server.
        Raises TypeError (ERR_INVALID_ARG_TYPE). Node: server.getConnections().
        """
    getConnections = get_connections
    def set_secure_context(self, context: SSLContext, /) -> None:
        """The next connections use this ssl.SSLContext; those that are open keep theirs. So a renewed certificate
        needs no restart. Raises TypeError if it is not an SSLContext, NetError ERR_TLS_NOT_SECURE for a server
        without the option ssl. Node: tlsServer.setSecureContext().
        """
    setSecureContext = set_secure_context
    def address(self) -> AddressInfo | str | _MaybeNone:
        """Returns AddressInfo(address, port, family), or the path of a unix server, or None if the server does not
        listen. Node: server.address().
        """
    def fileno(self) -> int:
        """Returns the listening file descriptor, or -1. It belongs to pynet: don't close it."""
    def ref(self) -> Self:
        """The server keeps run() from returning, which is the default. Node: server.ref()."""
    def unref(self) -> Self:
        """The server does not keep run() from returning. Node: server.unref()."""
    @property
    def listening(self) -> bool:
        """True while it listens. Node: server.listening."""
    @property
    def port(self) -> int | _MaybeNone:
        """The port that the server listens on. None on a unix server, and while it does not listen."""
    @property
    def host(self) -> str | _MaybeNone:
        """The IP address that the server listens on, not the name that was passed. None on a unix server, and while
        it does not listen.
        """
    @property
    def addresses(self) -> list[AddressInfo | str]:
        """A new list of what the server listens on: AddressInfo(address, port, family), or the path of a unix
        server. Empty while it does not listen.
        """
    @property
    def max_connections(self) -> float | None:
        """When this many connections are open, the server drops new ones, and emits "drop". 0 drops all, None means
        no limit. Node: server.maxConnections.
        """
    @max_connections.setter
    def max_connections(self, value: float | None, /) -> None: ...
    maxConnections = max_connections
    @property
    def max_connections_per_address(self) -> int | None:
        """When a client's address has this many connections open, the server drops new ones from it, and emits
        "drop". 0 drops all, None means no limit. Connections that are open already count, and stay. Without
        effect on a unix server. TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    @max_connections_per_address.setter
    def max_connections_per_address(self, value: int | None, /) -> None: ...
    maxConnectionsPerAddress = max_connections_per_address
    @property
    def accept_rate(self) -> float | tuple[float, float] | None:
        """How many connections a second the server accepts from one client's address, or a pair (connections,
        seconds): so many at once, and in the long run so many in each period. It drops more, and emits "drop".
        None means no limit. Without effect on a unix server. TypeError (ERR_INVALID_ARG_TYPE), ValueError
        (ERR_OUT_OF_RANGE).
        """
    @accept_rate.setter
    def accept_rate(self, value: AcceptRate | None, /) -> None: ...
    acceptRate = accept_rate
    @property
    def ipv6_prefix(self) -> int:
        """max_connections_per_address and accept_rate count the IPv6 addresses together that have the same first
        bits, 1 to 128. 64 is what a network has. 128, the default, counts each address for itself. A change is
        for new connections. TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    @ipv6_prefix.setter
    def ipv6_prefix(self, value: int | None, /) -> None: ...
    ipv6Prefix = ipv6_prefix
    @property
    def block_list(self) -> BlockList | None:
        """A BlockList, or None. The server closes connections from its addresses, without an event. It checks the
        list for each connection, after max_connections, and never on a unix server. TypeError
        (ERR_INVALID_ARG_TYPE). Node: server.blockList.
        """
    @block_list.setter
    def block_list(self, value: BlockList | None, /) -> None: ...
    blockList = block_list
    @property
    def proxy_protocol(self) -> BlockList | bool:
        """Whose connections must begin with a header of the PROXY protocol: a BlockList, True for everybody's, or
        False. You may change the list at any time.
        """
    proxyProtocol = proxy_protocol
    @property
    def proxy_errors(self) -> int:
        """How many connections the server has reset for their PROXY header, or since their peer is no proxy."""
    proxyErrors = proxy_errors
    user_data: Any
    """A place for any object of the program, None at first. pynet does not use it."""
    userData: Any
    """A place for any object of the program, None at first. pynet does not use it."""
    @property
    def grace(self) -> float | None:
        """For how many seconds the end of a `with` block waits for the connections, by shutdown(grace, drain=True).
        None: it calls close(). TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    @grace.setter
    def grace(self, value: float | None, /) -> None: ...
    @property
    def drop_max_connection(self) -> bool | None:
        """None, or the bool that was set. It is stored, without effect. Node: server.dropMaxConnection."""
    @drop_max_connection.setter
    def drop_max_connection(self, value: bool | None, /) -> None: ...
    dropMaxConnection = drop_max_connection
    @property
    def stats(self) -> ServerStats:
        """A ServerStats(accepted, dropped, blocked, active): how many connections the server has accepted, dropped
        because of max_connections, and closed because of block_list; and how many are open now. The first three
        count since the server was made.
        """
    @property
    def connections(self) -> list[Socket]:
        """A new list of the open sockets that the server has accepted, oldest first."""
