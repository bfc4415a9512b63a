"""Files of rules: the forms of published lists, from_file(), save(), and what is wrong with a line."""

from __future__ import annotations

import gzip
import io
import ipaddress
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pynet
from pynet import BlockList

NETSET = """\
#
# firehol_level1
#
# ipv4 hash:net ipset
#
0.0.0.0/8
1.10.16.0/20
2.57.232.235
"""
DROP = """\
; Spamhaus DROP List 2026/11/29 - (c) 2026 The Spamhaus Project SLU
; Last-Modified: Sun, 29 Nov 2026 12:00:00 GMT
1.10.16.0/20 ; SBL256894
2a06:e480::/29 ; SBL301771
"""
IPSET = """\
create blocked hash:net family inet hashsize 1024 maxelem 65536 timeout 0 comment
add blocked 1.10.16.0/20 timeout 0 comment "seen # in; a log"
add blocked 2.57.232.235
create blocked6 hash:net family inet6 hashsize 1024 maxelem 65536
add blocked6 2a06:e480::/29
"""
P2P = """\
# a list
Some Org, Inc.:1.2.4.0-1.2.4.255
Org #2 &amp; Sons; http://example.org:1.2.8.0-1.2.8.255
"""


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (NETSET, ["0.0.0.0/8", "1.10.16.0/20", "2.57.232.235"]),
        (DROP, ["1.10.16.0/20", "2a06:e480::/29"]),
        (IPSET, ["1.10.16.0/20", "2.57.232.235", "2a06:e480::/29"]),
        (P2P, ["1.2.4.0-1.2.4.255", "1.2.8.0-1.2.8.255"]),
    ],
    ids=["netset", "drop", "ipset", "p2p"],
)
def test_the_forms_of_published_lists(text, rules):
    b = BlockList()
    assert b.load(io.StringIO(text)) == len(rules)
    assert list(b) == rules


@pytest.mark.parametrize("line", ["add a 1.2.3.4 nomatch", "create a hash:ip netmask 24"])
def test_what_a_list_cannot_say_is_an_error(line):
    with pytest.raises(ValueError, match=r"^line 2: .*without nomatch, netmask and bitmask") as caught:
        BlockList().load(io.StringIO(f"# an ipset\n{line}\n"))
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"


# --- where lines come from ---


@pytest.mark.parametrize(
    "lines",
    [["1.2.3.4", "# two\n", "::1\r\n"], [b"1.2.3.4\n", b"::1"], ("1.2.3.4", b"::1"), iter(["1.2.3.4", "::1"])],
    ids=["str", "bytes", "both", "iterator"],
)
def test_lines_of_an_iterable(lines):
    b = BlockList()
    assert b.load(lines) == 2
    assert list(b) == ["1.2.3.4", "::1"]


def test_another_list_is_an_iterable_of_lines():
    b = BlockList(["1.2.3.4", "10.0.0.0/8"])
    assert list(BlockList.from_file(b)) == ["1.2.3.4", "10.0.0.0/8"]


def test_a_wrong_line_of_an_iterable_is_counted():
    b = BlockList(["9.9.9.9"])
    with pytest.raises(ValueError, match=r"^line 3: .*Received type str ..x.."):
        b.load(["1.2.3.4", "", "x"])
    assert list(b) == ["9.9.9.9"]


def test_an_iterable_that_raises_adds_nothing():
    def lines():
        yield "1.2.3.4"
        raise LookupError("gone")

    b = BlockList()
    with pytest.raises(LookupError, match="gone"):
        b.load(lines())
    assert len(b) == 0


@pytest.mark.parametrize("mode", ["rt", "rb"])
def test_a_compressed_file_is_opened_by_the_caller(tmp_path, mode):
    path = tmp_path / "list.gz"
    path.write_bytes(gzip.compress(DROP.encode()))
    with gzip.open(path, mode) as file:
        assert BlockList.from_file(file) == BlockList(["1.10.16.0/20", "2a06:e480::/29"])


# --- errors ---


