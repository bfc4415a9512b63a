"""BlockList as Python people expect it: iterables, `in`, len, ==, repr, pickling, add(), update(), load()."""

from __future__ import annotations

import copy
import gc
import io
import ipaddress
import pickle
import sys
import weakref

import pytest

import pynet
from free_threaded import frees_at_once
from helpers import shown
from pynet import BlockList, SocketAddress

MIXED = ["1.2.3.4", "::1", "10.0.0.0/8", "fc00::/7", "2.0.0.1-2.0.0.9", "::5-::9"]


def code_of(kind, call):
    with pytest.raises(kind) as caught:
        call()
    return caught.value.code


# --- making ---


@pytest.mark.parametrize("make", [list, tuple, iter, dict.fromkeys, lambda rules: (rule for rule in rules)])
def test_any_iterable(make):
    b = BlockList(make(MIXED))
    assert list(b) == MIXED
    assert len(b) == 6


def test_nothing():
    assert len(BlockList()) == len(BlockList([])) == len(BlockList(None)) == len(BlockList(())) == 0


def test_from_another_list():
    a = BlockList(MIXED)
    b = BlockList(a)
    assert a == b
    assert a.rules == b.rules
    b.update(b)
    assert len(b) == 6 + 4  # addresses do not repeat
    assert list(a) == MIXED


@pytest.mark.parametrize("rules", ["10.0.0.0/8", b"10.0.0.0/8", 5, object()], ids=shown)
def test_what_is_no_iterable_of_rules(rules):
    assert code_of(TypeError, lambda: BlockList(rules)) == "ERR_INVALID_ARG_TYPE"


def test_init_again_starts_anew():
    b = BlockList(MIXED)
    b.__init__(["9.9.9.9"])
    assert list(b) == ["9.9.9.9"]


# --- len, truth, ==, hash, repr ---


def test_empty_is_falsy():
    b = BlockList()
    assert not b
    b.add("1.2.3.4")
    assert b
    assert bool(BlockList(["1.2.3.4"])) is True


def test_equality_ignores_order():
    assert BlockList(MIXED) == BlockList(reversed(MIXED))
    assert not BlockList(MIXED) != BlockList(reversed(MIXED))
    assert BlockList() == BlockList()
    assert BlockList(MIXED) != BlockList(MIXED[:-1])
    assert BlockList(["10.0.0.0/8"]) != BlockList(["10.0.0.0/8", "10.0.0.0/8"])
    assert BlockList(["10.0.0.0/8", "10.0.0.0/8", "1.0.0.0/8"]) != BlockList(["10.0.0.0/8", "1.0.0.0/8", "1.0.0.0/8"])
    assert BlockList(["10.0.0.0/8"]) != BlockList(["10.0.0.0-10.255.255.255"])
    assert BlockList(["10.0.0.0/8"]) != BlockList(["10.0.0.1/8"])


def test_equality_with_others():
    b = BlockList(["1.2.3.4"])
    for other in (["1.2.3.4"], {"1.2.3.4"}, None, "1.2.3.4", b.rules):
        assert b != other
    with pytest.raises(TypeError):
        assert b < BlockList()


def test_unhashable():
    with pytest.raises(TypeError, match="unhashable"):
        hash(BlockList())


def test_repr():
    assert repr(BlockList()) == "BlockList()"
    assert eval(repr(BlockList(MIXED))) == BlockList(MIXED)
    assert repr(BlockList(["10.0.0.5/8", "::1"])) == "BlockList(['10.0.0.5/8', '::1'])"
    assert repr(BlockList(f"10.0.0.{n}" for n in range(100))) == "<BlockList of 100 rules>"


# --- in ---


def test_in_finds_the_family_by_itself():
    b = BlockList(MIXED)
    for text in ("1.2.3.4", "::1", "10.9.9.9", "fd00::1", "2.0.0.5", "::7", "::ffff:10.1.1.1"):
        assert text in b
    for text in ("1.2.3.5", "::2", "11.0.0.0", "fe00::1", "2.0.0.10", "::a", "other text", "10.0.0.0/8", ""):
        assert text not in b


