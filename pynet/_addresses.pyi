"""Types of the C module: IP addresses and block lists. For type checkers only: import these names from pynet."""

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import ClassVar, Final, Literal, Self, TypeAlias, TypedDict, Unpack, overload, type_check_only

from _typeshed import SupportsRead, SupportsWrite
from typing_extensions import TypeIs, disjoint_base

from pynet._options import Host, Path, Port

_IPNetwork: TypeAlias = IPv4Network | IPv6Network
_IP: TypeAlias = Host | SocketAddress
_Rule: TypeAlias = _IP | _IPNetwork
_RuleFile: TypeAlias = Path | SupportsRead[str] | SupportsRead[bytes] | Iterable[str] | Iterable[bytes]

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
    """Returns 6 for an IPv6 address, 4 for an IPv4 address, and 0 for anything else. A zone (fe80::1%eth0) is
    allowed. White space, and leading zeros and short forms of IPv4, are not. bytes are read as ASCII,
    anything else as str(input). Node: net.isIP().
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
    """SocketAddress(options, /): the same in a mapping.

    An IP address with a port: an immutable value. You can compare, sort, hash and pickle it. Without an
    address it is 127.0.0.1, or :: with family='ipv6'. Without a family, it has the family of the address.

    Raises TypeError (ERR_INVALID_ARG_TYPE) and ValueError (ERR_INVALID_ARG_VALUE, ERR_INVALID_ADDRESS,
    ERR_SOCKET_BAD_PORT, ERR_OUT_OF_RANGE). Node: net.SocketAddress.
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
        """Returns the SocketAddress of a text such as "1.2.3.4:80", "[::1]:80" or "1.2.3.4", or None if the text is
        not an address. IPv4 may be in one of its older forms ("127.1", "0x7f.1", octal). strict=True accepts only
        dotted quads, and also IPv6 without brackets. Raises TypeError (ERR_INVALID_ARG_TYPE) for anything but
        str. Node: SocketAddress.parse().
        """
    @classmethod
    def is_socket_address(cls, value: object, /) -> TypeIs[SocketAddress]:
        """True for a SocketAddress. Node: SocketAddress.isSocketAddress()."""
    @classmethod
    def isSocketAddress(cls, value: object, /) -> TypeIs[SocketAddress]:
        """True for a SocketAddress. Node: SocketAddress.isSocketAddress()."""
    def to_json(self) -> _SocketAddressDict:
        """Returns a dict of address, port, family and flowlabel, for json.dumps(). Node: toJSON()."""
    toJSON = to_json
    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __lt__(self, other: SocketAddress, /) -> bool: ...
    def __le__(self, other: SocketAddress, /) -> bool: ...
    def __gt__(self, other: SocketAddress, /) -> bool: ...
    def __ge__(self, other: SocketAddress, /) -> bool: ...

