"""Types of the C module: options, and the values that arguments take. For type checkers only.

All classes here but AddressInfo, all dicts of options, exist for type checkers only: import them from pynet under
TYPE_CHECKING, or leave their evaluation to `from __future__ import annotations`.
"""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from os import PathLike
from ssl import SSLContext, SSLSession
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, TypedDict, type_check_only

from typing_extensions import Buffer

from pynet._abort import AbortSignal
from pynet._addresses import BlockList, SocketAddress
from pynet._bound import BoundSocket
from pynet._errors import NetError
from pynet._proxy import ProxyHeader
from pynet._socket import Socket

Port: TypeAlias = int | str
Path: TypeAlias = str | bytes | PathLike[str] | PathLike[bytes]
Host: TypeAlias = str | IPv4Address | IPv6Address
Pair: TypeAlias = tuple[Host, int] | tuple[str, int, int, int] | AddressInfo | SocketAddress
Address: TypeAlias = Port | Path | Pair
Place: TypeAlias = int | Pair | Path
# A list at run time; list itself is invariant, so that a list[int] would be none of places.
Places: TypeAlias = Sequence[Place]
# Whose connections begin with a header of the PROXY protocol.
Proxies: TypeAlias = Sequence[str | SocketAddress | IPv4Address | IPv6Address | IPv4Network | IPv6Network]
Listener: TypeAlias = Callable[[], object] | None
OnConnection: TypeAlias = Callable[[Socket], object]
Done: TypeAlias = Callable[[NetError | None], object] | None
Family: TypeAlias = Literal["IPv4", "IPv6"]
HappyEyeballs: TypeAlias = Literal["race", "serial"]
TextErrors: TypeAlias = Literal["node", "strict"]
AcceptRate: TypeAlias = float | tuple[float, float]

@type_check_only
class LookupOptions(TypedDict, total=False):
    """What a lookup function gets as options; all: return every address."""

    family: Literal[0, 4, 6] | None
    hints: int
    all: bool

# lookup(hostname, options, callback), where callback is callback(err=None, address=None, family=None)
Lookup: TypeAlias = Callable[[str, LookupOptions, Callable[..., None]], object]

class AddressInfo(NamedTuple):
    """AddressInfo(address, port, family)"""

    address: str
    """The IP address."""
    port: int
    """The port, 0 to 65535."""
    family: Family
    """ "IPv4" or "IPv6"."""

@type_check_only
class OnReadOptions(TypedDict):
    """The option onread; callback(nread, buffer), where False pauses."""

    buffer: Buffer | Callable[[], Buffer]
    callback: Callable[[int, Any], object]

@type_check_only
class _CommonOptions(TypedDict, total=False):
    allow_half_open: bool | None
    allowHalfOpen: bool | None
    high_water_mark: int | None
    highWaterMark: int | None
    max_write_buffer: int | None
    maxWriteBuffer: int | None
    no_delay: bool | None
    noDelay: bool | None
    keep_alive: bool | None
    keepAlive: bool | None
    keep_alive_initial_delay: float | None
    keepAliveInitialDelay: float | None

@type_check_only
class SocketOptions(_CommonOptions, total=False):
    """Options of Socket(); None counts as not given."""

    readable_high_water_mark: int | None
    readableHighWaterMark: int | None
    writable_high_water_mark: int | None
    writableHighWaterMark: int | None
    encoding: str | None
    default_encoding: str | None
    defaultEncoding: str | None
    onread: OnReadOptions | None
    fd: int | None
    readable: bool | None
    writable: bool | None
    handle: BoundSocket | None
    signal: AbortSignal | None
    block_list: BlockList | None
    blockList: BlockList | None
    type_of_service: int | None
    typeOfService: int | None
    errors: TextErrors | None
    linger: float | None
    close_timeout: float | None
    closeTimeout: float | None
    receive_handles: bool | None
    receiveHandles: bool | None

@type_check_only
class KeepAliveOptions(TypedDict, total=False):
    """Options of Socket.set_keep_alive(), in milliseconds."""

    enable: bool | None
    initial_delay: float | None
    initialDelay: float | None
    interval: float | None
    count: float | None

