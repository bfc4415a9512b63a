"""SocketAddress(): defaults, the forms of its arguments, validation, canonical text."""

from __future__ import annotations

import ipaddress
import math
import pickle
from types import MappingProxyType

import pytest

import pynet
from helpers import shown
from pynet import AddressInfo, SocketAddress


def parts(address):
    return address.address, address.port, address.family, address.flowlabel


# --- forms ---


@pytest.mark.parametrize(
    "made",
    [
        lambda: SocketAddress(),
        lambda: SocketAddress({}),
        lambda: SocketAddress(None),
        lambda: SocketAddress(address=None, port=None, family=None, flowlabel=None),
        lambda: SocketAddress({"address": None, "family": None}),
        lambda: SocketAddress(family="ipv4"),
    ],
)
def test_defaults(made):
    assert parts(made()) == ("127.0.0.1", 0, "ipv4", 0)


@pytest.mark.parametrize("family", ["ipv6", "IPv6", "IPV6"])
def test_default_of_ipv6(family):
    assert parts(SocketAddress(family=family)) == ("::", 0, "ipv6", 0)


def test_family_in_capitals_without_address_is_fine():
    """Node chooses the default address before it lower-cases the family, and throws."""
    assert parts(SocketAddress(family="IPv4")) == ("127.0.0.1", 0, "ipv4", 0)


def test_forms_mean_the_same():
    options = {"address": "fe80::1", "port": 80, "family": "ipv6", "flowlabel": 7}
    same = [
        SocketAddress(options),
        SocketAddress(MappingProxyType(options)),
        SocketAddress(**options),
        SocketAddress("fe80::1", 80, family="ipv6", flowlabel=7),
        SocketAddress("fe80::1", port=80, flowlabel=7),
        SocketAddress({"address": "::", "port": 1, "unknown": 2}, address="fe80::1", port=80, flowlabel=7),
        SocketAddress(ipaddress.ip_address("fe80::1"), 80, flowlabel=7),
        SocketAddress(address=ipaddress.ip_interface("fe80::1/64"), port=80, flowlabel=7),
    ]
    assert [parts(address) for address in same] == [("fe80::1", 80, "ipv6", 7)] * len(same)
    assert options == {"address": "fe80::1", "port": 80, "family": "ipv6", "flowlabel": 7}


def test_family_is_read_from_the_address():
    assert parts(SocketAddress("::1", port=80)) == ("::1", 80, "ipv6", 0)
    assert parts(SocketAddress(address="1.2.3.4")) == ("1.2.3.4", 0, "ipv4", 0)
    assert parts(SocketAddress(ipaddress.ip_address("::1"))) == ("::1", 0, "ipv6", 0)


def test_addressinfo_fits():
    info = AddressInfo("::1", 80, "IPv6")
    assert parts(SocketAddress(info._asdict())) == ("::1", 80, "ipv6", 0)


@pytest.mark.parametrize(
    ("made", "fields"),
    [
        (AddressInfo("::1", 80, "IPv6"), ("address", "port", "family")),
        (pynet.AbortEvent("abort", None), ("type", "target")),
    ],
)
def test_named_tuples_are_of_the_module_pynet(made, fields):
    kind = type(made)
    assert (kind.__module__, kind._fields) == ("pynet", fields)
    assert kind.__doc__ == f"{kind.__name__}({', '.join(fields)})"
    assert kind.__qualname__ == kind.__name__ and getattr(pynet, kind.__name__) is kind
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(made, protocol))
        assert type(again) is kind and again == made
        assert b"_run" not in pickle.dumps(made, protocol)


