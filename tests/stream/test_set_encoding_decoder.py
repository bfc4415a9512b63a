"""set_encoding(): bytes that arrive in pieces become text, as Node's decoder makes it; names of encodings."""

import base64
import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import decoder
import pynet
from helpers import Recorder, on_loop, target, wait_until

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = {
    "utf8": ["utf8", "UTF8", "utf-8", "Utf-8", "utf_8", None, ""],
    "utf16le": ["utf16le", "UTF16LE", "utf-16le", "utf-16-le", "utf_16_le", "UTF-16-LE", "ucs2", "ucs-2", "UCS2"],
    "latin1": ["latin1", "Latin1", "latin-1", "latin_1", "iso-8859-1", "ISO_8859_1", "iso8859-1", "binary", "L1"],
    "ascii": ["ascii", "ASCII", "us-ascii", "us_ascii"],
    "hex": ["hex", "HEX"],
    "base64": ["base64", "Base64"],
    "base64url": ["base64url", "BASE64URL"],
}
UNKNOWN = [
    "buffer", "utf-16", "utf16", "utf-16-be", "utf-8-sig", "cp1252", "utf88", "utf", " utf8", "utf8 ", "utf8\0",
    "utf\ud800", "é", "base64-url", b"utf8", 0, 8, 1.5, True, False, [], {}, object,
]  # fmt: skip


@pytest.fixture
def deliver(server):
    """deliver(encoding, pieces): what the client's `data` brought, a text for each piece and one before `end`.

    A piece is sent only when the client has read the one before, so that they arrive as they were sent.
    """
    jobs = []

    def on_connection(peer):
        client, pieces, texts = jobs.pop()
        rest = iter(pieces)
        sent = 0

        def step():
            nonlocal sent
            if client.bytes_read < sent:
                pynet.set_immediate(step)
                return
            texts.append("")
            piece = next(rest, None)
            if piece is None:
                peer.end()
                return
            sent += len(piece)
            peer.write(piece)
            pynet.set_immediate(step)

        step()

    srv = server(on_connection)

    def run(encoding, pieces):
        texts = []
        over = threading.Event()

        def on_data(text):
            assert type(text) is str and text != ""
            texts[-1] += text

        with pynet.turn():
            client = pynet.connect(target(srv))
            assert client.set_encoding(encoding) is client
            client.on("data", on_data)
            client.on("close", lambda had_error: over.set())
            jobs.append((client, pieces, texts))
        assert over.wait(10)
        assert client.bytes_read == sum(map(len, pieces))
        return texts

    return run


def cut(data, places):
    """The bytes in pieces; the cuts are at `places`, taken modulo the length."""
    at = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
    return [data[start:end] for start, end in zip(at, at[1:], strict=False)]


CUTS = st.lists(st.integers(0, 200), max_size=20)

# --- against the table recorded from Node ---


HIGH = "".join(map(chr, range(0xD800, 0xDC00)))  # the first halves of surrogate pairs
LOW = "".join(map(chr, range(0xDC00, 0xE000)))


