"""BlockList.check() and `in`: which rule covers what, ends and prefixes by name, what does not count as an address."""

from __future__ import annotations

import ipaddress

import pytest

from helpers import shown
from pynet import BlockList, SocketAddress

ALL_V4 = "255.255.255.255"
ALL_V6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

V4 = [
    ("add", "1.2.3.4"),
    ("add", "1.2.3.0-1.2.3.9"),
    ("add", "1.2.3.0/24"),
    ("add", "0.0.0.0/0"),
    ("add", "0.0.0.0-255.255.255.255"),
]
MAPPED = [
    ("add", "::ffff:1.2.3.4"),
    ("add", "::ffff:1.2.3.0-::ffff:1.2.3.9"),
    ("add", "::ffff:1.2.3.0/120"),
    ("add", "::ffff:0.0.0.0/96"),
]


@pytest.mark.parametrize(("method", "rule"), V4 + MAPPED)
def test_ipv4_and_mapped_meet(method, rule):
    b = BlockList()
    getattr(b, method)(rule)
    assert b.check("1.2.3.4") is True
    assert b.check("::ffff:1.2.3.4", "ipv6") is True
    assert b.check("::ffff:102:304", "ipv6") is True
    assert b.check("::1.2.3.4", "ipv6") is False
    assert b.check("2001:db8::1", "ipv6") is False


@pytest.mark.parametrize(
    ("rule", "v4", "mapped", "compatible", "other"),
    [
        ("::/0", True, True, True, True),
        (f"::-{ALL_V6}", False, True, True, True),
        ("::ffff:0:0/95", True, True, False, False),
        ("::fffe:1.0.0.0-::ffff:2.0.0.0", False, True, False, False),
        ("::ffff:1.0.0.0-::1:0:0:0", False, True, False, False),
    ],
)
def test_wide_ipv6_rules(rule, v4, mapped, compatible, other):
    b = BlockList([rule])
    assert b.check("1.2.3.4") is v4
    assert b.check("::ffff:1.2.3.4", "ipv6") is mapped
    assert b.check("::1.2.3.4", "ipv6") is compatible
    assert b.check("2001:db8::1", "ipv6") is other


# --- prefixes and ends ---


@pytest.mark.parametrize("prefix", [0, 1, 7, 8, 9, 15, 16, 24, 31, 32])
@pytest.mark.parametrize("net", ["0.0.0.0", ALL_V4, "10.129.67.85"])
def test_ipv4_prefixes(net, prefix):
    b = BlockList()
    b.add_subnet(net, prefix)
    network = ipaddress.ip_network(f"{net}/{prefix}", strict=False)
    first, last = network.network_address, network.broadcast_address
    inside = {first, last, ipaddress.ip_address(net)}
    outside = {ip for ip in ("0.0.0.0", ALL_V4) if ipaddress.ip_address(ip) not in network}
    outside |= {first - 1} if int(first) else set()
    outside |= {last + 1} if int(last) < 2**32 - 1 else set()
    assert all(b.check(str(ip)) for ip in inside)
    assert all(f"::ffff:{ip}" in b for ip in inside)
    assert not any(b.check(str(ip)) for ip in outside)


@pytest.mark.parametrize("prefix", [0, 1, 10, 32, 63, 64, 65, 95, 96, 97, 127, 128])
@pytest.mark.parametrize("net", ["::", ALL_V6, "2001:db8:85a3:8d3:1319:8a2e:370:7348", "::ffff:10.129.67.85"])
def test_ipv6_prefixes(net, prefix):
    b = BlockList()
    b.add_subnet(net, prefix, "ipv6")
    network = ipaddress.ip_network(f"{net}/{prefix}", strict=False)
    first, last = network.network_address, network.broadcast_address
    inside = {first, last, ipaddress.ip_address(net)}
    outside = {ip for ip in ("::", ALL_V6) if ipaddress.ip_address(ip) not in network}
    outside |= {first - 1} if int(first) else set()
    outside |= {last + 1} if int(last) < 2**128 - 1 else set()
    assert all(b.check(str(ip), "ipv6") for ip in inside)
    assert not any(b.check(str(ip), "ipv6") for ip in outside)


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        (ALL_V4, [ALL_V4], ["255.255.255.254", "0.0.0.0"]),
        ("0.0.0.0", ["0.0.0.0"], ["0.0.0.1", ALL_V4]),
        (ALL_V6, [ALL_V6], [ALL_V6[:-1] + "e", "::", ALL_V4]),
        ("::", ["::"], ["::1", ALL_V6, "0.0.0.0"]),
        (f"255.255.255.250-{ALL_V4}", ["255.255.255.250", ALL_V4], ["255.255.255.249", "0.0.0.0"]),
        ("0.0.0.0-0.0.0.5", ["0.0.0.0", "0.0.0.5"], ["0.0.0.6", ALL_V4]),
        (f"{ALL_V6[:-1]}0-{ALL_V6}", [ALL_V6, ALL_V6[:-1] + "0"], [ALL_V6[:-4] + "ffef", "::"]),
        ("::-::5", ["::", "::5"], ["::6", ALL_V6, "0.0.0.5"]),
        ("1.2.3.4-1.2.3.4", ["1.2.3.4"], ["1.2.3.3", "1.2.3.5"]),
        ("9.255.255.255-10.0.0.0", ["9.255.255.255", "10.0.0.0"], ["9.255.255.254", "10.0.0.1"]),
        ("::ffff:255.255.255.255", [ALL_V4], ["::1:0:0:0", "255.255.255.254"]),
        ("::1:0:0:0", ["::1:0:0:0"], [ALL_V4, "0.0.0.0"]),
    ],
)
def test_ends(rule, inside, outside):
    b = BlockList([rule])
    assert [text for text in inside if text not in b] == []
    assert [text for text in outside if text in b] == []


