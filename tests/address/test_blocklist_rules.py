"""BlockList: adding and removing rules, what `rules` shows, JSON; errors, after which nothing has changed."""

from __future__ import annotations

import ipaddress
import json
import math

import pytest

from pynet import BlockList, SocketAddress

# --- adding, and what is shown ---


def test_rules_are_shown_as_node_shows_them_newest_first():
    b = BlockList()
    b.add_address("1.2.3.4")
    b.add_address("0:0::1", "ipv6")
    b.add_range("2.2.2.2", "2.2.2.9")
    b.add_range("::1", "::ff", type="ipv6")
    b.add_subnet("3.3.3.3", 24)
    b.add_subnet("fe80::1", 10, "ipv6")
    assert b.rules == [
        "Subnet: IPv6 fe80::1/10",
        "Subnet: IPv4 3.3.3.3/24",
        "Range: IPv6 ::1-::ff",
        "Range: IPv4 2.2.2.2-2.2.2.9",
        "Address: IPv6 ::1",
        "Address: IPv4 1.2.3.4",
    ]
    assert b.size == len(b) == 6
    assert b.to_json() == b.toJSON() == b.rules


def test_rules_is_a_new_list_each_time_and_read_only():
    b = BlockList(["1.2.3.4"])
    b.rules.clear()
    assert b.rules == ["Address: IPv4 1.2.3.4"]
    with pytest.raises(AttributeError):
        b.rules = []
    with pytest.raises(AttributeError):
        b.size = 0


def test_add_returns_none():
    b = BlockList()
    results = [
        b.add_address("1.2.3.4"),
        b.add_addresses(["1.2.3.4"]),
        b.add_range("1.2.3.4", "1.2.3.4"),
        b.add_subnet("::", 0, "ipv6"),
        b.add_cidr("::/0"),
        b.add_cidrs([]),
        b.add("::1"),
        b.discard("::1"),
        b.update([]),
        b.remove_address("1.2.3.4"),
        b.remove_range("1.2.3.4", "1.2.3.4"),
        b.remove_subnet("::", 0, "ipv6"),
        b.remove_cidr("::/0"),
        b.from_json([]),
        b.clear(),
    ]
    assert results == [None] * len(results)


def test_repeated_address_is_one_rule():
    b = BlockList()
    for text in ("1.2.3.4", "5.6.7.8", "1.2.3.4"):
        b.add_address(text)
    b.add_address("::ffff:1.2.3.4", "ipv6")
    assert b.size == 2
    assert b.rules == ["Address: IPv6 ::ffff:1.2.3.4", "Address: IPv4 5.6.7.8"]


def test_subnets_and_ranges_repeat():
    b = BlockList()
    for _ in range(3):
        b.add_cidr("10.0.0.0/8")
        b.add_range("1.1.1.1", "1.1.1.2")
    assert b.size == 6
    b.remove_cidr("10.0.0.0/8")
    b.remove_range("1.1.1.1", "1.1.1.2")
    assert b.size == 4
    assert "10.1.1.1" in b
    assert "1.1.1.1" in b


def test_mapped_address_is_shown_as_it_was_given():
    b = BlockList()
    b.add_address("::ffff:102:304", "ipv6")
    assert b.rules == ["Address: IPv6 ::ffff:1.2.3.4"]


@pytest.mark.parametrize("kind", ["IPv6", "IPV6", "ipv6"])
def test_type_in_any_case(kind):
    b = BlockList()
    b.add_address("::1", kind)
    assert b.check("::1", kind)


def test_objects_know_their_family():
    b = BlockList()
    b.add_address(SocketAddress("::1", 80, flowlabel=3))
    b.add_address(SocketAddress("1.1.1.1"), "ipv6")
    b.add_address(ipaddress.ip_address("fe80::1%eth0"))
    b.add_address(ipaddress.ip_interface("10.0.0.1/8"))
    b.add_range(SocketAddress("2.0.0.1"), ipaddress.ip_address("2.0.0.9"))
    b.add_range("3.0.0.1", SocketAddress("3.0.0.2"))
    b.add_subnet(SocketAddress("fc00::1"), 7)
    b.add_subnet(ipaddress.ip_address("4.0.0.0"), 8)
    b.add_subnet(ipaddress.ip_network("5.0.0.0/8"))
    b.add_cidr(ipaddress.ip_network("fd00::/8"))
    assert b.rules[::-1] == [
        "Address: IPv6 ::1",
        "Address: IPv4 1.1.1.1",
        "Address: IPv6 fe80::1",
        "Address: IPv4 10.0.0.1",
        "Range: IPv4 2.0.0.1-2.0.0.9",
        "Range: IPv4 3.0.0.1-3.0.0.2",
        "Subnet: IPv6 fc00::1/7",
        "Subnet: IPv4 4.0.0.0/8",
        "Subnet: IPv4 5.0.0.0/8",
        "Subnet: IPv6 fd00::/8",
    ]