# --- canonical text ---


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0:0::1", "::1"), ("2001:0DB8::00AB", "2001:db8::ab"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::ffff:102:304", "::ffff:1.2.3.4"), ("::1:0", "::0.1.0.0"),
        ("::0.0.0.1", "::1"), ("::1.2.3.4", "::1.2.3.4"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"),
        ("::ffff:0:1.2.3.4", "::ffff:0:102:304"), ("0:0:0:1::", "0:0:0:1::"), ("1:0:0:1:0:0:1:1", "1::1:0:0:1:1"),
        ("0:0:0:0:0:0:0:0", "::"), ("1.2.3.4", "1.2.3.4"),
        ("fe80::1%lo", "fe80::1"), ("fe80::1%nope", "fe80::1"), ("fe80::1%br_0", "fe80::1"), ("fe80::1%", "fe80::1"),
    ],
)  # fmt: skip
def test_canonical_text_without_zone(text, canonical):
    assert SocketAddress(text).address == canonical


# --- refused ---


def refused(kind, code, *args, **options):
    with pytest.raises(kind) as caught:
        SocketAddress(*args, **options)
    assert caught.value.code == code
    return str(caught.value)


@pytest.mark.parametrize("options", [5, 1.5, True, [], ("::1", 80), len, b"::1", object()], ids=shown)
def test_options_of_a_wrong_type(options):
    assert "options" in refused(TypeError, "ERR_INVALID_ARG_TYPE", options)


@pytest.mark.parametrize("family", [4, 6, "inet", "ipv5", "", "ipv", "ipv44", b"ipv4", "ipv４", "\ud800pv4", True])
def test_family_that_is_none(family):
    assert "options.family" in refused(ValueError, "ERR_INVALID_ARG_VALUE", family=family)


@pytest.mark.parametrize("address", [5, True, b"1.2.3.4", [], {}, ipaddress.ip_network("::/8")], ids=shown)
def test_address_of_a_wrong_type(address):
    assert "options.address" in refused(TypeError, "ERR_INVALID_ARG_TYPE", address=address)
    assert "options.address" in refused(TypeError, "ERR_INVALID_ARG_TYPE", {"address": address})


@pytest.mark.parametrize(
    "text",
    ["", "name", "127.1", "1.2.3.04", "1.2.3.4 ", " 1.2.3.4", "[::1]", "::1::", "1.2.3.4/8", "1.2.3.4:80", "1.2.3.4%lo",
     "::1%a b", "::1%a/b", "\ud800", "::1%\ud800", "1.2.3.4\ud800", "1" * 100_000, "::" * 50_000],
    ids=lambda text: ascii(text)[:30],
)  # fmt: skip
def test_text_that_is_no_address(text):
    message = refused(ValueError, "ERR_INVALID_ADDRESS", text)
    assert "address" in message
    assert len(message) < 300


@pytest.mark.parametrize("text", ["1.2.3.4\0", "1.2.3.4\0x", "::1\0", "::1%lo\0", "\0"])
def test_nul_is_refused_where_node_cuts_there(text):
    refused(ValueError, "ERR_INVALID_ADDRESS", text)


def test_address_of_the_other_family():
    assert "needs 'ipv6'" in refused(ValueError, "ERR_INVALID_ADDRESS", "::1", family="ipv4")
    assert "needs 'ipv4'" in refused(ValueError, "ERR_INVALID_ADDRESS", "1.2.3.4", family="ipv6")
    refused(ValueError, "ERR_INVALID_ADDRESS", ipaddress.ip_address("::1"), family="ipv4")


@pytest.mark.parametrize(
    ("port", "value"), [(0, 0), (65535, 65535), ("80", 80), ("0x50", 80), (80.0, 80), (" 80 ", 80)]
)
def test_port(port, value):
    assert SocketAddress(port=port).port == value


@pytest.mark.parametrize(
    "port",
    ["", " ", math.nan, 1.5, True, "abc", -1, 65536, "65536", "-1", [], {}, b"80", 10**400, 10**9999],
    ids=lambda p: ascii(p)[:9] if not isinstance(p, int) else "n",
)
def test_port_that_is_none(port):
    assert "options.port" in refused(ValueError, "ERR_SOCKET_BAD_PORT", port=port)


