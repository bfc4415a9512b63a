"""Types of the C module: IP addresses and block lists. For type checkers only: import these names from pynet."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar, Final, Literal, Self, TypeAlias, TypedDict, Unpack, overload, type_check_only

from _typeshed import SupportsRead
from typing_extensions import TypeIs, disjoint_base

from pynet._options import Host, Path, Port

_IPNetwork: TypeAlias = IPv4Network | IPv6Network
_IP: TypeAlias = Host | SocketAddress
_Rule: TypeAlias = _IP | _IPNetwork

@type_check_only
class SocketAddressOptions(TypedDict, total=False):
    address: Host | None
    port: Port | float | None
    family: str | None
    flowlabel: float | None

@type_check_only
class _SocketAddressDict(TypedDict):
    address: str
    port: int
    family: Literal["ipv4", "ipv6"]
    flowlabel: int

def is_ip(input: object, /) -> Literal[0, 4, 6]:
    """6 or 4 when the input is an IPv6 or IPv4 address, else 0. A zone (fe80::1%eth0) is allowed; leading zeros,
    short forms and white space are not. bytes are read as ASCII, anything else as str(input). Node: net.isIP().
    """

def is_ipv4(input: object, /) -> bool:
    """True when is_ip(input) is 4. Node: net.isIPv4()."""

def is_ipv6(input: object, /) -> bool:
    """True when is_ip(input) is 6. Node: net.isIPv6()."""

isIP = is_ip
isIPv4 = is_ipv4
isIPv6 = is_ipv6

@disjoint_base
class SocketAddress:
    """SocketAddress(options, /): the same in a mapping. An IP address with a port: an immutable value that can be
    compared, ordered, hashed and pickled. Without an address it is 127.0.0.1, or :: with family='ipv6'; without a
    family it is the address's own. Raises TypeError (ERR_INVALID_ARG_TYPE) and ValueError (ERR_INVALID_ARG_VALUE,
    ERR_INVALID_ADDRESS, ERR_SOCKET_BAD_PORT, ERR_OUT_OF_RANGE). Node: net.SocketAddress.
    """

    __match_args__: Final = ("address", "port", "family", "flowlabel")
    @overload
    def __new__(
        cls,
        address: Host | None = None,
        port: Port | float | None = None,
        *,
        family: str | None = None,
        flowlabel: float | None = None,
    ) -> Self: ...
    @overload
    def __new__(
        cls, options: SocketAddressOptions | _SocketAddressDict, /, **more: Unpack[SocketAddressOptions]
    ) -> Self: ...
    @property
    def address(self) -> str:
        """The address in its canonical form, without zone."""
    @property
    def port(self) -> int:
        """The port, 0 to 65535."""
    @property
    def family(self) -> Literal["ipv4", "ipv6"]:
        """'ipv4' or 'ipv6'."""
    @property
    def flowlabel(self) -> int:
        """The flow label of IPv6, 0 to 1048575; 0 with IPv4."""
    @classmethod
    def parse(cls, text: str, *, strict: bool = False) -> Self | None:
        """The SocketAddress that a text such as "1.2.3.4:80", "[::1]:80" or "1.2.3.4" stands for, or None. IPv4 is
        also read in its older forms ("127.1", "0x7f.1", octal); strict=True takes dotted quads only, and IPv6
        without brackets too. Raises TypeError (ERR_INVALID_ARG_TYPE) for anything but str. Node:
        SocketAddress.parse().
        """
    @classmethod
    def is_socket_address(cls, value: object, /) -> TypeIs[SocketAddress]:
        """True for a SocketAddress. Node: SocketAddress.isSocketAddress()."""
    @classmethod
    def isSocketAddress(cls, value: object, /) -> TypeIs[SocketAddress]:
        """True for a SocketAddress. Node: SocketAddress.isSocketAddress()."""
    def to_json(self) -> _SocketAddressDict:
        """A dict of address, port, family and flowlabel, for json.dumps(). Node: toJSON()."""
    toJSON = to_json
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __lt__(self, other: SocketAddress, /) -> bool: ...
    def __le__(self, other: SocketAddress, /) -> bool: ...
    def __gt__(self, other: SocketAddress, /) -> bool: ...
    def __ge__(self, other: SocketAddress, /) -> bool: ...

@disjoint_base
class BlockList:
    """Addresses, subnets and ranges, and whether an address is among them: `address in blocklist`. A check takes the
    same time however many rules there are. IPv4 rules hold for IPv4-mapped IPv6 addresses too, and vice versa.
    rules: an iterable of what add() takes. Equality ignores order. Node: net.BlockList.
    """

    PRIVATE_RANGES: Final[tuple[str, ...]]
    """The networks that are not of the Internet, as CIDR texts, for BlockList() and add_cidrs()."""
    def __init__(self, rules: Iterable[_Rule] | None = (), /) -> None: ...
    @property
    def rules(self) -> list[str]:
        """The rules as Node writes them, newest first: a new list each time."""
    @property
    def size(self) -> int:
        """The number of rules; the same as len()."""
    def add(self, rule: _Rule, /) -> None:
        """Adds an address, a subnet (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9), of either family; also
        a SocketAddress, and an address or network of the module ipaddress.
        """
    def discard(self, rule: _Rule, /) -> None:
        """Removes a rule, written as add() takes it, if it is there."""
    def update(self, rules: Iterable[_Rule], /) -> None:
        """Adds each rule of an iterable, as add() takes them, or none when one is bad."""
    def load(self, file: Path | SupportsRead[str] | SupportsRead[bytes], /) -> int:
        """Adds the rules in a file (its path, or an open file), one a line as add() takes them; # and ;
        begin a comment. Returns how many there were. When a line is bad the error names it, and none is added.
        """
    def add_address(self, address: _IP, type: str | None = "ipv4") -> None:
        """Adds one address. Raises TypeError and ValueError. Node: addAddress()."""
    addAddress = add_address
    def add_addresses(self, addresses: Iterable[_IP], type: str | None = "ipv4") -> None:
        """Adds each address, or none when one is bad. Node: addAddresses()."""
    addAddresses = add_addresses
    def add_range(self, start: _IP, end: _IP, type: str | None = "ipv4") -> None:
        """Adds the addresses from start to end, both included. Node: addRange()."""
    addRange = add_range
    @overload
    def add_subnet(self, net: _IP, prefix: float, type: str | None = "ipv4") -> None:
        """Adds the addresses that have the first prefix bits of net, which may also be
        a network of the module ipaddress, without prefix. Node: addSubnet().
        """
    @overload
    def add_subnet(self, net: _IPNetwork, prefix: None = None, type: str | None = "ipv4") -> None: ...
    addSubnet = add_subnet
    def add_cidr(self, cidr: str | _IPNetwork, /) -> None:
        """Adds a subnet, written as "10.0.0.0/8" or "fc00::/7". Node: addCIDR()."""
    addCIDR = add_cidr
    def add_cidrs(self, cidrs: Iterable[str | _IPNetwork], /) -> None:
        """Adds each subnet, or none when one is bad. Node: addCIDRs()."""
    addCIDRs = add_cidrs
    def remove_address(self, address: _IP, type: str | None = "ipv4") -> None:
        """Removes the rule about one address, if there is one. Node: removeAddress()."""
    removeAddress = remove_address
    def remove_range(self, start: _IP, end: _IP, type: str | None = "ipv4") -> None:
        """Removes one such range, if there is one. Node: removeRange()."""
    removeRange = remove_range
    @overload
    def remove_subnet(self, net: _IP, prefix: float, type: str | None = "ipv4") -> None:
        """Removes one such subnet, as it was written when it was added, if there is one. Node: removeSubnet()."""
    @overload
    def remove_subnet(self, net: _IPNetwork, prefix: None = None, type: str | None = "ipv4") -> None: ...
    removeSubnet = remove_subnet
    def remove_cidr(self, cidr: str | _IPNetwork, /) -> None:
        """Removes one such subnet, if there is one. Node: removeCIDR()."""
    removeCIDR = remove_cidr
    def clear(self) -> None:
        """Removes all rules. Node: clear()."""
    def check(self, address: _IP, type: str | None = "ipv4") -> bool:
        """True when a rule covers the address. An IPv6 text needs type='ipv6'; `address in blocklist` finds that
        out by itself. Text that is not an address is False. Node: check().
        """
    def to_json(self) -> list[str]:
        """The same as rules. Node: toJSON()."""
    toJSON = to_json
    def from_json(self, data: str | list[str] | tuple[str, ...], /) -> None:
        """Adds the rules of a list as to_json() returns it, or of its JSON text; all or none. Node: fromJSON()."""
    fromJSON = from_json
    @classmethod
    def is_block_list(cls, value: object, /) -> TypeIs[BlockList]:
        """True for a BlockList. Node: BlockList.isBlockList()."""
    @classmethod
    def isBlockList(cls, value: object, /) -> TypeIs[BlockList]:
        """True for a BlockList. Node: BlockList.isBlockList()."""
    def __contains__(self, address: _IP, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    __hash__: ClassVar[None]  # type: ignore[assignment]
