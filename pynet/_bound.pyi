"""Types of the C module: sockets that are bound and wait. For type checkers only: import these names from pynet."""

from types import TracebackType
from typing import Generic, Self, TypeAlias, TypedDict, Unpack, overload, type_check_only

from typing_extensions import TypeVar, disjoint_base

from pynet._options import AddressInfo, Host, Pair, Path, Port

@type_check_only
class _TCPOptions(TypedDict, total=False):
    host: Host | None
    port: Port | None
    ipv6_only: bool | None
    ipv6Only: bool | None
    reuse_port: bool | None
    reusePort: bool | None

@type_check_only
class BoundSocketOptions(_TCPOptions, total=False):
    """Options of BoundSocket(); path excludes the others."""

    path: Path | None

_Where: TypeAlias = AddressInfo | str
# What address() returns: AddressInfo of TCP, a str of a path.
_WhereT = TypeVar("_WhereT", bound=_Where, covariant=True, default=_Where)

@disjoint_base
class BoundSocket(Generic[_WhereT]):
    """A socket that is bound at once, and that neither listens nor connects. Later a server (listen(bound)) or a
    socket (Socket(handle=bound), connect(handle=bound, port=...)) adopts it. host is an IP address ("::" by
    default with ipv6_only). port 0 means any free port. path (str, bytes, os.PathLike) makes a unix socket,
    and cannot be combined with other options. In place of the options you may pass a (host, port) tuple or a
    SocketAddress.

    Raises NetError (`bind EADDRINUSE 127.0.0.1:80`) if it cannot be bound, TypeError (ERR_INVALID_ARG_TYPE),
    ValueError (ERR_INVALID_ARG_VALUE, ERR_SOCKET_BAD_PORT). Node: class net.BoundSocket.
    """

    @overload
    def __init__(
        self: BoundSocket[AddressInfo], address: Pair | None = None, /, **more: Unpack[_TCPOptions]
    ) -> None: ...
    @overload
    def __init__(self: BoundSocket[str], options: None = None, /, *, path: Path) -> None: ...
    @overload
    def __init__(
        self: BoundSocket, options: BoundSocketOptions | None = None, /, **more: Unpack[BoundSocketOptions]
    ) -> None: ...
    def address(self) -> _WhereT:
        """Returns the bound address as AddressInfo(address, port, family), always the same object; for a unix socket
        its path (str). Raises NetError (ERR_SOCKET_HANDLE_ADOPTED) after it was adopted or closed.
        Node: boundSocket.address().
        """
    def fd(self) -> int:
        """Returns the file descriptor. It belongs to this object: don't close it. Raises NetError
        (ERR_SOCKET_HANDLE_ADOPTED) after it was adopted or closed. Node: boundSocket.fd().
        """
    def fileno(self) -> int:
        """The same as fd(), for select and the like."""
    def close(self) -> None:
        """Releases the address. It removes the file of a unix path, if that still is the one that was bound. Raises
        NetError (ERR_SOCKET_HANDLE_ADOPTED) if it was already adopted or closed; the end of a `with` block never
        does. Node: boundSocket.close().
        """
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    @property
    def is_pipe(self) -> bool:
        """True for a unix socket, also after it was adopted. Node: isPipe."""
    isPipe = is_pipe