def test_zones_never_appear():
    b = BlockList()
    b.add_cidr("fe80::1%lo/64")
    b.add_address("fe80::2%br_0", "ipv6")
    b.add("fe80::3%a-b")
    b.add("fe80::4%a-b-fe80::5%c-d")
    assert b.rules[::-1] == [
        "Subnet: IPv6 fe80::1/64",
        "Address: IPv6 fe80::2",
        "Address: IPv6 fe80::3",
        "Range: IPv6 fe80::4-fe80::5",
    ]


def test_add_cidr():
    b = BlockList()
    for text in ("10.0.0.5/8", "0.0.0.0/0", "1.2.3.4/32", "::/0", "2001:DB8::/32", "::1/128", "::ffff:1.2.3.4/96"):
        b.add_cidr(text)
    assert b.rules[::-1] == [
        "Subnet: IPv4 10.0.0.5/8",
        "Subnet: IPv4 0.0.0.0/0",
        "Subnet: IPv4 1.2.3.4/32",
        "Subnet: IPv6 ::/0",
        "Subnet: IPv6 2001:db8::/32",
        "Subnet: IPv6 ::1/128",
        "Subnet: IPv6 ::ffff:1.2.3.4/96",
    ]


def test_prefix_may_be_a_whole_float():
    b = BlockList()
    b.add_subnet("1.2.3.0", 24.0)
    b.add_subnet("1.2.3.0", -0.0)
    assert b.rules == ["Subnet: IPv4 1.2.3.0/0", "Subnet: IPv4 1.2.3.0/24"]


def test_private_ranges():
    assert BlockList.PRIVATE_RANGES == (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "::1/128",
        "169.254.0.0/16",
        "fe80::/10",
        "fc00::/7",
    )
    b = BlockList(BlockList.PRIVATE_RANGES)
    b.clear()
    b.add_cidrs(BlockList.PRIVATE_RANGES)
    assert len(b) == 8
    for text in (
        "10.9.8.7",
        "172.31.255.255",
        "192.168.0.1",
        "127.0.0.1",
        "::1",
        "169.254.1.1",
        "fe80::1%eth0",
        "fd00::1",
    ):
        assert text in b
    for text in ("11.0.0.0", "172.32.0.0", "192.169.0.0", "128.0.0.0", "::2", "169.255.0.0", "fec0::", "fe00::"):
        assert text not in b


# --- removing ---


def test_remove_address_in_either_notation():
    b = BlockList(["1.2.3.4"])
    b.remove_address("::ffff:1.2.3.4", "ipv6")
    assert b.rules == []
    b.add("::ffff:1.2.3.4")
    b.remove_address(SocketAddress("1.2.3.4", 80))
    assert not b
    assert "1.2.3.4" not in b


def test_remove_is_exact():
    b = BlockList(["1.1.1.7/24", "2.0.0.1-2.0.0.9"])
    b.remove_subnet("1.1.1.0", 24)
    b.remove_subnet("1.1.1.7", 25)
    b.remove_subnet("::ffff:1.1.1.7", 120, "ipv6")
    b.remove_range("2.0.0.1", "2.0.0.8")
    b.remove_range("2.0.0.2", "2.0.0.9")
    b.remove_address("1.1.1.7")
    assert len(b) == 2
    b.remove_subnet("1.1.1.7", 24)
    b.remove_range("2.0.0.1", "2.0.0.9")
    assert len(b) == 0
    assert "1.1.1.7" not in b
    assert "2.0.0.5" not in b


def test_removing_what_is_not_there():
    b = BlockList(["1.2.3.4"])
    b.remove_address("9.9.9.9")
    b.remove_range("9.9.9.9", "9.9.9.9")
    b.remove_range("9.9.9.9", "1.1.1.1")
    b.remove_subnet("9.9.9.9", 32)
    b.remove_cidr("9.9.9.9/32")
    b.discard("9.9.9.9")
    b.discard("9.9.9.9/8")
    b.discard("9.9.9.1-9.9.9.9")
    assert b.rules == ["Address: IPv4 1.2.3.4"]