@pytest.mark.parametrize("opened", [False, True], ids=["path", "open"])
def test_an_error_names_the_file_the_line_and_what_was_expected(tmp_path, opened):
    path = tmp_path / "blöcked.txt"
    path.write_text("1.2.3.4\n1.2.3.4.5  # typo\n")
    b = BlockList(["9.9.9.9"])
    with path.open() as file, pytest.raises(ValueError) as caught:
        b.load(file if opened else path)
    message = str(caught.value)
    assert message.startswith(f"{path}: line 2: ")
    assert "must be an IP address, a CIDR (10.0.0.0/8) or a range (10.0.0.1-10.0.0.9)" in message
    assert message.endswith("Received type str ('1.2.3.4.5')")
    assert list(b) == ["9.9.9.9"]


@pytest.mark.posix_only("names of files are text")
def test_an_error_names_a_path_that_is_not_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff.txt"
    Path(os.fsdecode(path)).write_text("x\n")
    with pytest.raises(ValueError, match=r"\\udcff\.txt: line 1: "):
        BlockList().load(path)


@pytest.mark.parametrize("name", [3, None, b"\xff", object()], ids=["number", "None", "bytes", "object"])
def test_any_name_of_a_file(name):
    file = io.StringIO("x\n")
    file.name = name
    with pytest.raises(ValueError, match=r"line 1: "):
        BlockList().load(file)


# --- from_file() ---


def test_from_file_makes_a_list_of_the_class(tmp_path):
    class Named(BlockList):
        def __init__(self):
            super().__init__()
            self.name = "mine"

    path = tmp_path / "list.txt"
    path.write_text(NETSET)
    made = Named.from_file(path)
    assert (type(made), made.name, len(made)) == (Named, "mine", 3)


def test_from_file_of_a_wrong_line_raises():
    with pytest.raises(ValueError, match=r"^line 1: "):
        BlockList.from_file(["x"])


def test_from_file_of_a_class_that_makes_something_else():
    class Odd(BlockList):
        def __new__(cls):
            return 5

    with pytest.raises(TypeError, match="must return a BlockList"):
        Odd.from_file([])


MANY = [f"{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}.0/24" for n in range(0, 1 << 24, 1677)]


def test_a_long_file_is_the_same_as_its_rules_one_by_one():
    lines = [*MANY, "1.2.3.4", *(f"2001:db8:{n:x}::/48" for n in range(3000)), "1.2.3.4", "1.0.0.0-1.0.0.9"]
    text = "\n".join(lines)
    loaded, one_by_one, added = BlockList.from_file(io.StringIO(text)), BlockList(), BlockList(["9.9.9.9"])
    for line in lines:
        one_by_one.add(line)
    assert loaded == one_by_one
    assert loaded.rules == one_by_one.rules
    assert added.load(io.StringIO(text)) == len(lines)
    assert list(added) == ["9.9.9.9", *one_by_one]


def test_a_list_from_a_long_file_can_be_changed():
    loaded, one_by_one = BlockList.from_file(MANY), BlockList()
    for line in MANY:
        one_by_one.add(line)
    for b in (loaded, one_by_one):
        for n in range(0, len(MANY), 3):
            b.discard(MANY[n])
            b.add(f"{n % 256}.{n >> 8}.7.0-{n % 256}.{n >> 8}.9.255")
    asked = [f"{n % 251}.{n % 241}.{n % 239}.{n % 7}" for n in range(0, 2_000_000, 97)]
    answers = [address in one_by_one for address in asked]
    assert any(answers) and not all(answers)
    assert [address in loaded for address in asked] == answers


def test_rules_that_a_thread_adds_meanwhile_stay():
    data = "\n".join(MANY).encode()
    for _ in range(20):
        b = BlockList()
        thread = threading.Thread(target=lambda b=b: [b.add(f"2001:db8::{n:x}") for n in range(2000)])
        thread.start()
        b.load(io.BytesIO(data))
        thread.join(30)
        assert len(b) == 2000 + len(MANY)
        assert "2001:db8::7cf" in b and "255.0.0.0" not in b


# --- save() ---

RULES = ["1.2.3.4", "::1", "10.1.2.3/8", "fc00::/7", "1.0.0.1-1.0.0.9", "::5-::9", "::ffff:1.2.3.9"]


def test_what_was_saved_is_loaded_in_the_same_order(tmp_path):
    path = tmp_path / "list.txt"
    assert BlockList(RULES).save(path) is None
    assert path.read_text() == "".join(f"{rule}\n" for rule in RULES)
    assert BlockList.from_file(path).rules == BlockList(RULES).rules
    assert os.listdir(tmp_path) == ["list.txt"]


