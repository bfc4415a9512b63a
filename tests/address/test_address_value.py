"""SocketAddress as a value: read-only, equal, hashed, ordered, shown, copied, pickled, matched."""

from __future__ import annotations

import copy
import gc
import ipaddress
import itertools
import json
import pickle
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynet
from free_threaded import frees_at_once
from pynet import SocketAddress

ports = st.integers(0, 65535)
labels = st.integers(0, 0xFFFFF)
values = st.builds(
    lambda ip, port, label: SocketAddress(str(ip), port, flowlabel=label), st.ip_addresses(), ports, labels
)
# Few of each, so that equal ones meet.
few = st.builds(
    lambda ip, port, label: SocketAddress(ip, port, flowlabel=label),
    st.sampled_from(["1.2.3.4", "1.2.3.5", "::1", "::2", "::ffff:1.2.3.4", "102:304::"]),
    st.integers(0, 2),
    st.integers(0, 1),
)


def key(address):
    ip = ipaddress.ip_address(address.address)
    return ip.version, ip.packed, address.port, address.flowlabel


@pytest.mark.parametrize("name", ["address", "port", "family", "flowlabel", "new"])
def test_properties_are_read_only(name):
    address = SocketAddress("::1", 80)
    with pytest.raises(AttributeError):
        setattr(address, name, 1)
    with pytest.raises(AttributeError):
        delattr(address, name)
    assert str(address) == "[::1]:80"


@given(few, few)
def test_equality_hash_and_order(a, b):
    assert (a == b) is (key(a) == key(b))
    assert (a != b) is (key(a) != key(b))
    assert (a < b) is (key(a) < key(b))
    assert (a <= b) is (key(a) <= key(b))
    assert (a > b) is (key(a) > key(b))
    assert (a >= b) is (key(a) >= key(b))
    if a == b:
        assert hash(a) == hash(b)


@given(st.lists(values))
def test_sorted_by_family_bytes_port_label(addresses):
    assert sorted(addresses) == sorted(addresses, key=key)
    assert len(set(addresses)) == len({key(a) for a in addresses})


def test_ipv4_comes_first():
    listed = [
        SocketAddress("::", 1),
        SocketAddress("255.255.255.255"),
        SocketAddress("::"),
        SocketAddress("0.0.0.0", 9),
    ]
    assert [str(a) for a in sorted(listed)] == ["0.0.0.0:9", "255.255.255.255:0", "[::]:0", "[::]:1"]


def test_mapped_ipv4_is_another_value():
    assert SocketAddress("1.2.3.4") != SocketAddress("::ffff:1.2.3.4")


def test_hashes_spread():
    hashes = {hash(SocketAddress(f"::{n:x}", port)) for n, port in itertools.product(range(30), range(30))}
    assert len(hashes) > 890


def test_other_types():
    address = SocketAddress("1.2.3.4", 80)
    for other in ("1.2.3.4:80", ("1.2.3.4", 80), None, ipaddress.ip_address("1.2.3.4"), address.to_json()):
        assert address != other
        assert not address == other
        with pytest.raises(TypeError):
            assert address < other
    assert address == type("Any", (), {"__eq__": lambda self, other: True})()


@pytest.mark.parametrize(
    ("address", "text", "shown"),
    [
        (SocketAddress("1.2.3.4", 80), "1.2.3.4:80", "SocketAddress('1.2.3.4', port=80)"),
        (SocketAddress("::1", 80), "[::1]:80", "SocketAddress('::1', port=80)"),
        (SocketAddress("::1", 80, flowlabel=9), "[::1]:80", "SocketAddress('::1', port=80, flowlabel=9)"),
        (SocketAddress(), "127.0.0.1:0", "SocketAddress('127.0.0.1', port=0)"),
    ],
    ids=str,
)
def test_str_and_repr(address, text, shown):
    assert str(address) == f"{address}" == text
    assert repr(address) == shown


@given(values)
def test_round_trips(address):
    assert eval(repr(address)) == address
    assert SocketAddress(address.to_json()) == address
    assert SocketAddress(json.loads(json.dumps(address.to_json()))) == address
    assert SocketAddress(**address.to_json()) == address
    if address.flowlabel == 0:
        assert SocketAddress.parse(str(address)) == address
        assert SocketAddress.parse(str(address), strict=True) == address


def test_to_json():
    made = SocketAddress("::1", 80, flowlabel=7).to_json()
    assert list(made.items()) == [("address", "::1"), ("port", 80), ("family", "ipv6"), ("flowlabel", 7)]
    assert SocketAddress().toJSON() == {"address": "127.0.0.1", "port": 0, "family": "ipv4", "flowlabel": 0}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("address", [SocketAddress(), SocketAddress("fe80::1%lo", 65535, flowlabel=0xFFFFF)], ids=str)
def test_pickling(address, protocol):
    again = pickle.loads(pickle.dumps(address, protocol))
    assert again == address
    assert type(again) is SocketAddress


def test_copying():
    address = SocketAddress("::1", 80)
    assert copy.copy(address) == address
    assert copy.deepcopy([address]) == [address]


class Named(SocketAddress):
    """A subclass with state of its own."""

    def __new__(cls, *args, name="", **options):
        self = super().__new__(cls, *args, **options)
        self.name = name
        return self


class Slotted(SocketAddress):
    __slots__ = ("note",)


def test_subclass():
    address = Named("::1", 80, name="loopback")
    assert address == SocketAddress("::1", 80)
    assert hash(address) == hash(SocketAddress("::1", 80))
    assert repr(address) == "Named('::1', port=80)"
    for again in (copy.copy(address), copy.deepcopy(address), pickle.loads(pickle.dumps(address))):
        assert (type(again), again, again.name) == (Named, address, "loopback")
    assert type(Named.parse("1.2.3.4:80")) is Named
    assert Named.parse("1.2.3.4:80").port == 80
    assert SocketAddress.is_socket_address(address)
    slotted = Slotted("::1")
    slotted.note = ["x"]
    assert pickle.loads(pickle.dumps(slotted)).note == ["x"]
    shared, deep = copy.copy(slotted), copy.deepcopy(slotted)
    assert shared.note is slotted.note
    assert deep.note == ["x"]
    assert deep.note is not slotted.note


def test_pattern_matching():
    assert SocketAddress.__match_args__ == ("address", "port", "family", "flowlabel")
    match SocketAddress("::1", 80, flowlabel=3):
        case SocketAddress(address, 80, "ipv6", flowlabel=label):
            assert (address, label) == ("::1", 3)
        case _:
            pytest.fail("not matched")
    match SocketAddress("1.2.3.4"):
        case SocketAddress(family="ipv6"):
            pytest.fail("another family")
        case SocketAddress("1.2.3.4", port):
            assert port == 0


@frees_at_once
def test_nothing_is_left_of_it():
    class Watched(SocketAddress):
        pass

    gone = weakref.ref(Watched)
    address = Watched("::1")
    del Watched, address
    gc.collect()
    assert gone() is None


def test_node_names():
    for ours, nodes in [("to_json", "toJSON"), ("is_socket_address", "isSocketAddress")]:
        assert ours in vars(SocketAddress)
        assert nodes in vars(SocketAddress)
    assert pynet.SocketAddress.__module__ == "pynet"
