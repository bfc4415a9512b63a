"""Parts of the command line by themselves: places, numbers, line endings, the hex dump."""

from __future__ import annotations

import argparse
import socket

import pytest

from pynet._cli.errors import UsageError
from pynet._cli.hexdump import HexDump
from pynet._cli.joining import CrlfLines
from pynet._cli.text import count, plural, seconds, short_size, short_time, size
from pynet._cli.where import Where, parse


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["80"], Where(80)),
        (["0"], Where(0)),
        (["localhost:80"], Where(80, "localhost")),
        (["127.0.0.1:80"], Where(80, "127.0.0.1")),
        (["[::1]:80"], Where(80, "::1")),
        (["[fe80::1%eth0]:80"], Where(80, "fe80::1%eth0")),
        (["localhost", "80"], Where(80, "localhost")),
        (["::1", "80"], Where(80, "::1")),
        (["[::1]", "80"], Where(80, "::1")),
        (["localhost", "http"], Where(socket.getservbyname("http"), "localhost")),
        (["/run/x.sock"], Where(path="/run/x.sock")),
        (["./80"], Where(path="./80")),
        (["./a:80"], Where(path="./a:80")),
        (["x.sock"], Where(path="x.sock")),
        (["unix:a:80"], Where(path="a:80")),
        (["unix:/run/x"], Where(path="/run/x")),
    ],
)
def test_places(words, place):
    assert parse(words) == place


@pytest.mark.parametrize("text", ["80", "a:80", "::1", "unix:x"])
def test_every_text_may_be_a_path(text):
    assert parse([text], unix=True) == Where(path=text)


@pytest.mark.parametrize(
    "words",
    [[""], ["a", "b", "1"], ["65536"], ["a:65536"], ["::1"], ["[::1]"], ["1.2.3.4"], ["a:b"], ["http://a/"], ["", "1"]],
)
def test_what_is_no_place(words):
    with pytest.raises(UsageError):
        parse(words)


def test_a_place_is_written_as_connect_takes_it():
    assert [str(parse([text])) for text in ("80", "[::1]:80", "/x")] == ["localhost 80", "::1 80", "/x"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("10", 10), ("64k", 65536), ("1.5K", 1536), ("1M", 1 << 20), ("2g", 2 << 30), ("1KiB", 1024)],
)
def test_sizes(text, value):
    assert size(text) == value


@pytest.mark.parametrize(("text", "value"), [("1", 1.0), ("1.5", 1.5), (".5", 0.5), ("2s", 2.0), ("250ms", 0.25)])
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("function", [size, seconds, count])
@pytest.mark.parametrize("text", ["", "-1", "x", "1x", "1e3", "nan", "inf", "²", "1 2", "0x10"])
def test_what_is_no_number(function, text):
    with pytest.raises(argparse.ArgumentTypeError):
        function(text)


def test_numbers_for_people():
    assert [short_time(value) for value in (0.0000426, 0.0173, 0.25, 1, 90.5)] == [
        "0.0426 ms",
        "17.3 ms",
        "250 ms",
        "1.00 s",
        "90.50 s",
    ]
    assert [short_size(value) for value in (0, 1023, 1536, 5 << 20, 3 << 40)] == [
        "0 B",
        "1023 B",
        "1.5 KiB",
        "5.0 MiB",
        "3072.0 GiB",
    ]
    assert [plural(value, "byte") for value in (0, 1, 2000)] == ["0 bytes", "1 byte", "2,000 bytes"]


@pytest.mark.parametrize(
    "chunks",
    [[b"a\nb\r\nc\r\r\n\n"], [b"a\nb\r", b"\nc\r", b"\r", b"\n", b"\n"], [b"a", b"\n", b"b", b"\r\n", b"c\r\r\n\n"]],
)
def test_line_endings_in_chunks(chunks):
    lines = CrlfLines()
    assert b"".join(map(lines.convert, chunks)) == b"a\r\nb\r\nc\r\r\n\r\n"


def test_offsets_of_the_hex_dump_go_on(capfd):
    dump = HexDump()
    dump.show(">", b"0123456789abcdefgh")
    dump.show("<", b"\0")
    dump.show(">", b"i")
    lines = capfd.readouterr().err.splitlines()
    assert [line[:10] for line in lines] == ["> 00000000", "> 00000010", "< 00000000", "> 00000012"]
    assert lines[0].endswith("30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|")
    assert len({line.index("|") for line in lines}) == 1
