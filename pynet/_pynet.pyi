"""Types of the C module.

Events and callbacks have one argument count each (docs/events.md); the overloads of on() hold them, so that a listener
with another signature, and the name of an event that does not exist, are errors for a type checker. A subclass that
emits events of its own declares an on() of its own.

The classes marked @type_check_only, all dicts of options, exist for type checkers only: import them under
TYPE_CHECKING, or leave their evaluation to `from __future__ import annotations`.
"""

import socket
from collections.abc import Callable
from os import PathLike
from types import TracebackType
from typing import (
    Any,
    Final,
    Literal,
    NamedTuple,
    NewType,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    TypeVarTuple,
    Unpack,
    final,
    overload,
    type_check_only,
)

from typing_extensions import Buffer, disjoint_base

_SocketT = TypeVar("_SocketT", bound=Socket)
_Ts = TypeVarTuple("_Ts")
_F = TypeVar("_F", bound=Callable[..., object])

# --- options and values ---

_Port: TypeAlias = int | str
_Path: TypeAlias = str | bytes | PathLike[str] | PathLike[bytes]
_Pair: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | AddressInfo
_Listener: TypeAlias = Callable[[], object] | None
_Done: TypeAlias = Callable[[NetError | None], object] | None
_Family: TypeAlias = Literal["IPv4", "IPv6"]

class AddressInfo(NamedTuple):
    address: str
    port: int
    family: _Family

@type_check_only
class SocketOptions(TypedDict, total=False):
    """Options of Socket(); None: as if it were not there."""

    allow_half_open: bool | None
    allowHalfOpen: bool | None
    high_water_mark: int | None
    highWaterMark: int | None
    no_delay: bool | None
    noDelay: bool | None
    keep_alive: bool | None
    keepAlive: bool | None
    keep_alive_initial_delay: float | None
    keepAliveInitialDelay: float | None

@type_check_only
class ServerOptions(SocketOptions, total=False):
    """Options of Server() and create_server()."""

    pause_on_connect: bool | None
    pauseOnConnect: bool | None
    listener: Callable[[Socket], object] | None

@type_check_only
class SocketConnectOptions(TypedDict, total=False):
    """Options of Socket.connect(): port or path."""

    port: _Port | None
    host: str | None
    path: _Path | None
    family: Literal[0, 4, 6, "IPv4", "IPv6"] | None
    listener: Callable[[], object] | None
    no_delay: bool | None
    noDelay: bool | None
    keep_alive: bool | None
    keepAlive: bool | None
    keep_alive_initial_delay: float | None
    keepAliveInitialDelay: float | None

@type_check_only
class ConnectOptions(SocketConnectOptions, total=False):
    """Options of connect() and create_connection(): those of Socket and of Socket.connect(), and timeout (ms)."""

    allow_half_open: bool | None
    allowHalfOpen: bool | None
    high_water_mark: int | None
    highWaterMark: int | None
    timeout: float | None

@type_check_only
class ListenOptions(TypedDict, total=False):
    """Options of Server.listen(): port or path."""

    port: _Port | None
    host: str | None
    path: _Path | None
    backlog: int | None
    callback: Callable[[], object] | None

# --- errors ---

class NetError(OSError):
    code: str | None
    syscall: str | None
    address: str | None
    port: int | None
    hostname: str | None

class NetConnectionRefusedError(NetError, ConnectionRefusedError): ...
class NetConnectionResetError(NetError, ConnectionResetError): ...
class NetConnectionAbortedError(NetError, ConnectionAbortedError): ...
class NetBrokenPipeError(NetError, BrokenPipeError): ...
class NetTimeoutError(NetError, TimeoutError): ...
class NetFileNotFoundError(NetError, FileNotFoundError): ...
class NetFileExistsError(NetError, FileExistsError): ...
class NetPermissionError(NetError, PermissionError): ...
class NetBlockingIOError(NetError, BlockingIOError): ...
class NetIsADirectoryError(NetError, IsADirectoryError): ...
class NetNotADirectoryError(NetError, NotADirectoryError): ...
class NetLookupError(NetError, socket.gaierror): ...
class AbortError(NetError): ...

