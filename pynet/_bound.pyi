"""Types of the C module: sockets that are bound and wait. For type checkers only: import these names from pynet."""

from types import TracebackType
from typing import Self, TypedDict, Unpack, overload, type_check_only

from typing_extensions import disjoint_base

from pynet._options import AddressInfo, Host, Pair, Path, Port

@type_check_only
class BoundSocketOptions(TypedDict, total=False):
    """Options of BoundSocket(); path excludes the others."""

    host: Host | None
    port: Port | None
    ipv6_only: bool | None
    ipv6Only: bool | None
    reuse_port: bool | None
    reusePort: bool | None
    path: Path | None

@disjoint_base
class BoundSocket:
    @overload
    def __init__(self, options: BoundSocketOptions | None = None, /, **more: Unpack[BoundSocketOptions]) -> None: ...
    @overload
    def __init__(self, address: Pair, /, **more: Unpack[BoundSocketOptions]) -> None: ...
    def address(self) -> AddressInfo | str: ...
    def fd(self) -> int: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...
    @property
    def is_pipe(self) -> bool: ...
    @property
    def isPipe(self) -> bool: ...
