"""errors= of write(), end(), set_encoding(), and as an option: text that does not fit its encoding."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder

UNFIT = {
    "utf8": ("\ud800", b"\xef\xbf\xbd"),
    "utf16le": ("\ud800", b"\x00\xd8"),
    "latin1": ("€", b"\xac"),
    "binary": ("€", b"\xac"),
    "ascii": ("é", b"\xe9"),
    "hex": ("6zz", b""),
    "base64": ("aGk*", b"hi"),
    "base64url": ("aGk+", b"hi>"),
}
NOT_NODES = ["utf_8", "UTF_8", "utf-16-le", "latin-1", "latin", "L1", "iso-8859-1", "ISO8859_1", "us-ascii", "US_ASCII"]
NODES = [
    "utf8",
    "UTF-8",
    "ucs2",
    "ucs-2",
    "utf16le",
    "utf-16le",
    "latin1",
    "binary",
    "ASCII",
    "hex",
    "Base64",
    "base64url",
]


def sent(p, write):
    """What the peer gets of it, and of a last byte behind it."""
    there = Recorder(p.peer, "data", "end")
    write(p.client)
    p.client.end(b"|")
    there.wait("end")
    return there.data()


@pytest.mark.parametrize("name", UNFIT)
def test_the_default_for_nodes_names_is_as_node(pair, name):
    text, raw = UNFIT[name]
    assert sent(pair(), lambda sock: sock.write(text, name)).startswith(raw)


@pytest.mark.parametrize("name", UNFIT)
def test_strict_raises_before_anything_is_queued(pair, name):
    text, _ = UNFIT[name]

    def write(sock):
        with pytest.raises(ValueError):
            sock.write(text, name, errors="strict")
        assert sock.bytes_written == 0

    assert sent(pair(), write) == b"|"


@pytest.mark.parametrize("name", ["utf8", "utf16le", "latin1", "ascii"])
def test_strict_is_a_unicode_error(name):
    sock = pynet.Socket()
    sock.cork()
    with pytest.raises(UnicodeEncodeError):
        sock.write(UNFIT[name][0], name, errors="strict")


@pytest.mark.parametrize("name", NOT_NODES)
def test_other_spellings_are_strict(name):
    text = "\ud800€é"
    sock = pynet.Socket()
    sock.cork()
    with pytest.raises(UnicodeEncodeError):
        sock.write(text, name)
    with pytest.raises(UnicodeEncodeError):
        pynet.Socket(default_encoding=name).write(text)
    with pytest.raises(UnicodeEncodeError):
        pynet.Socket().set_default_encoding(name).write(text)
    assert sock.write(text, name, errors="node") is True


@pytest.mark.parametrize("name", NODES)
def test_nodes_spellings_are_not(name):
    sock = pynet.Socket()
    sock.cork()
    assert sock.write("\ud800€é!", name) is True
    sock.set_default_encoding(name)
    assert sock.write("\ud800€é!") is True


def test_end(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    with pytest.raises(UnicodeEncodeError):
        p.client.end("€", "latin1", errors="strict")
    assert p.client.writable
    p.client.end("€", "latin1")
    there.wait("end")
    assert there.data() == b"\xac"


def test_the_option_of_the_socket(pair):
    p = pair({"errors": "strict"})

    def write(sock):
        for name in UNFIT:
            with pytest.raises(ValueError):
                sock.write(UNFIT[name][0], name)
        with pytest.raises(UnicodeEncodeError):
            sock.writelines(["a", "\ud800"])
        with pytest.raises(UnicodeEncodeError):
            sock.write("\ud800")
        sock.write("€", "latin1", errors="node")

    assert sent(p, write) == b"\xac|"


def test_the_option_node_makes_other_spellings_lenient(pair):
    assert sent(pair({"errors": "node"}), lambda sock: sock.write("€", "latin-1")) == b"\xac|"


@pytest.mark.parametrize("text", ["", "00", "aBcDeF09"])
def test_strict_hex_takes_all_hex(pair, text):
    assert sent(pair(), lambda sock: sock.write(text, "hex", errors="strict")) == bytes.fromhex(text) + b"|"


@pytest.mark.parametrize("text", ["0", "0g", "0 0", "0x00", "00\u0661\u0661"])
def test_strict_hex_refuses(text):
    with pytest.raises(ValueError, match="hexadecimal") as info:
        pynet.Socket().write(text, "hex", errors="strict")
    assert info.value.code == "ERR_INVALID_ARG_VALUE"


@pytest.mark.parametrize(
    ("name", "text", "raw"),
    [
        ("base64", "", b""),
        ("base64", "+/8=", b"\xfb\xff"),
        ("base64", "+/8", b"\xfb\xff"),
        ("base64", "AA==", b"\0"),
        ("base64url", "-_8", b"\xfb\xff"),
    ],
)
def test_strict_base64_takes(pair, name, text, raw):
    assert sent(pair(), lambda sock: sock.write(text, name, errors="strict")) == raw + b"|"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("base64", "A"),
        ("base64", "AA="),
        ("base64", "AA==="),
        ("base64", "AAA=="),
        ("base64", "AAAA="),
        ("base64", "===="),
        ("base64", "AA==AA=="),
        ("base64", "AA\n=="),
        ("base64", "-_8="),
        ("base64url", "+/8="),
    ],
)
def test_strict_base64_refuses(name, text):
    with pytest.raises(ValueError, match=name) as info:
        pynet.Socket().write(text, name, errors="strict")
    assert info.value.code == "ERR_INVALID_ARG_VALUE"


# --- reading ---


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("utf8", b"a\xff"),
        ("utf8", b"a\xe2\x82"),
        ("utf16le", b"a\0\x00\xd8b\0"),
        ("utf16le", b"a"),
        ("ascii", b"a\xe9"),
    ],
)
def test_strict_reading_destroys_the_socket(pair, name, raw):
    p = pair()
    p.client.set_encoding(name, errors="strict")
    log = Recorder(p.client, "data", "error", "close")
    p.peer.end(raw)
    log.wait("close")
    (error,) = next(args for event, args in log.entries if event == "error")
    assert isinstance(error, UnicodeDecodeError)
    assert p.client.errored is error


@pytest.mark.parametrize("raw", [b"\xff", b"\xe2\x82"])
def test_reading_as_node_puts_a_replacement(pair, raw):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.end(raw)
    assert "".join(p.client) == "\ufffd"


def test_strict_reading_takes_characters_that_are_split(pair):
    p = pair()
    p.peer.set_no_delay()
    p.client.set_encoding("utf_8")
    raw = "a€b".encode()

    def write(rest):
        if rest:
            p.peer.write(rest[:1])
            pynet.set_timeout(write, 2, rest[1:])
        else:
            p.peer.end()

    pynet.next_tick(write, raw)
    assert "".join(p.client) == "a€b"


def test_other_spellings_are_read_strictly(pair):
    p = pair({"encoding": "utf_8"})
    log = Recorder(p.client, "data", "error", "close")
    p.peer.write(b"\xff")
    log.wait("close")
    assert "error" in log.names


def test_the_option_is_the_default_of_set_encoding(pair):
    p = pair({"errors": "strict"})
    p.client.set_encoding("utf8")
    log = Recorder(p.client, "data", "error", "close")
    p.peer.write(b"\xff")
    log.wait("close")
    assert "error" in log.names


def test_what_is_kept_and_is_not_text_makes_set_encoding_raise(pair):
    p = pair()
    p.client.unshift(b"a\xff")
    with pytest.raises(UnicodeDecodeError):
        p.client.set_encoding("utf8", errors="strict")
    assert p.client.readable_encoding is None
    assert p.client.read() == b"a\xff"


# --- arguments ---


@pytest.mark.parametrize(
    ("value", "error"), [("replace", ValueError), ("", ValueError), (5, TypeError), (True, TypeError)]
)
def test_a_wrong_value_is_refused(value, error):
    sock = pynet.Socket()
    for call in (
        lambda: sock.write("a", errors=value),
        lambda: sock.end("a", errors=value),
        lambda: sock.set_encoding("utf8", errors=value),
        lambda: pynet.Socket(errors=value),
    ):
        with pytest.raises(error, match="errors"):
            call()
    assert sock.readable_encoding is None and sock.writable


def test_it_is_keyword_only():
    sock = pynet.Socket()
    with pytest.raises(TypeError, match="positional"):
        sock.write("a", "utf8", None, "strict")
    with pytest.raises(TypeError, match="positional"):
        sock.end("a", "utf8", None, "strict")
    with pytest.raises(TypeError, match="positional"):
        sock.set_encoding("utf8", "strict")


def test_none_and_bytes_are_not_touched(pair):
    assert sent(pair(), lambda sock: sock.write(b"\xff", errors="strict")) == b"\xff|"