class AggregateError(NetError):
    errors: list[NetError]

class MaxListenersExceededWarning(RuntimeWarning):
    emitter: EventEmitter
    type: object
    count: int

class TimeoutOverflowWarning(RuntimeWarning): ...

# --- events ---

_Symbol = NewType("_Symbol", object)
error_monitor: Final[_Symbol]
errorMonitor: Final[_Symbol]

# Decorators give back the function as it was: one variable for each signature of listeners.
_F0 = TypeVar("_F0", bound=Callable[[], object])
_FBytes = TypeVar("_FBytes", bound=Callable[[bytes], object])
_FBool = TypeVar("_FBool", bound=Callable[[bool], object])
_FError = TypeVar("_FError", bound=Callable[[NetError], object])
_FLookup = TypeVar("_FLookup", bound=Callable[[NetError | None, str | None, int | None, str], object])
_FAttempt = TypeVar("_FAttempt", bound=Callable[[str, int | None, int | None], object])
_FAttemptFailed = TypeVar("_FAttemptFailed", bound=Callable[[str, int | None, int | None, NetError], object])
_FSocket = TypeVar("_FSocket", bound=Callable[[Socket], object])
_FUnpipe = TypeVar("_FUnpipe", bound=Callable[[Socket, dict[str, bool]], object])
_FListener = TypeVar("_FListener", bound=Callable[[Any, Callable[..., object]], object])
_FDrop = TypeVar("_FDrop", bound=Callable[[dict[str, Any] | None], object])

@disjoint_base
class EventEmitter:
    @overload
    def on(self, event_name: object, listener: Callable[..., object], /) -> Self: ...
    @overload
    def on(self, event_name: object, /) -> Callable[[_F], _F]: ...
    # The other spellings and orders differ in when and where the listener is called, not in their types.
    once = on
    add_listener = on
    addListener = on
    prepend_listener = on
    prependListener = on
    prepend_once_listener = on
    prependOnceListener = on

    def off(self, event_name: object, listener: Callable[..., object], /) -> Self: ...
    remove_listener = off
    removeListener = off
    def remove_all_listeners(self, event_name: object = None, /) -> Self: ...
    removeAllListeners = remove_all_listeners
    def emit(self, event_name: object, /, *args: Any) -> bool: ...
    def listeners(self, event_name: object, /) -> list[Callable[..., object]]: ...
    def raw_listeners(self, event_name: object, /) -> list[Callable[..., object]]: ...
    rawListeners = raw_listeners
    def listener_count(self, event_name: object, listener: Callable[..., object] | None = None, /) -> int: ...
    listenerCount = listener_count
    def event_names(self) -> list[Any]: ...
    eventNames = event_names
    def set_max_listeners(self, n: float, /) -> Self: ...
    setMaxListeners = set_max_listeners
    def get_max_listeners(self) -> int: ...
    getMaxListeners = get_max_listeners