def test_what_one_rule_covers_stays_when_another_goes():
    b = BlockList(["10.0.0.0/8", "10.0.0.0/16", "10.0.0.1", "10.0.0.0-10.0.0.9"])
    for rule in ("10.0.0.1", "10.0.0.0/16", "10.0.0.0-10.0.0.9"):
        b.discard(rule)
        assert "10.0.0.1" in b
    b.discard("10.0.0.0/8")
    assert "10.0.0.1" not in b


def test_clear():
    b = BlockList(f"10.0.{n}.0/24" for n in range(200))
    b.clear()
    assert (b.size, b.rules, "10.0.1.1" in b) == (0, [], False)
    b.add("10.0.0.0/8")
    assert "10.0.1.1" in b


# --- JSON ---


def test_json_round_trip():
    b = BlockList(["1.2.3.4", "::1", "10.0.0.0/8", "fe80::/10", "2.0.0.1-2.0.0.9", "::5-::9"])
    for data in (b.to_json(), json.dumps(b.to_json()), tuple(b.rules)):
        again = BlockList()
        again.from_json(data)
        assert again == b
        assert again.rules == b.rules[::-1]  # each is added in turn, as Node does


def test_from_json_appends():
    b = BlockList(["9.9.9.9"])
    b.fromJSON(["Subnet: IPv4 1.1.1.0/24", "Address: IPv6 ::1"])
    assert b.rules == ["Address: IPv6 ::1", "Subnet: IPv4 1.1.1.0/24", "Address: IPv4 9.9.9.9"]


@pytest.mark.parametrize("data", [5, None, {}, b"[]", {"a"}, "5", "{}", "null", '"x"'], ids=repr)
def test_from_json_of_a_wrong_type(data):
    with pytest.raises(TypeError, match='"data"') as caught:
        BlockList().from_json(data)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_from_json_that_is_no_json():
    with pytest.raises(json.JSONDecodeError):
        BlockList().from_json("x")


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        # Node skips these in silence: a rule would be lost.
        ("hello", "ERR_INVALID_ARG_VALUE"),
        ("", "ERR_INVALID_ARG_VALUE"),
        ("1.2.3.4", "ERR_INVALID_ARG_VALUE"),
        ("address: IPv4 1.2.3.4", "ERR_INVALID_ARG_VALUE"),
        ("Address: ipv4 1.2.3.4", "ERR_INVALID_ARG_VALUE"),
        # Node searches, and finds a rule in these.
        ("x Address: IPv4 1.2.3.4", "ERR_INVALID_ARG_VALUE"),
        ("Address: IPv4 1.2.3.4 x", "ERR_INVALID_ADDRESS"),
        ("Subnet: IPv4 1.1.1.0/240", "ERR_OUT_OF_RANGE"),
        ("Address: IPv4 1.1.1.1/24", "ERR_INVALID_ADDRESS"),
        # Refused by both.
        ("Address: IPv4 300.1.1.1", "ERR_INVALID_ADDRESS"),
        ("Subnet: IPv4 1.1.1.1/33", "ERR_OUT_OF_RANGE"),
        ("Range: IPv4 2.2.2.2-1.1.1.1", "ERR_INVALID_ARG_VALUE"),
        ("Address: IPv4 ::1", "ERR_INVALID_ADDRESS"),
        ("Subnet: IPv6 1.1.1.1/24", "ERR_INVALID_ADDRESS"),
        ("Address: IPv4 \ud800", "ERR_INVALID_ARG_VALUE"),
    ],
)
def test_from_json_refuses_what_is_no_rule_and_adds_nothing(entry, code):
    b = BlockList()
    with pytest.raises(ValueError, match="data") as caught:
        b.from_json(["Address: IPv4 1.2.3.4", entry])
    assert caught.value.code == code
    assert len(b) == 0


def test_from_json_with_a_member_of_a_wrong_type():
    with pytest.raises(TypeError, match=r"data\[1\]"):
        BlockList().from_json(["Address: IPv4 1.2.3.4", 5])


# --- errors ---

WRONG_TYPES = [5, 1.5, True, None, b"1.2.3.4", {}, [], object(), ipaddress.ip_network("::/8")]
BAD_TEXTS = [
    "",
    "x",
    "1.2.3",
    "1.2.3.4/8",
    "1.2.3.04",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\0",
    "[::1]",
    "\ud800",
    "1" * 100_000,
]