# --- add, discard, update ---


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        ("1.2.3.4", "Address: IPv4 1.2.3.4"),
        ("0:0::1", "Address: IPv6 ::1"),
        ("10.0.0.5/8", "Subnet: IPv4 10.0.0.5/8"),
        ("FC00::/7", "Subnet: IPv6 fc00::/7"),
        ("1.1.1.1-1.1.1.5", "Range: IPv4 1.1.1.1-1.1.1.5"),
        ("1.1.1.1 - 1.1.1.5", "Range: IPv4 1.1.1.1-1.1.1.5"),
        ("1.1.1.1\t-  1.1.1.5", "Range: IPv4 1.1.1.1-1.1.1.5"),
        ("::1-::5", "Range: IPv6 ::1-::5"),
        ("fe80::1%a-b", "Address: IPv6 fe80::1"),
        ("fe80::1%a/64", "Subnet: IPv6 fe80::1/64"),
        (SocketAddress("::1", 80), "Address: IPv6 ::1"),
        (ipaddress.ip_address("1.2.3.4"), "Address: IPv4 1.2.3.4"),
        (ipaddress.ip_network("10.0.0.0/8"), "Subnet: IPv4 10.0.0.0/8"),
        (ipaddress.ip_network("fc00::/7"), "Subnet: IPv6 fc00::/7"),
        (ipaddress.ip_network("1.2.3.4"), "Subnet: IPv4 1.2.3.4/32"),
    ],
    ids=str,
)
def test_add_and_discard(rule, shown):
    b = BlockList()
    b.add(rule)
    assert b.rules == [shown]
    b.discard(rule)
    assert b.rules == []


BAD_RULES = [
    (5, TypeError, "ERR_INVALID_ARG_TYPE"),
    (None, TypeError, "ERR_INVALID_ARG_TYPE"),
    (b"::1", TypeError, "ERR_INVALID_ARG_TYPE"),
    (["::1"], TypeError, "ERR_INVALID_ARG_TYPE"),
    ("", ValueError, "ERR_INVALID_ADDRESS"),
    ("x", ValueError, "ERR_INVALID_ADDRESS"),
    (" 1.2.3.4", ValueError, "ERR_INVALID_ADDRESS"),
    ("1.2.3.4\0", ValueError, "ERR_INVALID_ADDRESS"),
    ("\ud800", ValueError, "ERR_INVALID_ADDRESS"),
    ("-", ValueError, "ERR_INVALID_ADDRESS"),
    ("-" * 10_000, ValueError, "ERR_INVALID_ADDRESS"),
    ("1.1.1.1-", ValueError, "ERR_INVALID_ADDRESS"),
    ("1.1.1.1-x", ValueError, "ERR_INVALID_ADDRESS"),
    ("1.1.1.1-1.1.1.2-1.1.1.3", ValueError, "ERR_INVALID_ADDRESS"),
    ("1.1.1.1-::1", ValueError, "ERR_INVALID_ADDRESS"),
    ("1.1.1.2-1.1.1.1", ValueError, "ERR_INVALID_ARG_VALUE"),
    ("10.0.0.0/", ValueError, "ERR_INVALID_ARG_VALUE"),
    ("10.0.0.0/08", ValueError, "ERR_INVALID_ARG_VALUE"),
    ("10.0.0.0/255.0.0.0", ValueError, "ERR_INVALID_ARG_VALUE"),
    ("10.0.0.0/33", ValueError, "ERR_OUT_OF_RANGE"),
    ("::/129", ValueError, "ERR_OUT_OF_RANGE"),
    ("x/8", ValueError, "ERR_INVALID_ADDRESS"),
]