@pytest.mark.parametrize("label", [0, 1, 0xFFFFF, 7.0])
def test_flow_label(label):
    assert SocketAddress("::1", flowlabel=label).flowlabel == label
    assert SocketAddress("1.2.3.4", flowlabel=label).flowlabel == 0


@pytest.mark.parametrize(
    "label",
    [-1, 2**32, 1.5, math.nan, math.inf, 10**400, 10**9999],
    ids=lambda n: f"{n:.3}"[:5] if isinstance(n, float) else "n",
)
@pytest.mark.parametrize("address", ["::1", "1.2.3.4"])
def test_flow_label_out_of_range(label, address):
    assert "options.flowlabel" in refused(ValueError, "ERR_OUT_OF_RANGE", address, flowlabel=label)


@pytest.mark.parametrize("label", ["1", True, b"1", [], 1j])
def test_flow_label_of_a_wrong_type(label):
    assert "options.flowlabel" in refused(TypeError, "ERR_INVALID_ARG_TYPE", flowlabel=label)


@pytest.mark.parametrize("label", [0x100000, 0xFFFFFFFF])
def test_flow_label_of_more_than_20_bits_is_refused_where_node_aborts(label):
    refused(ValueError, "ERR_OUT_OF_RANGE", "::1", flowlabel=label)
    assert SocketAddress("1.2.3.4", flowlabel=label).flowlabel == 0


def test_what_is_complained_of_first_is_what_node_complains_of_first():
    bad = {"family": "x", "address": 5, "port": -1, "flowlabel": -1}
    refused(ValueError, "ERR_INVALID_ARG_VALUE", bad)
    bad["family"] = None
    refused(TypeError, "ERR_INVALID_ARG_TYPE", bad)
    bad["address"] = "x"
    refused(ValueError, "ERR_SOCKET_BAD_PORT", bad)
    bad["port"] = 1
    refused(ValueError, "ERR_OUT_OF_RANGE", bad)
    bad["flowlabel"] = 1
    refused(ValueError, "ERR_INVALID_ADDRESS", bad)


def test_wrong_arguments():
    with pytest.raises(TypeError, match="did you mean 'flowlabel'"):
        SocketAddress(flowlable=1)
    with pytest.raises(TypeError, match="multiple values for argument 'port'"):
        SocketAddress("::1", 1, port=2)
    with pytest.raises(TypeError, match="multiple values for argument 'address'"):
        SocketAddress("::1", address="::2")
    with pytest.raises(TypeError):
        SocketAddress("::1", 1, "ipv6")


def test_objects_of_ipaddress_that_raise_or_lie():
    class Loud(ipaddress.IPv4Address):
        @property
        def packed(self):
            raise LookupError("no bytes today")

    class Short(ipaddress.IPv4Address):
        packed = b"123"

    with pytest.raises(LookupError, match="no bytes today"):
        SocketAddress(Loud("1.2.3.4"))
    refused(ValueError, "ERR_INVALID_ADDRESS", Short("1.2.3.4"))


def test_ipaddress_is_not_imported_for_us(script):
    done = script(
        """
        import sys, pynet
        assert "ipaddress" not in sys.modules
        try:
            pynet.SocketAddress(address=object())
        except TypeError as error:
            assert error.code == "ERR_INVALID_ARG_TYPE"
        assert "ipaddress" not in sys.modules
        import ipaddress
        assert pynet.SocketAddress(ipaddress.ip_address("::1")).address == "::1"
        """
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_is_socket_address():
    assert SocketAddress.is_socket_address(SocketAddress()) is True
    assert SocketAddress.isSocketAddress is not None
    for value in (None, "1.2.3.4", {}, SocketAddress, pynet.BlockList(), ipaddress.ip_address("::1")):
        assert SocketAddress.is_socket_address(value) is False
        assert SocketAddress.isSocketAddress(value) is False