@pytest.mark.parametrize("convert", [str, os.fsencode])
def test_save_takes_the_kinds_of_paths(tmp_path, convert):
    BlockList(RULES).save(convert(tmp_path / "list.txt"))
    assert len(BlockList.from_file(tmp_path / "list.txt")) == len(RULES)


@pytest.mark.parametrize("rules", [RULES, []], ids=["some", "none"])
def test_save_to_an_open_file(tmp_path, rules):
    expected = "".join(f"{rule}\n" for rule in rules)
    text, data = io.StringIO(), io.BytesIO()
    BlockList(rules).save(text)
    BlockList(rules).save(data)
    assert (text.getvalue(), data.getvalue()) == (expected, expected.encode())
    assert not text.closed and not data.closed
    with open(tmp_path / "raw", "wb", buffering=0) as raw:
        BlockList(rules).save(raw)
    assert (tmp_path / "raw").read_text() == expected


def test_a_file_that_takes_a_part_at_a_time_gets_all():
    parts = []

    class Slow(io.RawIOBase):
        def write(self, data):
            parts.append(bytes(memoryview(data)[:7]))
            return len(parts[-1])

    BlockList(RULES).save(Slow())
    assert b"".join(parts).decode().split() == RULES


@pytest.mark.posix_only("files have no mode")
def test_save_keeps_the_permissions_of_the_file(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("x")
    path.chmod(0o640)
    BlockList(RULES).save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.posix_only("an open file is not replaced")
def test_save_replaces_the_file_and_leaves_an_open_one_as_it_was(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("9.9.9.9\n")
    with path.open() as reader:
        BlockList(RULES).save(path)
        assert reader.read() == "9.9.9.9\n"
    assert len(BlockList.from_file(path)) == len(RULES)


@pytest.mark.posix_only("links need a privilege")
def test_save_follows_a_symbolic_link(tmp_path):
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to("real.txt")
    BlockList(["1.2.3.4"]).save(tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "1.2.3.4\n"


@pytest.mark.posix_only("there are no FIFOs")
def test_save_writes_into_a_fifo(tmp_path):
    path = tmp_path / "fifo"
    os.mkfifo(path)
    got = []
    thread = threading.Thread(target=lambda: got.append(path.read_text()))
    thread.start()
    BlockList(["1.2.3.4"]).save(path)
    thread.join(30)
    assert got == ["1.2.3.4\n"]
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.posix_only("a folder is a PermissionError")
def test_save_where_nothing_can_be_written_leaves_nothing(tmp_path):
    b = BlockList(RULES)
    with pytest.raises(FileNotFoundError) as caught:
        b.save(tmp_path / "missing" / "list.txt")
    assert caught.value.filename == str(tmp_path / "missing" / "list.txt")
    with pytest.raises(IsADirectoryError):
        b.save(tmp_path)
    for bad in (5, None, [], object()):
        with pytest.raises(TypeError, match='"file"') as wrong:
            b.save(bad)
        assert wrong.value.code == "ERR_INVALID_ARG_TYPE"
    assert os.listdir(tmp_path) == []


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "list.txt"
    path.write_text("9.9.9.9\n")

    def fail(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        BlockList(RULES).save(path)
    assert path.read_text() == "9.9.9.9\n"
    assert os.listdir(tmp_path) == ["list.txt"]


# --- against Python's ipaddress ---

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
PREFIXES = st.integers(0, 128)


@st.composite
def written(draw):
    """(a line, the first and the last address that it covers)"""
    address = draw(ADDRESSES)
    form = draw(st.sampled_from(["address", "cidr", "range", "p2p"]))
    if form == "address":
        text, first, last = str(address), address, address
    elif form == "cidr":
        network = ipaddress.ip_network((address, draw(PREFIXES) % (address.max_prefixlen + 1)), strict=False)
        text, first, last = str(network), network[0], network[-1]
    else:
        first, last = sorted([address, draw(st.ip_addresses(v=address.version))])
        text = f"{first}-{last}"
        if form == "p2p" and address.version == 4:
            return draw(st.sampled_from(["Org:", "A #1; b:", "x:y: "])) + text, first, last
    before, after = draw(st.sampled_from([("", ""), ("\t", " # c"), ("", ";x"), ("add a ", " timeout 5")]))
    return before + text + after, first, last


@given(written())
def test_a_line_covers_what_ipaddress_says(example):
    line, first, last = example
    b = BlockList.from_file([line])
    assert len(b) == 1
    assert first in b and last in b
    mapped = ipaddress.ip_network("::ffff:0:0/96")
    if int(first) > 0 and first - 1 not in mapped:
        assert (first - 1) not in b
    if int(last) < (1 << last.max_prefixlen) - 1 and last + 1 not in mapped:
        assert (last + 1) not in b


@given(st.text(alphabet='0123456789abcdef.:/-# ;add%x"\n\r', max_size=60))
def test_a_list_of_plain_lines_is_what_ipaddress_reads(text):
    expected = []
    for line in text.split("\n"):
        plain = line.split("#")[0].split(";")[0].strip(" \t\r")
        if not plain:
            continue
        try:
            expected.append(ipaddress.ip_network(plain, strict=False))
        except ValueError:
            return  # another form, or a wrong line: the C tests have those
    try:
        loaded = BlockList.from_file(io.StringIO(text))
    except ValueError:
        # a netmask ("1.2.3.0/255.255.255.0", "/08") is not a prefix length here
        assert any("/" in line for line in text.split("\n"))
        return
    for network in expected:
        assert network[0] in loaded and network[-1] in loaded


# --- SPECIAL_RANGES ---


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("0.1.2.3", "this network"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "carrier"),
        ("127.0.0.1", "loopback"),
        ("169.254.169.254", "link-local"),
        ("172.31.0.1", "private"),
        ("192.0.0.170", "NAT64 discovery"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relay"),
        ("192.168.0.1", "private"),
        ("198.19.255.255", "benchmarking"),
        ("198.51.100.1", "documentation"),
        ("203.0.113.1", "documentation"),
        ("224.0.0.1", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "broadcast"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "mapped"),
        ("64:ff9b::7f00:1", "NAT64"),
        ("64:ff9b:1::1", "local NAT64"),
        ("100::1", "discard-only"),
        ("100:0:0:1::1", "dummy"),
        ("2001::1", "Teredo"),
        ("2001:2::1", "benchmarking"),
        ("2001:20::1", "ORCHIDv2"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::1", "6to4"),
        ("3fff::1", "documentation"),
        ("5f00::1", "segment routing"),
        ("fd00::1", "unique local"),
        ("fe80::1", "link-local"),
        ("ff02::1", "multicast"),
    ],
)
def test_special_ranges_have(address, what):
    assert address in BlockList(BlockList.SPECIAL_RANGES)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "9.9.9.9", "100.128.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1", "223.255.255.255"]
    + ["2001:200::1", "2003::1", "2606:4700::1111", "2a00::1", "3ffe::1", "::ffff:9.9.9.9"],
)
def test_special_ranges_have_no_public_addresses(address):
    assert address not in BlockList(BlockList.SPECIAL_RANGES)


def test_special_ranges_cover_the_private_ones_and_each_address_once():
    networks = [ipaddress.ip_network(text) for text in BlockList.SPECIAL_RANGES]
    for private in map(ipaddress.ip_network, BlockList.PRIVATE_RANGES):
        assert any(n.version == private.version and private.subnet_of(n) for n in networks)
    for version in (4, 6):
        family = [n for n in networks if n.version == version]
        assert family == sorted(family)
        assert not any(a != b and a.overlaps(b) for a in family for b in family)


def test_special_ranges_are_a_tuple_for_every_way_to_add():
    b = BlockList()
    b.add_cidrs(BlockList.SPECIAL_RANGES)
    assert isinstance(BlockList.SPECIAL_RANGES, tuple)
    assert b == BlockList(BlockList.SPECIAL_RANGES) == BlockList.from_file(BlockList.SPECIAL_RANGES)
    assert pynet.BlockList is BlockList


@pytest.mark.parametrize("line", ["fe80::1%" + "-" * 999_999 + "\x7f", "fe80::1%-" * 100_000 + "\x7f", "%-" * 500_000])
def test_a_long_line_of_dashes_takes_no_time(line):
    """Each dash may be that of a range: it would take minutes to try them all."""
    with pytest.raises(ValueError, match="line 1"):
        BlockList().load([line])


def test_the_zone_of_a_range_may_have_dashes():
    b = BlockList()
    b.load(["fe80::1%a-b-fe80::9%c-d"])
    assert b.rules == ["Range: IPv6 fe80::1-fe80::9"]