@pytest.mark.parametrize(("rule", "kind", "code"), BAD_RULES, ids=lambda value: ascii(value)[:30])
def test_bad_rules(rule, kind, code):
    b = BlockList(["1.2.3.4"])
    assert code_of(kind, lambda: b.add(rule)) == code
    assert code_of(kind, lambda: b.discard(rule)) == code
    assert code_of(kind, lambda: b.update(["5.6.7.8", rule])) == code
    assert code_of(kind, lambda: BlockList(["5.6.7.8", rule])) == code
    assert list(b) == ["1.2.3.4"]


def test_update_names_the_bad_one():
    with pytest.raises(ValueError, match=r"rules\[2\]"):
        BlockList().update(["1.2.3.4", "::1", "x"])


def test_update_passes_on_what_the_iterable_raises():
    def rules():
        yield "1.2.3.4"
        raise LookupError("no more")

    b = BlockList()
    with pytest.raises(LookupError, match="no more"):
        b.update(rules())
    assert len(b) == 0


def test_list_changed_by_what_it_is_updated_from():
    b = BlockList()

    def rules():
        for n in range(100):
            b.add(f"2.0.0.{n}")
            yield f"1.0.0.{n}"
            if n == 50:
                b.clear()

    b.update(rules())
    assert len(b) == 149
    assert "1.0.0.0" in b
    assert "2.0.0.0" not in b


def test_iterating_while_it_changes():
    b = BlockList(MIXED)
    for rule in b:
        b.discard(rule)
    assert len(b) == 0


# --- load ---

LIST = """\
# a comment
1.2.3.4
::1   # one more
10.0.0.0/8 ; SBL1234
;

  2.0.0.1-2.0.0.9\t
fc00::/7\r
"""
LOADED = ["1.2.3.4", "::1", "10.0.0.0/8", "2.0.0.1-2.0.0.9", "fc00::/7"]


@pytest.mark.parametrize("kind", [str, bytes, "path"])
def test_load_from_a_path(tmp_path, kind):
    path = tmp_path / "list.txt"
    path.write_bytes(LIST.encode())
    given = path if kind == "path" else str(path) if kind is str else str(path).encode()
    b = BlockList(["9.9.9.9"])
    assert b.load(given) == 5
    assert list(b) == ["9.9.9.9", *LOADED]