METHODS = [
    ("address", lambda b, v, **o: b.add_address(v, **o)),
    ("address", lambda b, v, **o: b.remove_address(v, **o)),
    ("start", lambda b, v, **o: b.add_range(v, "9.9.9.9", **o)),
    ("end", lambda b, v, **o: b.add_range("1.1.1.1" if not o else "::", v, **o)),
    ("start", lambda b, v, **o: b.remove_range(v, "9.9.9.9", **o)),
    ("net", lambda b, v, **o: b.add_subnet(v, 8, **o)),
    ("net", lambda b, v, **o: b.remove_subnet(v, 8, **o)),
    (r"addresses\[1\]", lambda b, v, **o: b.add_addresses(["1.1.1.1" if not o else "::", v], **o)),
]


def refused(kind, code, name, call, *args, **options):
    b = BlockList(["7.7.7.7", "8.0.0.0/8"])
    with pytest.raises(kind, match=name) as caught:
        call(b, *args, **options)
    assert caught.value.code == code
    assert b == BlockList(["7.7.7.7", "8.0.0.0/8"])
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(("name", "call"), METHODS)
def test_addresses_of_a_wrong_type(name, call):
    for value in WRONG_TYPES:
        refused(TypeError, "ERR_INVALID_ARG_TYPE", name, call, value)


@pytest.mark.parametrize(("name", "call"), METHODS)
def test_texts_that_are_no_address(name, call):
    for value in BAD_TEXTS:
        refused(ValueError, "ERR_INVALID_ADDRESS", name, call, value)
        refused(ValueError, "ERR_INVALID_ADDRESS", None, call, value, type="ipv6")
    refused(ValueError, "ERR_INVALID_ADDRESS", "needs 'ipv6'", call, "::1")
    refused(ValueError, "ERR_INVALID_ADDRESS", None, call, "2.2.2.2", type="ipv6")


@pytest.mark.parametrize(("name", "call"), METHODS)
def test_types_that_are_none(name, call):
    for value in (5, True, b"ipv4", ["ipv4"]):
        refused(TypeError, "ERR_INVALID_ARG_TYPE", "type", call, "1.1.1.1", type=value)
    for value in ("ipv5", "", "4", "ipv４", "\ud800pv4"):
        refused(ValueError, "ERR_INVALID_ARG_VALUE", "type", call, "1.1.1.1", type=value)


def test_range_that_ends_before_it_starts():
    refused(
        ValueError,
        "ERR_INVALID_ARG_VALUE",
        "'start' must come before 'end'",
        lambda b: b.add_range("2.2.2.2", "1.1.1.1"),
    )
    refused(ValueError, "ERR_INVALID_ARG_VALUE", "start", lambda b: b.add_range("::2", "::1", "ipv6"))
    refused(ValueError, "ERR_INVALID_ARG_VALUE", "rule", lambda b: b.add("2.2.2.2-1.1.1.1"))
    b = BlockList()
    b.add_range("2.2.2.2", "2.2.2.2")
    assert b.rules == ["Range: IPv4 2.2.2.2-2.2.2.2"]


def test_range_of_two_families():
    four, six = SocketAddress("1.1.1.1"), SocketAddress("::1")
    refused(ValueError, "ERR_INVALID_ADDRESS", "end", lambda b: b.add_range(four, six))
    refused(ValueError, "ERR_INVALID_ADDRESS", "end", lambda b: b.add_range(six, four))
    refused(ValueError, "ERR_INVALID_ADDRESS", "end", lambda b: b.remove_range(six, four))
    refused(ValueError, "ERR_INVALID_ADDRESS", "rule", lambda b: b.add("1.1.1.1-::1"))
    refused(ValueError, "ERR_INVALID_ADDRESS", "end", lambda b: b.add_range(SocketAddress("::ffff:1.1.1.1"), "2.2.2.2"))


@pytest.mark.parametrize("method", ["add_subnet", "remove_subnet"])
def test_prefixes(method):
    def call(b, *args):
        getattr(b, method)(*args)

    for value in (33, -1, 1.5, math.nan, math.inf, 2**64, 10**400, 10**9999):
        refused(ValueError, "ERR_OUT_OF_RANGE", "prefix", call, "1.1.1.1", value)
    refused(ValueError, "ERR_OUT_OF_RANGE", "128", call, "::", 129, "ipv6")
    refused(ValueError, "ERR_OUT_OF_RANGE", "32", call, SocketAddress("1.1.1.1"), 33, "ipv6")
    for value in ("8", None, True, b"8", [8]):
        refused(TypeError, "ERR_INVALID_ARG_TYPE", "prefix", call, "1.1.1.1", value)
    refused(TypeError, "ERR_INVALID_ARG_TYPE", "prefix", call, "1.1.1.1")
    refused(TypeError, "ERR_INVALID_ARG_TYPE", "net", call, ipaddress.ip_network("10.0.0.0/8"), 8)
    # Node's order: the address is complained of first.
    refused(ValueError, "ERR_INVALID_ADDRESS", "net", call, "x", 80)
    refused(TypeError, "ERR_INVALID_ARG_TYPE", "net", call, 5, "8")


