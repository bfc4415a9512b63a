"""Types of the C module: Server. For type checkers only: import these names from pynet."""

from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Literal, Self, TypeVar, Unpack, overload, type_check_only

from typing_extensions import disjoint_base

from pynet._addresses import BlockList
from pynet._emitter import _F0, EventEmitter, _Function, _MaybeNone, _Symbol
from pynet._errors import NetError, _FError
from pynet._options import (
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
from pynet._server import ServerIterator
from pynet._socket import Socket
from pynet._waiting import Future

_FSocket = TypeVar("_FSocket", bound=OnConnection)
_FListener = TypeVar("_FListener", bound=Callable[[Any, _Function], object])
_FDrop = TypeVar("_FDrop", bound=Callable[[dict[str, Any] | None], object])

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
    keep_alive_initial_delay (ms), high_water_mark, max_write_buffer (bytes), block_list (a BlockList),
    grace (seconds that the end of `with` waits), socket_factory (a function that makes the sockets). Events:
    connection(socket), listening, close, error(err), drop(data).

    Raises TypeError (ERR_INVALID_ARG_TYPE; for tls and ssl, which are not there), ValueError
    (ERR_INVALID_ARG_VALUE). Node: class net.Server.
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
        """Adds a listener at the end of the list for event_name and returns the emitter. Without a listener it is a
        decorator: @server.on("connection"). The same function may be added several times. Emits "newListener"
        first.

        Raises TypeError (ERR_INVALID_ARG_TYPE) for what is not callable and for coroutine functions. Warns with
        MaxListenersExceededWarning when an event has more than the limit. Node: emitter.on().
        """
    @overload
    def on(self, event_name: Literal["listening", "close"], /) -> Callable[[_F0], _F0]: ...
    @overload
    def on(self, event_name: Literal["connection"], listener: OnConnection, /) -> Self: ...
    @overload
    def on(self, event_name: Literal["connection"], /) -> Callable[[_FSocket], _FSocket]: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, listener: Callable[[NetError], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, /) -> Callable[[_FError], _FError]: ...
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

        Starts to listen and returns the server. Port 0 is any free one; without a host on all addresses ("::",
        both families). A path makes a unix server ("\\0name": abstract). A list of ports, (host, port) tuples,
        SocketAddresses and paths makes one server on all of them, or on none. A handle is a BoundSocket, which is
        adopted, or another server or object with a fileno() or `fd`, whose descriptor is duplicated.

        Options: port, host, path, fd (a number that is taken over), handle, backlog (511), exclusive, ipv6_only,
        reuse_port, readable_all, writable_all (False), mode (0 to 0o777, such as 0o660) and group (a name or a
        number) of the file of a path, unlink_stale (False; True removes a unix path on which no server answers),
        signal (an AbortSignal: abort is close()). The callback is added with once("listening"). address() is
        right at once, except for a host that must be looked up.

        Events: listening, or error (EADDRINUSE, EACCES, EINVAL, EEXIST, ENOTSUP, EPERM, a failed lookup). Outside
        of listeners, main() of run() and turn(), a server without an "error" listener raises this error instead,
        but for a lookup: it is as before then.

        Raises NetError (ERR_SERVER_ALREADY_LISTEN, ERR_SOCKET_HANDLE_ADOPTED), TypeError, ValueError
        (ERR_SOCKET_BAD_PORT, ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE). Node: server.listen().
        """
    def close(self, callback: Done = None) -> Self:
        """Accepts no more connections, and unlinks a unix path; open connections stay open. When the
        last one has closed, emits "close" and calls callback(err); err is ERR_SERVER_NOT_RUNNING
        when the server was not listening. Returns the server. Node: server.close().
        """
    @overload
    def wait(self, event: Literal["connection"], timeout: float | None = None) -> Socket:
        """Blocks this thread until the event is emitted, and returns what it carries: None, its one argument, or a
        tuple. At once when it is "listening" and the server listens, or "close" and it has closed.
        wait("connection") is accept().

        timeout is in seconds, None: without limit. Raises TimeoutError; what an "error" event carries, unless
        that is waited for; NetError (ERR_STREAM_PREMATURE_CLOSE) when the server closes first; RuntimeError on
        the thread that drives the loop, in a listener and inside turn(). Under asyncio: await server.wait(event).
        Node: events.once(), which does not block.
        """
    @overload
    def wait(self, event: Literal["listening", "drop", "error", "close"], timeout: float | None = None) -> Any: ...
    def accept(self, timeout: float | None = None) -> _AwaitableSocket:
        """The next connection, a Socket, from the same queue as `for sock in server`: what comes between two calls
        is kept for the next one. Under a running asyncio loop it returns an awaitable, else it blocks this
        thread.

        timeout is in seconds, None: without limit. Raises TimeoutError; what an "error" event carries; NetError
        (ERR_STREAM_PREMATURE_CLOSE) when the server closes, or has closed; RuntimeError on the thread that drives
        the loop, in a listener and inside turn(). Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError
        (ERR_OUT_OF_RANGE).
        """
    def shutdown(self, timeout: float | None = None, *, drain: bool = False) -> Future[int]:
        """Accepts no more, as close(), and ends every connection, or with drain=True lets the connections go on
        until they close by themselves; what is left after `timeout` seconds (None: never) is destroyed, 0: at
        once. Returns a Future of the number destroyed, done when "close" has been emitted: `await`
        server.shutdown(5) under asyncio, .result() in a thread. At once, and 0, when there is nothing to close.

        Called again it returns the same Future until listen() has been called anew; the shortest timeout counts.
        User code that writes to a connection after that gets ERR_STREAM_WRITE_AFTER_END, as after end().

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
        """Calls callback(err, count) with the number of connections open now, by the next tick. Returns the server.
        Raises TypeError (ERR_INVALID_ARG_TYPE). Node: server.getConnections().
        """
    getConnections = get_connections
    def address(self) -> AddressInfo | str | _MaybeNone:
        """AddressInfo(address, port, family), the path of a unix server, or None when it does not listen. Node:
        server.address().
        """
    def fileno(self) -> int:
        """The listening file descriptor, or -1. It stays pynet's: don't close it."""
    def ref(self) -> Self:
        """The server keeps run() from returning (the default). Node: server.ref()."""
    def unref(self) -> Self:
        """The server does not keep run() from returning. Node: server.unref()."""
    @property
    def listening(self) -> bool:
        """True while it listens. Node: server.listening."""
    @property
    def port(self) -> int | _MaybeNone:
        """The port that it listens on; None on a unix server, and while it does not listen."""
    @property
    def host(self) -> str | _MaybeNone:
        """The IP address that it listens on, not the name that was asked for; None on a unix server, and while it
        does not listen.
        """
    @property
    def addresses(self) -> list[AddressInfo | str]:
        """What it listens on, a new list each time: AddressInfo(address, port, family), the path of a unix server;
        empty while it does not listen.
        """
    @property
    def max_connections(self) -> float | None:
        """From this many connections on, new ones are dropped ("drop"); 0 drops all, None none. Node:
        server.maxConnections.
        """
    @max_connections.setter
    def max_connections(self, value: float | None, /) -> None: ...
    maxConnections = max_connections
    @property
    def block_list(self) -> BlockList | None:
        """The BlockList of the addresses whose connections are closed without an event, or None. It is checked at
        each connection, after max_connections, and never on a unix server. TypeError (ERR_INVALID_ARG_TYPE).
        Node: server.blockList.
        """
    @block_list.setter
    def block_list(self, value: BlockList | None, /) -> None: ...
    blockList = block_list
    user_data: Any
    """A place for any object of the program, None at first; pynet does not look at it."""
    userData: Any
    """A place for any object of the program, None at first; pynet does not look at it."""
    @property
    def grace(self) -> float | None:
        """The seconds that the end of a `with` block waits for the connections: it is shutdown(grace, drain=True).
        None: it is close(). TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    @grace.setter
    def grace(self, value: float | None, /) -> None: ...
    @property
    def drop_max_connection(self) -> bool | None:
        """None until it is set, then a bool that is kept; it acts in the workers of a cluster only. Node:
        server.dropMaxConnection.
        """
    @drop_max_connection.setter
    def drop_max_connection(self, value: bool | None, /) -> None: ...
    dropMaxConnection = drop_max_connection
    @property
    def connections(self) -> list[Socket]:
        """The sockets that it has accepted and that are open, oldest first; a new list each time."""