@disjoint_base
class BlockList:
    """A list of addresses, subnets and ranges. `address in blocklist` is True if a rule covers the address. A
    check takes about the same time for any number of rules. IPv4 rules also apply to IPv4-mapped IPv6
    addresses, and vice versa. rules is an iterable of rules in the form of add(). Equality ignores the order.
    Node: net.BlockList.
    """

    PRIVATE_RANGES: Final[tuple[str, ...]]
    """The networks that are not part of the public Internet, as CIDR texts, for BlockList() and add_cidrs()."""
    SPECIAL_RANGES: Final[tuple[str, ...]]
    """The networks of IANA's special-purpose registries, and multicast, of both families, as CIDR texts, for
    BlockList() and add_cidrs().
    """
    def __init__(self, rules: Iterable[_Rule] | None = (), /) -> None: ...
    @property
    def rules(self) -> list[str]:
        """The rules in Node's form, newest first: a new list each time."""
    @property
    def size(self) -> int:
        """The number of rules; the same as len()."""
    def add(self, rule: _Rule, /) -> None:
        """Adds an address, a subnet (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9), of either family. The rule may also
        be a SocketAddress, or an address or network of the module ipaddress.
        """
    def discard(self, rule: _Rule, /) -> None:
        """Removes a rule, in the form of add(). Does nothing if the list does not have it."""
    def update(self, rules: Iterable[_Rule], /) -> None:
        """Adds each rule of an iterable, in the form of add(), or none if one is wrong."""
    def load(self, file: _RuleFile, /) -> int:
        """Adds the rules of a file: its path, an open file, or an iterable of lines. A line has one rule, in the
        form of add(), of `ipset save`, or of p2p (name:10.0.0.1-10.0.0.9); # and ; begin a comment. Returns the
        number of rules. If a line is wrong, ValueError names file and line, and no rule is added.
        """
    @classmethod
    def from_file(cls, file: _RuleFile, /) -> Self:
        """Returns a new list with the rules of a file, as load() reads them. The loop goes on while it reads a big
        one.
        """
    def save(self, file: Path | SupportsWrite[str] | SupportsWrite[bytes], /) -> None:
        """Writes the rules to a file, which load() can read: to a path, or to an open file. The file at the path is
        replaced in one step, so a reader sees the old rules or the new ones.
        """
    def add_address(self, address: _IP, type: str | None = "ipv4") -> None:
        """Adds one address. Raises TypeError and ValueError. Node: addAddress()."""
    addAddress = add_address
    def add_addresses(self, addresses: Iterable[_IP], type: str | None = "ipv4") -> None:
        """Adds each address, or none if one is wrong. Node: addAddresses()."""
    addAddresses = add_addresses
    def add_range(self, start: _IP, end: _IP, type: str | None = "ipv4") -> None:
        """Adds the addresses from start to end, both included. Node: addRange()."""
    addRange = add_range
    @overload
    def add_subnet(self, net: _IP, prefix: float, type: str | None = "ipv4") -> None:
        """Adds a subnet: the addresses whose first `prefix` bits are those of net. net may also be a network of the
        module ipaddress, without prefix. Node: addSubnet().
        """
    @overload
    def add_subnet(self, net: _IPNetwork, prefix: None = None, type: str | None = "ipv4") -> None: ...
    addSubnet = add_subnet
    def add_cidr(self, cidr: str | _IPNetwork, /) -> None:
        """Adds a subnet, written as "10.0.0.0/8" or "fc00::/7". Node: addCIDR()."""
    addCIDR = add_cidr
    def add_cidrs(self, cidrs: Iterable[str | _IPNetwork], /) -> None:
        """Adds each subnet, or none if one is wrong. Node: addCIDRs()."""
    addCIDRs = add_cidrs
    def remove_address(self, address: _IP, type: str | None = "ipv4") -> None:
        """Removes the rule for one address, if there is one. Node: removeAddress()."""
    removeAddress = remove_address
    def remove_range(self, start: _IP, end: _IP, type: str | None = "ipv4") -> None:
        """Removes one such range, if there is one. Node: removeRange()."""
    removeRange = remove_range
    @overload
    def remove_subnet(self, net: _IP, prefix: float, type: str | None = "ipv4") -> None:
        """Removes one such subnet, if there is one. Write it as you added it. Node: removeSubnet()."""
    @overload
    def remove_subnet(self, net: _IPNetwork, prefix: None = None, type: str | None = "ipv4") -> None: ...
    removeSubnet = remove_subnet
    def remove_cidr(self, cidr: str | _IPNetwork, /) -> None:
        """Removes one such subnet, if there is one. Node: removeCIDR()."""
    removeCIDR = remove_cidr
    def clear(self) -> None:
        """Removes all rules. Node: clear()."""
    def check(self, address: _IP, type: str | None = "ipv4") -> bool:
        """True if a rule covers the address. An IPv6 text needs type='ipv6'; `address in blocklist` finds the family
        itself. For text that is not an address it is False. Node: check().
        """
    def to_json(self) -> list[str]:
        """The same as rules. Node: toJSON()."""
    toJSON = to_json
    def from_json(self, data: str | list[str] | tuple[str, ...], /) -> None:
        """Adds the rules of a list that to_json() returned, or of its JSON text: all of them or none.
        Node: fromJSON().
        """
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