@disjoint_base
class Socket(EventEmitter):
    def __init__(self, options: SocketOptions | None = None, /, **more: Unpack[SocketOptions]) -> None: ...
    @overload  # type: ignore[override]
    def on(
        self,
        event_name: Literal["connect", "ready", "end", "drain", "timeout", "finish", "prefinish", "pause", "resume"],
        listener: Callable[[], object],
        /,
    ) -> Self: ...
    @overload
    def on(
        self,
        event_name: Literal["connect", "ready", "end", "drain", "timeout", "finish", "prefinish", "pause", "resume"],
        /,
    ) -> Callable[[_F0], _F0]: ...
    @overload
    def on(self, event_name: Literal["data"], listener: Callable[[bytes], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["data"], /) -> Callable[[_FBytes], _FBytes]: ...
    @overload
    def on(self, event_name: Literal["close"], listener: Callable[[bool], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["close"], /) -> Callable[[_FBool], _FBool]: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, listener: Callable[[NetError], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, /) -> Callable[[_FError], _FError]: ...
    @overload
    def on(
        self,
        event_name: Literal["lookup"],
        listener: Callable[[NetError | None, str | None, int | None, str], object],
        /,
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["lookup"], /) -> Callable[[_FLookup], _FLookup]: ...
    @overload
    def on(
        self, event_name: Literal["connectionAttempt"], listener: Callable[[str, int | None, int | None], object], /
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["connectionAttempt"], /) -> Callable[[_FAttempt], _FAttempt]: ...
    @overload
    def on(
        self,
        event_name: Literal["connectionAttemptFailed"],
        listener: Callable[[str, int | None, int | None, NetError], object],
        /,
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["connectionAttemptFailed"], /) -> Callable[[_FAttemptFailed], _FAttemptFailed]: ...
    @overload
    def on(self, event_name: Literal["pipe"], listener: Callable[[Socket], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["pipe"], /) -> Callable[[_FSocket], _FSocket]: ...
    @overload
    def on(self, event_name: Literal["unpipe"], listener: Callable[[Socket, dict[str, bool]], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["unpipe"], /) -> Callable[[_FUnpipe], _FUnpipe]: ...
    @overload
    def on(
        self,
        event_name: Literal["newListener", "removeListener"],
        listener: Callable[[Any, Callable[..., object]], object],
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
    @overload
    def connect(self, port: _Port, listener: _Listener = None, /, **options: Unpack[SocketConnectOptions]) -> Self: ...
    @overload
    def connect(
        self, port: _Port, host: str | None, listener: _Listener = None, /, **options: Unpack[SocketConnectOptions]
    ) -> Self: ...
    @overload
    def connect(self, path: _Path, listener: _Listener = None, /, **options: Unpack[SocketConnectOptions]) -> Self: ...
    @overload
    def connect(
        self, address: _Pair, listener: _Listener = None, /, **options: Unpack[SocketConnectOptions]
    ) -> Self: ...
    @overload
    def connect(
        self, options: SocketConnectOptions, listener: _Listener = None, /, **more: Unpack[SocketConnectOptions]
    ) -> Self: ...
    @overload
    def connect(self, **options: Unpack[SocketConnectOptions]) -> Self: ...
    @overload
    def write(self, data: str | Buffer, encoding: str | None = "utf8", callback: _Done = None) -> bool: ...
    @overload
    def write(self, data: str | Buffer, callback: Callable[[NetError | None], object], /) -> bool: ...
    @overload
    def end(self, data: str | Buffer | None = None, encoding: str | None = "utf8", callback: _Done = None) -> Self: ...
    @overload
    def end(self, data: str | Buffer | None, callback: Callable[[NetError | None], object], /) -> Self: ...
    @overload
    def end(self, callback: Callable[[NetError | None], object], /) -> Self: ...
    def destroy(self, error: BaseException | None = None, /) -> Self: ...
    def destroy_soon(self) -> None: ...
    destroySoon = destroy_soon
    def pause(self) -> Self: ...
    def resume(self) -> Self: ...
    def is_paused(self) -> bool: ...
    isPaused = is_paused
    def pipe(self, destination: _SocketT, *, end: bool = True) -> _SocketT: ...
    def unpipe(self, destination: Socket | None = None, /) -> Self: ...
    def set_timeout(self, ms: float, callback: _Listener = None) -> Self: ...
    setTimeout = set_timeout
    def set_no_delay(self, no_delay: bool = True, /) -> Self: ...
    setNoDelay = set_no_delay
    def set_keep_alive(self, enable: bool = False, initial_delay: float = 0, /) -> Self: ...
    setKeepAlive = set_keep_alive
    def address(self) -> AddressInfo | None: ...
    def fileno(self) -> int: ...
    def ref(self) -> Self: ...
    def unref(self) -> Self: ...
    @property
    def connecting(self) -> bool: ...
    @property
    def pending(self) -> bool: ...
    @property
    def destroyed(self) -> bool: ...
    @property
    def closed(self) -> bool: ...
    @property
    def readable(self) -> bool: ...
    @property
    def writable(self) -> bool: ...
    @property
    def ready_state(self) -> Literal["opening", "open", "readOnly", "writeOnly", "closed"]: ...
    @property
    def readyState(self) -> Literal["opening", "open", "readOnly", "writeOnly", "closed"]: ...
    @property
    def allow_half_open(self) -> bool: ...
    @allow_half_open.setter
    def allow_half_open(self, value: bool, /) -> None: ...
    @property
    def allowHalfOpen(self) -> bool: ...
    @allowHalfOpen.setter
    def allowHalfOpen(self, value: bool, /) -> None: ...
    @property
    def server(self) -> Server | None: ...
    @property
    def errored(self) -> BaseException | None: ...
    @property
    def bytes_read(self) -> int: ...
    @property
    def bytesRead(self) -> int: ...
    @property
    def bytes_written(self) -> int: ...
    @property
    def bytesWritten(self) -> int: ...
    @property
    def timeout(self) -> float | None: ...
    @property
    def local_address(self) -> str | None: ...
    @property
    def localAddress(self) -> str | None: ...
    @property
    def remote_address(self) -> str | None: ...
    @property
    def remoteAddress(self) -> str | None: ...
    @property
    def local_port(self) -> int | None: ...
    @property
    def localPort(self) -> int | None: ...
    @property
    def remote_port(self) -> int | None: ...
    @property
    def remotePort(self) -> int | None: ...
    @property
    def local_family(self) -> _Family | None: ...
    @property
    def localFamily(self) -> _Family | None: ...
    @property
    def remote_family(self) -> _Family | None: ...
    @property
    def remoteFamily(self) -> _Family | None: ...

Stream = Socket

@disjoint_base
class Server(EventEmitter):
    @overload
    def __init__(
        self,
        options: ServerOptions | None,
        listener: Callable[[Socket], object] | None = None,
        /,
        **more: Unpack[ServerOptions],
    ) -> None: ...
    @overload
    def __init__(self, listener: Callable[[Socket], object], /, **options: Unpack[ServerOptions]) -> None: ...
    @overload
    def __init__(self, **options: Unpack[ServerOptions]) -> None: ...
    @overload  # type: ignore[override]
    def on(self, event_name: Literal["listening", "close"], listener: Callable[[], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["listening", "close"], /) -> Callable[[_F0], _F0]: ...
    @overload
    def on(self, event_name: Literal["connection"], listener: Callable[[Socket], object], /) -> Self: ...
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
        listener: Callable[[Any, Callable[..., object]], object],
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
    @overload
    def listen(self, port: _Port | None, callback: _Listener = None, /, **options: Unpack[ListenOptions]) -> Self: ...
    @overload
    def listen(
        self, port: _Port | None, host: str | None, callback: _Listener = None, /, **options: Unpack[ListenOptions]
    ) -> Self: ...
    @overload
    def listen(
        self, port: _Port | None, backlog: int, callback: _Listener = None, /, **options: Unpack[ListenOptions]
    ) -> Self: ...
    @overload
    def listen(
        self,
        port: _Port | None,
        host: str | None,
        backlog: int | None,
        callback: _Listener = None,
        /,
        **options: Unpack[ListenOptions],
    ) -> Self: ...
    @overload
    def listen(self, path: _Path, callback: _Listener = None, /, **options: Unpack[ListenOptions]) -> Self: ...
    @overload
    def listen(
        self, path: _Path, backlog: int | None, callback: _Listener = None, /, **options: Unpack[ListenOptions]
    ) -> Self: ...
    @overload
    def listen(
        self,
        address: _Pair,
        backlog: int | None = None,
        callback: _Listener = None,
        /,
        **options: Unpack[ListenOptions],
    ) -> Self: ...
    @overload
    def listen(self, options: ListenOptions, callback: _Listener = None, /, **more: Unpack[ListenOptions]) -> Self: ...
    @overload
    def listen(self, callback: Callable[[], object], /, **options: Unpack[ListenOptions]) -> Self: ...
    @overload
    def listen(self, **options: Unpack[ListenOptions]) -> Self: ...
    def close(self, callback: _Done = None) -> Self: ...
    def get_connections(self, callback: Callable[[NetError | None, int], object]) -> Self: ...
    getConnections = get_connections
    def address(self) -> AddressInfo | str | None: ...
    def fileno(self) -> int: ...
    def ref(self) -> Self: ...
    def unref(self) -> Self: ...
    @property
    def listening(self) -> bool: ...
    @property
    def max_connections(self) -> float | None: ...
    @max_connections.setter
    def max_connections(self, value: float | None, /) -> None: ...
    @property
    def maxConnections(self) -> float | None: ...
    @maxConnections.setter
    def maxConnections(self, value: float | None, /) -> None: ...

# --- servers and connections ---

@overload
def connect(port: _Port, listener: _Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(
    port: _Port, host: str | None, listener: _Listener = None, /, **options: Unpack[ConnectOptions]
) -> Socket: ...
@overload
def connect(path: _Path, listener: _Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(address: _Pair, listener: _Listener = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(options: ConnectOptions, listener: _Listener = None, /, **more: Unpack[ConnectOptions]) -> Socket: ...
@overload
def connect(**options: Unpack[ConnectOptions]) -> Socket: ...

create_connection = connect
createConnection = connect

@overload
def create_server(
    options: ServerOptions | None, listener: Callable[[Socket], object] | None = None, /, **more: Unpack[ServerOptions]
) -> Server: ...
@overload
def create_server(listener: Callable[[Socket], object], /, **options: Unpack[ServerOptions]) -> Server: ...
@overload
def create_server(**options: Unpack[ServerOptions]) -> Server: ...

createServer = create_server

# --- the loop ---

@type_check_only
class _Turn:
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> Literal[False]: ...

_Handler: TypeAlias = Callable[[BaseException, EventEmitter | None], object]

def run(
    main: Callable[[], object] | None = None, *, signals: bool = False, on_uncaught: Literal["log"] | None = None
) -> None: ...
def stop() -> None: ...
def turn() -> _Turn: ...
def set_uncaught_handler(handler: _Handler | None, /) -> _Handler | None: ...

setUncaughtHandler = set_uncaught_handler

# --- timers ---

@final
class Timeout:
    def ref(self) -> Self: ...
    def unref(self) -> Self: ...
    def has_ref(self) -> bool: ...
    hasRef = has_ref
    def refresh(self) -> Self: ...
    def close(self) -> Self: ...

@final
class Immediate:
    def ref(self) -> Self: ...
    def unref(self) -> Self: ...
    def has_ref(self) -> bool: ...
    hasRef = has_ref

def set_timeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout: ...
def setTimeout(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout: ...
def set_interval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout: ...
def setInterval(callback: Callable[[Unpack[_Ts]], object], ms: float | None = 1, /, *args: *_Ts) -> Timeout: ...
def set_immediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate: ...
def setImmediate(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> Immediate: ...
def next_tick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None: ...
def nextTick(callback: Callable[[Unpack[_Ts]], object], /, *args: *_Ts) -> None: ...
def clear_timeout(timer: Timeout | None, /) -> None: ...
def clear_immediate(immediate: Immediate | None, /) -> None: ...

clear_interval = clear_timeout
clearTimeout = clear_timeout
clearInterval = clear_timeout
clearImmediate = clear_immediate