@pytest.mark.parametrize("method", ["add_cidr", "remove_cidr", "add_cidrs"])
def test_cidrs(method):
    def call(b, cidr):
        if method == "add_cidrs":
            b.add_cidrs(["1.0.0.0/8", cidr])  # Node may leave the first in: pynet adds all or none
        else:
            getattr(b, method)(cidr)

    name = r"cidrs\[1\]" if method == "add_cidrs" else "cidr"
    for text in ("1.1.1.1", "", "x", "::1"):
        refused(ValueError, "ERR_INVALID_ARG_VALUE", f"{name}.*must contain a prefix length", call, text)
    for text in (
        "1.1.1.1/",
        "1.1.1.1/08",
        "1.1.1.1/+8",
        "1.1.1.1/8 ",
        "1.1.1.1/1e1",
        "1.1.1.1/8.5",
        "1.1.1.1/x",
        "1.1.1.1/8\0",
        "1.1.1.1/-",
        "1.1.1.1/-0",
        "1.1.1.1/８",
        "1.1.1.1/" + "9" * 10_000,
    ):
        refused(ValueError, "ERR_INVALID_ARG_VALUE", f"{name}.*valid integer", call, text)
    for text in ("1.1.1.1/33", "1.1.1.1/-1", "::/129", "::/-5", "1.1.1.1/4294967304"):
        refused(ValueError, "ERR_OUT_OF_RANGE", "prefix", call, text)
    for text in ("x/8", "/8", "300.0.0.0/8", "1.1.1.1/8/8", "1.1.1/24", ":/8", "\ud800/8", "1.1.1.1 /8", "x/33"):
        refused(ValueError, "ERR_INVALID_ADDRESS", name, call, text)
    for value in (8, None, b"1.0.0.0/8", SocketAddress(), ipaddress.ip_address("::1")):
        refused(TypeError, "ERR_INVALID_ARG_TYPE", name, call, value)


@pytest.mark.parametrize(
    ("method", "name"), [("add_addresses", "addresses"), ("add_cidrs", "cidrs"), ("update", "rules")]
)
def test_lists_of_a_wrong_type(method, name):
    for value in (8, None, "1.2.3.4", "10.0.0.0/8", b"1.2.3.4", object()):
        refused(TypeError, "ERR_INVALID_ARG_TYPE", name, lambda b, v: getattr(b, method)(v), value)


def test_add_addresses_mixes_texts_and_objects():
    b = BlockList()
    b.add_addresses(["1.1.1.1", SocketAddress("::1"), ipaddress.ip_address("::2")])
    b.add_addresses(iter(["::3", SocketAddress("2.2.2.2")]), type="ipv6")
    assert list(b) == ["1.1.1.1", "::1", "::2", "::3", "2.2.2.2"]


def test_wrong_arguments():
    b = BlockList()
    for call in (
        lambda: b.add_address(),
        lambda: b.add_range("1.1.1.1"),
        lambda: b.add_address("1.1.1.1", "ipv4", 1),
        lambda: b.add_address("1.1.1.1", kind="ipv4"),
        lambda: b.check(),
        lambda: BlockList([], []),
        lambda: BlockList(rules=[]),
    ):
        with pytest.raises(TypeError):
            call()
    assert len(b) == 0


@pytest.mark.parametrize(
    ("ours", "nodes"),
    [
        ("add_address", "addAddress"),
        ("add_addresses", "addAddresses"),
        ("add_range", "addRange"),
        ("add_subnet", "addSubnet"),
        ("add_cidr", "addCIDR"),
        ("add_cidrs", "addCIDRs"),
        ("remove_address", "removeAddress"),
        ("remove_range", "removeRange"),
        ("remove_subnet", "removeSubnet"),
        ("remove_cidr", "removeCIDR"),
        ("is_block_list", "isBlockList"),
        ("to_json", "toJSON"),
        ("from_json", "fromJSON"),
    ],
)
def test_nodes_names(ours, nodes):
    assert vars(BlockList)[ours] is vars(BlockList)[nodes]


def test_is_block_list():
    class Mine(BlockList):
        pass

    assert BlockList.is_block_list(BlockList()) is True
    assert BlockList.isBlockList(Mine()) is True
    for value in (None, [], BlockList, SocketAddress(), "1.2.3.4"):
        assert BlockList.is_block_list(value) is False