def test_ranges_include_both_ends():
    b = BlockList()
    b.add_range("10.0.0.1", "10.0.0.10")
    assert [n for n in range(12) if b.check(f"10.0.0.{n}")] == list(range(1, 11))


# --- types ---


def test_type_defaults_to_ipv4():
    b = BlockList(["::1", "::ffff:1.2.3.4"])
    assert b.check("::1") is False
    assert b.check("::ffff:1.2.3.4") is False
    assert b.check("::1", None) is False
    assert b.check("::1", "ipv4") is False
    assert b.check("::1", "ipv6") is b.check("::1", type="IPv6") is b.check(address="::1", type="IPV6") is True
    assert b.check("1.2.3.4") is b.check(address="1.2.3.4") is True
    assert b.check("1.2.3.4", "ipv6") is False


def test_objects_know_their_family():
    b = BlockList(["::1", "1.2.3.4"])
    for address in (SocketAddress("::1", 80, flowlabel=5), ipaddress.ip_address("::1"), SocketAddress("1.2.3.4", 1)):
        assert b.check(address) is b.check(address, "ipv4") is b.check(address, "ipv6") is True
        assert address in b
    assert SocketAddress("::2") not in b
    assert ipaddress.ip_address("fe80::1%eth0") not in b
    b.add("fe80::1")
    assert ipaddress.ip_address("fe80::1%eth0") in b


def test_zones_are_ignored():
    b = BlockList(["fe80::1"])
    for text in ("fe80::1%eth0", "fe80::1%", "fe80::1%br_0", "fe80::1%é"):
        assert b.check(text, "ipv6") is True
        assert text in b
    b.add("1.2.3.4")
    assert b.check("1.2.3.4%eth0") is False
    assert "1.2.3.4%eth0" not in b


GARBAGE = [
    "",
    "x",
    "1.2.3",
    "01.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4/32",
    "1.2.3.4:80",
    "[::1]",
    "1.2.3.4-1.2.3.4",
    "127.1",
    "::1/128",
    "::1%a b",
    "::1%a/b",
    "\ud800",
    "::1%\ud800",
    "1" * 1_000_000,
    "1.2.3.4é",
    "１.2.3.4",
]


@pytest.mark.parametrize("text", GARBAGE, ids=lambda text: ascii(text)[:20])
def test_text_that_is_no_address_is_false(text):
    b = BlockList(["0.0.0.0/0", "::/0"])
    assert b.check(text) is b.check(text, "ipv4") is b.check(text, "ipv6") is False
    assert text not in b


@pytest.mark.parametrize("text", ["1.2.3.4\0", "1.2.3.4\0x", "::1\0", "::1%a\0"])
def test_nul_makes_it_false_where_node_cuts_there(text):
    b = BlockList(["0.0.0.0/0", "::/0"])
    assert b.check(text) is b.check(text, "ipv6") is False
    assert text not in b


@pytest.mark.parametrize("kind", ["ipv5", "", "4", "\ud800", "ipv6 "])
def test_unknown_type_is_false(kind):
    b = BlockList(["0.0.0.0/0", "::/0"])
    assert b.check("1.2.3.4", kind) is b.check("::1", kind) is False


@pytest.mark.parametrize(
    "value", [5, None, True, b"1.2.3.4", [], {}, object(), ipaddress.ip_network("::/8")], ids=shown
)
def test_other_types_are_a_type_error(value):
    b = BlockList(["0.0.0.0/0"])
    for call in (b.check, b.__contains__, lambda v: b.check(v, "ipv6")):
        with pytest.raises(TypeError, match='"address"') as caught:
            call(value)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("kind", [5, True, b"ipv4", ["ipv4"]], ids=shown)
def test_types_of_a_wrong_type(kind):
    with pytest.raises(TypeError, match='"type"') as caught:
        BlockList().check("1.2.3.4", kind)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_a_check_allocates_nothing():
    import tracemalloc

    b = BlockList(f"10.{n}.0.0/16" for n in range(256))
    texts = ["10.5.5.5", "11.5.5.5", "x"] * 100
    check = b.check
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        for text in texts:
            check(text)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak < 600  # the loop's own