@pytest.mark.parametrize("file", [io.StringIO(LIST), io.BytesIO(LIST.encode())], ids=["text", "bytes"])
def test_load_from_an_open_file(file):
    b = BlockList()
    assert b.load(file) == 5
    assert list(b) == LOADED
    assert not file.closed


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"", []),
        (b"\n\n", []),
        (b"#", []),
        (b"1.2.3.4", ["1.2.3.4"]),
        (b"\xef\xbb\xbf1.2.3.4\n", ["1.2.3.4"]),
        (b"1.2.3.4\r\n::1\r\n", ["1.2.3.4", "::1"]),
        (b"# caf\xe9 \xff\n1.2.3.4 # \xff\0", ["1.2.3.4"]),
        (b"1.2.3.4;x\n1.2.3.4#x", ["1.2.3.4"]),
    ],
)
def test_what_files_may_look_like(data, rules):
    b = BlockList()
    b.load(io.BytesIO(data))
    assert list(b) == rules


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"x", "ERR_INVALID_ADDRESS"),
        (b"1.2.3.4 5.6.7.8", "ERR_INVALID_ADDRESS"),
        (b"10.0.0.0/33", "ERR_OUT_OF_RANGE"),
        (b"10.0.0.0/x", "ERR_INVALID_ARG_VALUE"),
        (b"2.2.2.2-1.1.1.1", "ERR_INVALID_ARG_VALUE"),
        (b"\xff", "ERR_INVALID_ADDRESS"),
        (b"1.2.3.4\0", "ERR_INVALID_ADDRESS"),
        (b"1" * 1_000_000, "ERR_INVALID_ADDRESS"),
        (b"1.1.1.1-::1", "ERR_INVALID_ADDRESS"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_load_names_the_line_and_adds_nothing(line, code):
    b = BlockList(["9.9.9.9"])
    with pytest.raises(ValueError, match=r"^line 3: ") as caught:
        b.load(io.BytesIO(b"1.2.3.4\n# two\n" + line + b"\n5.6.7.8\n"))
    assert caught.value.code == code
    assert len(str(caught.value)) < 300
    assert list(b) == ["9.9.9.9"]


@pytest.mark.posix_only("a folder is a PermissionError")
def test_load_of_what_is_no_file(tmp_path):
    b = BlockList()
    with pytest.raises(FileNotFoundError):
        b.load(tmp_path / "missing")
    with pytest.raises(IsADirectoryError):
        b.load(tmp_path)
    for value in (5, None, object(), [5], ["1.2.3.4", None]):
        with pytest.raises(TypeError, match='"file"') as caught:
            b.load(value)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"

    class Odd:
        def read(self):
            return 5

    class Loud:
        def read(self):
            raise LookupError("unreadable")

    with pytest.raises(TypeError, match='"file"'):
        b.load(Odd())
    assert len(b) == 0
    with pytest.raises(LookupError, match="unreadable"):
        b.load(Loud())


# --- copying, pickling ---


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling(protocol):
    b = BlockList(MIXED)
    again = pickle.loads(pickle.dumps(b, protocol))
    assert again == b
    assert again.rules == b.rules
    assert pickle.loads(pickle.dumps(BlockList(), protocol)) == BlockList()


class Counted(BlockList):
    """A subclass with a constructor and state of its own."""

    def __init__(self, name, rules=()):
        super().__init__(rules)
        self.name = name


def test_copies_are_lists_of_their_own():
    b = Counted("mine", MIXED)
    for again in (copy.copy(b), copy.deepcopy(b), pickle.loads(pickle.dumps(b))):
        assert (type(again), again, again.name) == (Counted, b, "mine")
        again.clear()
        assert len(b) == 6
    assert repr(b).startswith("Counted([")


def test_size_in_bytes():
    b = BlockList()
    empty = sys.getsizeof(b)
    rules = [f"{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}.0/24" for n in range(0, 1 << 24, 168)][:100_000]
    b.update(rules)
    assert len(b) > 99_000
    assert (sys.getsizeof(b) - empty) / len(b) <= 128
    b.clear()
    assert sys.getsizeof(b) == empty


@frees_at_once
def test_nothing_is_left_of_it():
    class Watched(BlockList):
        pass

    gone = weakref.ref(Watched)
    b = Watched(MIXED)
    del Watched, b
    gc.collect()
    assert gone() is None


def every_way(b):
    """Calls every method of a list, with good and with bad arguments."""
    b.update(MIXED)
    for bad in ("x", 5, "10.0.0.0/99", "2.2.2.2-1.1.1.1", None):
        for call in (
            b.add,
            b.discard,
            b.check,
            b.add_cidr,
            b.from_json,
            b.load,
            b.update,
            b.__contains__,
            SocketAddress,
            SocketAddress.parse,
            lambda v: b.add_subnet("1.1.1.1", v),
            lambda v: b.add_range(v, v),
        ):
            try:
                call(bad)
            except (TypeError, ValueError, OSError):
                pass
    b.load(io.StringIO(LIST))
    b.from_json(b.to_json())
    assert pickle.loads(pickle.dumps(b)) == b
    repr(b), list(b), b.rules, ipaddress.ip_address("::1") in b, SocketAddress("::1").to_json(), str(SocketAddress())
    b.clear()


def test_no_references_are_lost():
    b = BlockList()
    growth = []
    for _ in range(4):  # the interpreter's own free lists fill up once
        before = sys.getallocatedblocks()
        for _ in range(300):
            every_way(b)
        gc.collect()
        growth.append(sys.getallocatedblocks() - before)
    assert min(growth) < 200, growth


def test_module_name():
    assert pynet.BlockList.__module__ == "pynet"