def later(texts):
    """The high surrogates at a text's end moved to the next text, and pairs made one character.

    Where a chunk ends in a high surrogate and one more byte, Node gives the surrogate at once, pynet with what follows.
    """
    moved, waiting = [], ""
    for number, text in enumerate(texts, 1):
        text = waiting + text
        keep = len(text) if number == len(texts) else len(text.rstrip(HIGH))
        waiting = text[keep:]
        moved.append(text[:keep].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass"))
    return moved


def parted_pairs(texts):
    """The neighbours of which one ends, and the next begins, with half a character."""
    full = [text for text in texts if text]
    return [(a, b) for a, b in zip(full, full[1:], strict=False) if a[-1] in HIGH and b[0] in LOW]


@pytest.mark.parametrize("encoding", [name for name in decoder.ENCODINGS if name != "utf16le"])
def test_pieces_become_what_node_makes_of_them(deliver, encoding):
    rows = [row for row in decoder.load()["rows"] if row[0] == encoding]
    assert len(rows) == decoder.ENCODINGS[encoding]
    for _, pieces, texts in rows:
        assert deliver(encoding, [bytes.fromhex(piece) for piece in pieces]) == texts, pieces


def test_utf16_is_what_node_makes_of_it_and_pairs_stay_whole(deliver):
    rows = [row for row in decoder.load()["rows"] if row[0] == "utf16le"]
    assert len(rows) == decoder.ENCODINGS["utf16le"]
    assert any(parted_pairs(texts) for _, _, texts in rows), "no row in which Node parts a pair"
    for _, pieces, texts in rows:
        got = deliver("utf16le", [bytes.fromhex(piece) for piece in pieces])
        assert later(got) == later(texts), pieces
        assert parted_pairs(got) == [], pieces


def test_table_is_the_one_of_the_inputs():
    table = decoder.load()["rows"]
    assert [row[:2] for row in table] == json.loads(json.dumps(decoder.inputs()))


# --- some of it spelled out ---


@pytest.mark.parametrize(
    ("encoding", "pieces", "texts"),
    [
        ("utf8", [b"\xf0", b"\x9f\x98", b"\x80\xe2", b"\x82\xacx"], ["", "", "\U0001f600", "€x", ""]),
        ("utf8", [b"\xef\xbb\xbfx", b"\xef\xbb\xbf"], ["\ufeffx", "\ufeff", ""]),
        ("utf8", [b"a\xe2\x82"], ["a", "\ufffd"]),
        ("utf8", [b"\xed\xa0", b"\x80", b"\xff\xc0\xaf"], ["", "\ufffd" * 3, "\ufffd" * 3, ""]),
        ("utf16le", [b"a", b"\0\x3d", b"\xd8\0", b"\xde"], ["", "a", "", "\U0001f600", ""]),
        ("utf16le", [b"\x3d\xd8\0", b"\xde"], ["", "\U0001f600", ""]),
        ("utf16le", [b"\x3d\xd8", b"a\0\0\xde"], ["", "\ud83da\ude00", ""]),
        ("utf16le", [b"\xff\xfea\0b"], ["\ufeffa", ""]),
        ("utf16le", [b"a\0\x3d\xd8"], ["a", "\ud83d"]),
        ("base64", [b"a", b"bc", b"defg"], ["", "YWJj", "ZGVm", "Zw=="]),
        ("base64url", [b"\xfb\xff\xbf\xff"], ["-_-_", "_w"]),
        ("hex", [b"\x00\xff", b"\x0a"], ["00ff", "0a", ""]),
        ("latin1", [b"\xe9\x80"], ["\xe9\x80", ""]),
        ("ascii", [b"a\xe9\x80"], ["ai\0", ""]),
    ],
)
def test_characters_over_several_pieces(deliver, encoding, pieces, texts):
    assert deliver(encoding, pieces) == texts


# --- any text, cut anywhere ---


@SETTINGS
@given(text=st.text(max_size=60), places=CUTS)
def test_any_text_in_utf8_comes_whole(deliver, text, places):
    texts = deliver("utf8", cut(text.encode(), places))
    assert "".join(texts) == text
    assert texts[-1] == ""


@SETTINGS
@given(text=st.text(max_size=60), places=CUTS)
def test_any_text_in_utf16_comes_whole(deliver, text, places):
    texts = deliver("utf16le", cut(text.encode("utf-16-le"), places))
    assert "".join(texts) == text
    assert texts[-1] == ""


@SETTINGS
@given(text=st.text(st.characters(max_codepoint=255), max_size=60), places=CUTS)
def test_any_latin1_text_comes_whole(deliver, text, places):
    assert "".join(deliver("latin1", cut(text.encode("latin-1"), places))) == text


@SETTINGS
@given(data=st.binary(max_size=60), places=CUTS)
def test_any_bytes_in_utf8_and_utf16_are_replaced_as_in_one_piece(deliver, data, places):
    assert "".join(deliver("utf8", cut(data, places))) == data.decode("utf-8", "replace")
    whole = data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")
    assert "".join(deliver("utf16le", cut(data, places))) == whole


@SETTINGS
@given(data=st.binary(max_size=60), places=CUTS)
def test_any_bytes_in_hex_and_base64_can_be_had_back(deliver, data, places):
    pieces = cut(data, places)
    assert "".join(deliver("hex", pieces)) == data.hex()
    assert "".join(deliver("base64", pieces)) == base64.b64encode(data).decode()
    assert "".join(deliver("base64url", pieces)) == base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_long_chunks(deliver):
    text = "aé€\U0001f600" * 5000
    assert "".join(deliver("utf8", [b"\xe2", b"\x82\xac" + text.encode()])) == "€" + text
    assert "".join(deliver("utf16le", [text.encode("utf-16-le")])) == text


# --- names ---


@pytest.mark.parametrize(("name", "names"), NAMES.items(), ids=NAMES)
def test_names_of_an_encoding_in_node_and_in_python(name, names):
    for given_name in names:
        sock = pynet.Socket()
        assert sock.readable_encoding is None
        sock.set_encoding(given_name)
        assert sock.readable_encoding == name, given_name


def test_no_name_is_utf8():
    sock = pynet.Socket()
    sock.set_encoding()
    assert sock.readable_encoding == "utf8"


@pytest.mark.parametrize("name", UNKNOWN, ids=ascii)
def test_unknown_encodings_are_refused_and_change_nothing(name):
    sock = pynet.Socket()
    sock.set_encoding("hex")
    with pytest.raises(ValueError, match="^Unknown encoding: ") as raised:
        sock.set_encoding(name)
    assert raised.value.code == "ERR_UNKNOWN_ENCODING"
    assert sock.readable_encoding == "hex"


# --- what has been read before ---

TAILS = [
    ("base64", b"x", "eA=="),
    ("base64", b"abcd", "YWJjZA=="),
    ("base64url", b"x", "eA"),
    ("utf8", b"a\xc3", "a\ufffd"),
    ("utf8", "k\u00e4".encode(), "k\u00e4"),
    ("utf16le", b"a\0b", "a"),
    ("latin1", b"\xe4", "\u00e4"),
    ("hex", b"x", "78"),
]


@pytest.mark.parametrize(("encoding", "sent", "text"), TAILS)
def test_set_encoding_after_the_peers_end_decodes_the_tail(pair, encoding, sent, text):
    p = pair()
    p.peer.end(sent)
    assert wait_until(lambda: pynet._private.at_end(p.client))
    p.client.set_encoding(encoding)
    log = Recorder(p.client, "data", "end").wait("end")
    assert log.entries == [("data", (text,)), ("end", ())]


def test_set_encoding_that_leaves_nothing_after_the_end_ends(pair):
    """Half a unit of utf16le is no character: a reader that waits gets the end."""
    p = pair({"allow_half_open": True})
    p.peer.end(b"a")
    assert wait_until(lambda: pynet._private.at_end(p.client))
    p.client.set_encoding("utf16le")
    assert p.client.wait("end", timeout=5) is None


def test_set_encoding_before_the_end_waits_for_the_rest_of_a_character(pair):
    p = pair()
    p.peer.write(b"k\xc3")
    assert wait_until(lambda: p.client.readable_length == 2)
    p.client.set_encoding("utf8")
    assert p.client.read() == "k"
    p.peer.end(b"\xa4se")
    assert "".join(p.client) == "\u00e4se"


def test_set_encoding_that_empties_a_full_queue_reads_on(pair):
    p = pair({"high_water_mark": 1})
    p.peer.write(b"\xc3")
    assert wait_until(lambda: p.client.readable_length == 1)
    p.client.set_encoding("utf8")
    p.peer.write(b"\xa4")
    assert wait_until(lambda: p.client.readable_length == 1)
    assert p.client.read() == "\u00e4"


@pytest.mark.parametrize(("second", "text"), [("utf8", "k\u00e4se"), ("latin1", "k\u00c3\u00a4se")])
def test_another_set_encoding_gets_the_incomplete_character(pair, second, text):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.write(b"k\xc3")
    assert wait_until(lambda: p.client.bytes_read == 2)
    on_loop(p.client.set_encoding, second)
    p.peer.end(b"\xa4se")
    assert "".join(p.client) == text


def test_another_set_encoding_emits_what_it_makes_of_an_incomplete_character(pair):
    p = pair()
    p.client.set_encoding("utf8")
    log = Recorder(p.client, "data")
    p.peer.write(b"k\xc3")
    assert wait_until(lambda: p.client.bytes_read == 2)
    on_loop(p.client.set_encoding, "latin1")
    log.wait_for(lambda: "".join(args[0] for args in log.args("data")) == "k\u00c3")


@pytest.mark.parametrize(("encoding", "chunk", "text"), TAILS)
def test_unshifted_bytes_become_text_up_to_the_last(pair, encoding, chunk, text):
    p = pair()
    p.client.set_encoding(encoding)
    p.client.unshift(chunk)
    assert p.client.read() == text


# --- read() without a size ---


def in_pieces(p, *pieces):
    """The pieces as chunks of their own, in the client."""
    for piece in pieces:
        before = p.client.bytes_read
        p.peer.write(piece)
        assert wait_until(lambda before=before, piece=piece: p.client.bytes_read == before + len(piece))


def test_read_gives_all_text_that_is_kept(pair):
    p = pair()
    p.client.set_encoding("utf8")
    in_pieces(p, b"one", b"two", b"three")
    assert (p.client.read(), p.client.read()) == ("onetwothree", None)


def test_read_gives_all_text_and_the_end_comes(pair):
    p = pair()
    p.client.set_encoding("utf8")
    in_pieces(p, b"one", b"two")
    p.peer.end()
    assert wait_until(lambda: pynet._private.at_end(p.client))
    assert p.client.read() == "onetwo"
    assert p.client.wait("end", timeout=5) is None


def test_read_gives_the_first_chunk_of_text_while_it_flows(pair):
    """As in Node."""
    p = pair()
    p.client.set_encoding("utf8")
    p.client.pause()
    in_pieces(p, b"one", b"two")

    def flows():
        p.client.resume()
        return p.client.read()

    assert on_loop(flows) == "one"


def test_read_gives_the_first_chunk_of_bytes(pair):
    """As in Node."""
    p = pair()
    in_pieces(p, b"one", b"two")
    assert p.client.read() == b"one"


def test_text_flows_chunk_by_chunk(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.client.pause()
    in_pieces(p, b"one", b"two")
    log = Recorder(p.client, "data")
    p.client.resume()
    log.wait("data", times=2)
    assert log.args("data") == [("one",), ("two",)]
