"""is_ip(), is_ipv4(), is_ipv6(): exactly the strings that Node takes, and values of other types."""

from __future__ import annotations

import ipaddress
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import addresses
import pynet
from helpers import shown

V4 = ["127.0.0.1", "0.0.0.0", "255.255.255.255", "1.2.3.4", "10.20.30.40"]
NO_V4 = [
    "256.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3.4", "1.2.3.4.", "01.2.3.4", "1.2.3.04", "00.0.0.0", " 1.2.3.4",
    "1.2.3.4 ", "1. 2.3.4", "1.2.3.4\t", "1.2.3.4\n", "1.2.3.4\0", "1.2.3.4/24", "1.2.3.4:80", "0x7f.0.0.1", "127.1",
    "2130706433", "+1.2.3.4", "-1.2.3.4", "1.2.3.-4", "１.2.3.4", "١.2.3.4", "1。2。3。4", "1.2.3.4%eth0", "",
    "1..2.3", "999.1.1.1", "1.2.3.4444", "a.b.c.d", "\ud800", "1.2.3.\udcff",
]  # fmt: skip
V6 = [
    "::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::3:4:5:6:7:8", "0000::1", "::FFFF",
    "2001:DB8::aB", "::ffff:1.2.3.4", "::FFFF:1.2.3.4", "::1.2.3.4", "1::1.2.3.4", "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5::1.2.3.4", "64:ff9b::1.2.3.4", "::ffff:0:0", "fe80::1%eth0", "fe80::1%25eth0", "fe80::1%25", "fe80::1%0",
    "fe80::1%a-b.c:d", "::1%eth0", "::ffff:1.2.3.4%eth0", "fe80::1%" + "z" * 100_000,
]  # fmt: skip
NO_V6 = [
    "fe80::1%", "fe80::1%a%b", "fe80::1%a_b", "fe80::1%a b", "fe80::1%a/b", "fe80::1%[", "fe80::1%é", "fe80::1%１",
    ":::", ":", "1", "1:2", "1::2::3", "::1::", "1:::2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:",
    ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "00000::1", "::12345", "::g",
    "0x1::", "-1::", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "::ffff:1.2.3.256",
    "::ffff:01.2.3.4", "::ffff:1.2.3", "[::1]", "::1/128", " ::1", "::1 ", "::1\n", "::1\0", "%eth0", "::\ud800",
]  # fmt: skip

CASES = [(t, 4) for t in V4] + [(t, 6) for t in V6] + [(t, 0) for t in NO_V4 + NO_V6]


@pytest.mark.parametrize(("text", "version"), CASES, ids=lambda value: ascii(value)[:40])
def test_table(text, version):
    assert pynet.is_ip(text) == version
    assert pynet.is_ipv4(text) is (version == 4)
    assert pynet.is_ipv6(text) is (version == 6)


def test_result_is_an_int():
    assert [type(pynet.is_ip(text)) for text in ("1.2.3.4", "::1", "")] == [int, int, int]


def test_nodes_names_are_the_same_functions():
    assert pynet.isIP is pynet.is_ip
    assert pynet.isIPv4 is pynet.is_ipv4
    assert pynet.isIPv6 is pynet.is_ipv6


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_bytes_are_read_as_ascii(kind):
    assert pynet.is_ip(kind(b"127.0.0.1")) == 4
    assert pynet.is_ip(kind(b"fe80::1%eth0")) == 6
    assert pynet.is_ip(kind(b"127.0.0.1\0")) == 0
    assert pynet.is_ip(kind(b"1.2.3.\xff")) == 0
    assert pynet.is_ip(kind(b"")) == 0
    assert pynet.is_ip(kind(b"1.2.3.4" * 100_000)) == 0


class Shown:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


@pytest.mark.parametrize(
    ("value", "version"),
    [
        (None, 0), (0, 0), (1, 0), (2130706433, 0), (1.5, 0), (True, 0), ({}, 0), ([], 0), (len, 0), (object(), 0),
        (Shown("127.0.0.1"), 4), (Shown("::1"), 6), (Shown("nothing"), 0), (Shown("\ud800"), 0),
        (ipaddress.ip_address("1.2.3.4"), 4), (ipaddress.ip_address("fe80::1%eth0"), 6),
        (ipaddress.ip_network("1.2.3.0/24"), 0),
    ],
    ids=shown,
)  # fmt: skip
def test_anything_else_is_tested_as_str(value, version):
    assert pynet.is_ip(value) == version
    assert pynet.is_ipv4(value) is (version == 4)
    assert pynet.is_ipv6(value) is (version == 6)


def test_list_is_no_address_where_node_joins_its_members():
    """Node: String(['127.0.0.1']) is '127.0.0.1'."""
    assert pynet.is_ip(["127.0.0.1"]) == 0


class Loud:
    def __str__(self):
        raise LookupError("no text today")


class Strange:
    def __str__(self):
        return 5


@pytest.mark.parametrize("function", [pynet.is_ip, pynet.is_ipv4, pynet.is_ipv6])
def test_what_str_raises_passes_through(function):
    with pytest.raises(LookupError, match="no text today"):
        function(Loud())
    with pytest.raises(TypeError):
        function(Strange())
    with pytest.raises(TypeError):
        function()


class Text(str):
    pass


def test_subclass_of_str():
    assert pynet.is_ip(Text("::1")) == 6
    assert pynet.is_ip(Text("::é")) == 0


@pytest.mark.parametrize("text", ["1." * 500_000, "1:" * 500_000, "f" * 1_000_000, "%" * 1_000_000, "\0" * 1_000_000])
def test_long_text(text):
    assert pynet.is_ip(text) == 0
    assert pynet.is_ip(text.encode()) == 0


@given(st.ip_addresses())
@example(ipaddress.ip_address("::ffff:0.0.0.0"))
def test_every_address_of_ipaddress(address):
    assert pynet.is_ip(str(address)) == address.version
    assert pynet.is_ip(address.exploded) == address.version
    assert pynet.is_ip(address) == address.version


# The characters that addresses are made of, so that many texts are one or nearly so.
near_addresses = st.text(alphabet="0123456789abcdefABCDEF:.%", max_size=45)


def by_ipaddress(text):
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return 0


@given(near_addresses | st.text() | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\Z", fullmatch=False))
def test_any_text_against_ipaddress(text):
    """ipaddress takes `%` zones of any characters, and `1:2:3:4:5:6:7::` like us."""
    if "%" in text:
        assert pynet.is_ip(text) in (0, by_ipaddress(text))
    else:
        assert pynet.is_ip(text) == by_ipaddress(text)


@given(st.binary())
def test_any_bytes(data):
    assert pynet.is_ip(data) == by_ipaddress(data.decode("latin-1")) or b"%" in data


def test_recorded_table_of_node():
    table = addresses.load()["is_ip"]
    assert len(table) > 3000
    assert sum(1 for _, version in table if version) > 1000
    assert [(t, v, pynet.is_ip(t)) for t, v in table if pynet.is_ip(t) != v] == []


def test_recorded_table_is_of_the_inputs_that_the_script_makes():
    asked, table = json.loads(json.dumps(addresses.inputs())), addresses.load()
    assert [row[0] for row in table["is_ip"]] == asked["is_ip"]
    assert [row[:2] for row in table["socket_address"]] == asked["socket_address"]
    assert [row[0] for row in table["parse"]] == asked["parse"]
    assert [row["commands"] for row in table["block_list"]] == [row["commands"] for row in asked["block_list"]]
