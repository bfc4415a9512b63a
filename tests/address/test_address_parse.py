"""SocketAddress.parse(): the table of what Node takes, with pynet's differences marked, and the strict form."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import addresses
from pynet import SocketAddress

# (text, what pynet gives): as Node.
SAME = [
    ("1.2.3.4", "1.2.3.4:0"), ("1.2.3.4:443", "1.2.3.4:443"), ("1.2.3.4:1", "1.2.3.4:1"),
    ("1.2.3.4:65535", "1.2.3.4:65535"), ("1.2.3.4:0", "1.2.3.4:0"), ("1.2.3.4:65536", None), ("1.2.3.4:99999", None),
    ("1.2.3.4:", "1.2.3.4:0"), ("1.2.3.4:00081", "1.2.3.4:81"), ("1.2.3.4:-1", None), ("1.2.3.4:+1", None),
    ("1.2.3.4:0x50", None), ("1.2.3.4:8０", None), ("1.2.3.4: 80", None), ("1.2.3.4:80:90", None),
    ("1.2.3.4:" + "0" * 1000 + "81", "1.2.3.4:81"), ("1.2.3.4:" + "9" * 1000, None),
    (" 1.2.3.4:81", None), ("1.2.3.4 :81", None), ("1.2.3.4:8 1", None),
    ("1.2.3", "1.2.0.3:0"), ("1.2", "1.0.0.2:0"), ("1", "0.0.0.1:0"), ("0", "0.0.0.0:0"), ("0:5", "0.0.0.0:5"),
    ("256", "0.0.1.0:0"), ("2130706433", "127.0.0.1:0"), ("2130706433:7", "127.0.0.1:7"), ("127.1:99", "127.0.0.1:99"),
    ("0x7f.1", "127.0.0.1:0"), ("0x7f000001", "127.0.0.1:0"), ("0177.0.0.1", "127.0.0.1:0"),
    ("4294967295", "255.255.255.255:0"), ("4294967296", None), ("01.02.03.04", "1.2.3.4:0"), ("00.0.0.0", "0.0.0.0:0"),
    ("1.2.3.08", None), ("1.2.3.4.", "1.2.3.4:0"), ("1.2.3.4.:5", "1.2.3.4:5"), ("256.1.1.1", None),
    ("1.2.3.4.5", None), ("1..2", None), ("1.-2.3.4", None), ("-1", None), ("http://1.2.3.4", None),
    ("localhost", None), ("host:80", None), ("example.com", None), ("é", None), ("xn--a", None), ("", None),
    ("/", None),
    ("?", None), (":", None), (":80", None), ("//", None), (".", None), ("..", None), ("1.2.3.4,5", None),
    ("1.2.3.4|", None), ("[::1]", "[::1]:0"), ("[::1]:", "[::1]:0"), ("[::1]:81", "[::1]:81"),
    ("[0:0::1]:5", "[::1]:5"), ("[2001:0DB8::00AB]:5", "[2001:db8::ab]:5"), ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]:0"),
    ("[::ffff:102:304]", "[::ffff:1.2.3.4]:0"), ("[::1]:65536", None), ("[::1]x", None), ("[::1", None), ("::1]", None),
    ("[]", None), ("[::g]", None), ("[::1::]", None), ("[1.2.3.4]", None), ("::1", None), ("::1:80", None),
    ("1::2", None), ("[fe80::1%lo]", None), ("[fe80::1%25lo]", None), ("[::1%25]", None),
]  # fmt: skip

# (text, what pynet gives, what Node gives): different on purpose.
DIFFERENT = [
    # Port 80 is 80; for Node it is the default port of http, which a URL leaves out.
    ("1.2.3.4:80", "1.2.3.4:80", "1.2.3.4:0"), ("1.2.3.4:080", "1.2.3.4:80", "1.2.3.4:0"),
    ("1.2.3.4:00080", "1.2.3.4:80", "1.2.3.4:0"), ("[::1]:80", "[::1]:80", "[::1]:0"),
    # White space and control characters.
    ("1.2.3.4:80 ", None, "1.2.3.4:0"), ("1.2.3.4:81\0", None, "1.2.3.4:81"), ("1.2.3.4\x1f", None, "1.2.3.4:0"),
    ("\t1.2.3.4", None, "1.2.3.4:0"), ("1.2\n.3.4:81", None, "1.2.3.4:81"),
    # Path, query, fragment.
    ("1.2.3.4/path", None, "1.2.3.4:0"), ("1.2.3.4?q", None, "1.2.3.4:0"), ("1.2.3.4#h", None, "1.2.3.4:0"),
    ("1.2.3.4\\x", None, "1.2.3.4:0"), ("1.2.3.4:1234/p?q#h", None, "1.2.3.4:1234"), ("//1.2.3.4", None, "1.2.3.4:0"),
    ("\\1.2.3.4", None, "1.2.3.4:0"),
    # User and password.
    ("user@1.2.3.4:5", None, "1.2.3.4:5"), ("user:pw@1.2.3.4:5", None, "1.2.3.4:5"), ("@1.2.3.4", None, "1.2.3.4:0"),
    ("[::1]@1.2.3.4", None, "1.2.3.4:0"), ("a:b@[::1]:9", None, "[::1]:9"),
    # Characters that a URL maps to ASCII, and percent signs.
    ("１.2.3.4", None, "1.2.3.4:0"), ("①.2.3.4", None, "1.2.3.4:0"), ("1。2。3。4", None, "1.2.3.4:0"),
    ("1%2e2.3.4", None, "1.2.3.4:0"), ("%31.2.3.4", None, "1.2.3.4:0"),
]  # fmt: skip


def shown(address):
    return None if address is None else str(address)


@pytest.mark.parametrize(("text", "result"), SAME, ids=lambda value: ascii(value)[:30])
def test_as_node(text, result):
    assert shown(SocketAddress.parse(text)) == result


@pytest.mark.parametrize(("text", "ours", "nodes"), DIFFERENT, ids=lambda value: ascii(value)[:30])
def test_other_than_node_on_purpose(text, ours, nodes):
    assert shown(SocketAddress.parse(text)) == ours != nodes


STRICT = [
    ("1.2.3.4", "1.2.3.4:0"), ("1.2.3.4:80", "1.2.3.4:80"), ("1.2.3.4:0", "1.2.3.4:0"), ("[::1]:80", "[::1]:80"),
    ("[::1]", "[::1]:0"), ("::1", "[::1]:0"), ("::ffff:1.2.3.4", "[::ffff:1.2.3.4]:0"),
    ("2001:db8::80", "[2001:db8::80]:0"),
    ("::1:80", "[::0.1.0.128]:0"),
    ("1.2.3", None), ("1", None), ("0x7f.1", None), ("0177.0.0.1", None), ("127.1:99", None), ("01.2.3.4", None),
    ("1.2.3.4.", None), ("256", None), ("1.2.3.4:080", None), ("1.2.3.4:65536", None), ("1.2.3.4:x", None), ("", None),
    ("[1.2.3.4]", None), ("[::1", None), ("[::1]x", None), ("fe80::1%lo", None), ("[fe80::1%lo]:1", None),
    ("localhost", None), (" 1.2.3.4", None), ("1.2.3.4\n", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "result"), STRICT, ids=lambda value: ascii(value)[:30])
def test_strict(text, result):
    assert shown(SocketAddress.parse(text, strict=True)) == result


@pytest.mark.parametrize("text", [5, None, b"1.2.3.4", [], ipaddress.ip_address("1.2.3.4"), SocketAddress()], ids=repr)
@pytest.mark.parametrize("options", [{}, {"strict": True}], ids=str)
def test_what_is_no_text_raises(text, options):
    with pytest.raises(TypeError, match='"text"') as caught:
        SocketAddress.parse(text, **options)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_arguments():
    assert SocketAddress.parse(text="1.2.3.4").address == "1.2.3.4"
    for call in (
        lambda: SocketAddress.parse(),
        lambda: SocketAddress.parse("1.2.3.4", True),
        lambda: SocketAddress.parse("1.2.3.4", strickt=True),
    ):
        with pytest.raises(TypeError):
            call()


class Text(str):
    pass


@pytest.mark.parametrize(
    "text",
    ["\ud800", "1.2.3.4\udcff", "1" * 1_000_000, "[" * 1_000_000, "[" + ":" * 1_000_000, "0" * 1_000_000 + "x",
     "1." * 500_000, "\0" * 1_000_000],
    ids=lambda text: ascii(text)[:20],
)  # fmt: skip
def test_strange_and_long_texts(text):
    assert SocketAddress.parse(text) is None
    assert SocketAddress.parse(text, strict=True) is None
    assert SocketAddress.parse(Text(text)) is None
    assert str(SocketAddress.parse(Text("1.2.3.4:5"))) == "1.2.3.4:5"


def whatwg(text):
    """The IPv4 address that a URL's number forms stand for, or None: the rules as the URL standard words them."""
    parts = text.split(".")
    if parts[-1] == "" and len(parts) > 1:
        parts.pop()
    if len(parts) > 4:
        return None
    numbers = []
    for part in parts:
        base, digits = 10, part
        if part[:2].lower() == "0x":
            base, digits = 16, part[2:]
        elif len(part) > 1 and part[0] == "0":
            base, digits = 8, part[1:]
        allowed = {10: "[0-9]+", 8: "[0-7]*", 16: "[0-9a-fA-F]*"}[base]
        if not re.fullmatch(allowed, digits):
            return None
        numbers.append(int(digits or "0", base))
    if any(n > 255 for n in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    value = numbers[-1] + sum(n * 256 ** (3 - i) for i, n in enumerate(numbers[:-1]))
    return str(ipaddress.IPv4Address(value))


@given(st.text(alphabet="0123456789abcdefxX.", min_size=1, max_size=24))
def test_number_forms(text):
    address = SocketAddress.parse(text)
    assert (None if address is None else address.address) == whatwg(text)


@given(st.text() | st.text(alphabet="0123456789abcdef:.[]%x", max_size=40))
def test_strict_takes_what_ipaddress_takes(text):
    address = SocketAddress.parse(text, strict=True)
    found = re.fullmatch(r"\[([^\]]*)\](?::(0|[1-9][0-9]*))?|([^:]*)(?::(0|[1-9][0-9]*))?|([^\[\]]*)", text, re.DOTALL)
    ip = None
    if found and "%" not in text and int(found[2] or found[4] or 0) <= 65535:
        kind, host = (6, found[1] or found[5]) if found[1] is not None or found[5] is not None else (4, found[3])
        try:
            ip = ipaddress.ip_address(host)
        except ValueError:
            pass
        ip = ip if ip is not None and ip.version == kind else None
    if ip is None:
        assert address is None
    else:
        assert (ipaddress.ip_address(address.address), address.port) == (ip, int(found[2] or found[4] or 0))


# What pynet's parse() does not take, or reads otherwise, though Node takes it.
NOT_TAKEN = re.compile(r"[^!-~]|[/\\?#@%]")
PORT_80 = re.compile(r":0*80\Z")


def test_recorded_table_of_node():
    table = addresses.load()["parse"]
    assert len(table) > 3000
    assert sum(1 for _, nodes in table if nodes) > 1000
    wrong = []
    for text, nodes in table:
        address = SocketAddress.parse(text)
        ours = address and [address.address, address.port, address.family, address.flowlabel]
        expected = None if NOT_TAKEN.search(text) else nodes
        if expected and PORT_80.search(text):
            expected[1] = 80
        if ours != expected:
            wrong.append((text, nodes, ours))
    assert wrong == []


def test_recorded_addresses_of_node():
    table = addresses.load()["socket_address"]
    assert sum(1 for *_, nodes in table if isinstance(nodes, list)) > 500
    wrong = []
    for text, family, nodes in table:
        try:
            made = SocketAddress(address=text, family=family)
            ours = [made.address, made.port, made.family, made.flowlabel]
        except ValueError as error:
            ours = {"code": error.code}
        if ours != nodes:
            wrong.append((text, family, nodes, ours))
    assert wrong == []