@type_check_only
class ServerOptions(_CommonOptions, total=False):
    """Options of Server() and create_server()."""

    pause_on_connect: bool | None
    pauseOnConnect: bool | None
    block_list: BlockList | None
    blockList: BlockList | None
    max_connections_per_address: int | None
    maxConnectionsPerAddress: int | None
    accept_rate: AcceptRate | None
    acceptRate: AcceptRate | None
    ipv6_prefix: int | None
    ipv6Prefix: int | None
    listener: OnConnection | None
    grace: float | None
    socket_factory: Callable[..., Socket] | None
    socketFactory: Callable[..., Socket] | None
    proxy_protocol: bool | BlockList | Proxies | None
    proxyProtocol: bool | BlockList | Proxies | None
    proxy_untrusted: Literal["reject", "direct"] | None
    proxyUntrusted: Literal["reject", "direct"] | None
    proxy_timeout: float | None
    proxyTimeout: float | None
    ssl: SSLContext | Literal[False] | None
    handshake_timeout: float | None
    handshakeTimeout: float | None
    strict_end: bool | None
    strictEnd: bool | None

@type_check_only
class _ConnectingOptions(TypedDict, total=False):
    port: Port | None
    host: Host | None
    path: Path | None
    family: Literal[0, 4, 6, "IPv4", "IPv6"] | None
    hints: int | None
    lookup: Lookup | None
    local_address: Host | None
    localAddress: Host | None
    local_port: int | None
    localPort: int | None
    auto_select_family: bool | None
    autoSelectFamily: bool | None
    auto_select_family_attempt_timeout: int | None
    autoSelectFamilyAttemptTimeout: int | None
    happy_eyeballs: HappyEyeballs | None
    happyEyeballs: HappyEyeballs | None
    connect_timeout: float | None
    connectTimeout: float | None
    proxy_header: ProxyHeader | Socket | Literal["LOCAL"] | None
    proxyHeader: ProxyHeader | Socket | Literal["LOCAL"] | None
    ssl: SSLContext | bool | None
    server_hostname: str | None
    serverHostname: str | None
    session: SSLSession | None
    handshake_timeout: float | None
    handshakeTimeout: float | None
    strict_end: bool | None
    strictEnd: bool | None
    listener: Callable[[], object] | None

@type_check_only
class SocketConnectOptions(_ConnectingOptions, total=False):
    """Options of Socket.connect(): port or path."""

    no_delay: bool | None
    noDelay: bool | None
    keep_alive: bool | None
    keepAlive: bool | None
    keep_alive_initial_delay: float | None
    keepAliveInitialDelay: float | None
    block_list: BlockList | None
    blockList: BlockList | None
    signal: AbortSignal | None
    type_of_service: int | None
    typeOfService: int | None

@type_check_only
class ConnectOptions(SocketOptions, _ConnectingOptions, total=False):
    """Options of connect() and create_connection(): those of Socket and of Socket.connect(), and timeout (ms)."""

    timeout: float | None

@type_check_only
class HasFileno(Protocol):
    """Another server, a Socket, a BoundSocket, a Python socket, ..."""

    def fileno(self) -> int: ...

@type_check_only
class HasFd(Protocol):
    @property
    def fd(self) -> int: ...

Handle: TypeAlias = HasFileno | HasFd

@type_check_only
class ListenOptions(TypedDict, total=False):
    """Options of Server.listen(): port, path, fd or handle."""

    port: Port | None
    host: Host | None
    path: Path | None
    fd: int | None
    handle: Handle | None
    backlog: int | None
    exclusive: bool | None
    ipv6_only: bool | None
    ipv6Only: bool | None
    reuse_port: bool | None
    reusePort: bool | None
    readable_all: bool | None
    readableAll: bool | None
    writable_all: bool | None
    writableAll: bool | None
    mode: int | None
    group: str | int | None
    unlink_stale: bool | None
    unlinkStale: bool | None
    signal: AbortSignal | None
    callback: Callable[[], object] | None

@type_check_only
class AioListenOptions(ServerOptions, ListenOptions, total=False):
    """Options of pynet.aio.listen(): those of Server and of Server.listen()."""
