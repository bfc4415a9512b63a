"""High-water marks: the options of sockets and servers, the module's default, and bad values of each."""

import sys
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, shown, target, wait_until

DEFAULT = 16384 if sys.platform == "win32" else 65536
BAD = [
    ("5", TypeError),
    ("", TypeError),
    (b"5", TypeError),
    (True, TypeError),
    (False, TypeError),
    ([5], TypeError),
    (object(), TypeError),
    (2j, TypeError),
    (-1, ValueError),
    (1.5, ValueError),
    (1 << 31, ValueError),
    (10**400, ValueError),
    (float("nan"), ValueError),
    (float("inf"), ValueError),
]


@pytest.fixture
def default():
    """The module's default, which is put back."""
    before = pynet.get_default_high_water_mark()
    yield before
    pynet.set_default_high_water_mark(before)


def marks(sock):
    return sock.readable_high_water_mark, sock.writable_high_water_mark


# --- the default ---


def test_the_default_is_that_of_node(default):
    assert default == DEFAULT
    assert marks(pynet.Socket()) == (DEFAULT, DEFAULT)


@pytest.mark.parametrize("value", [0, 1, 16384, 100.0, (1 << 31) - 1])
def test_a_new_default_is_that_of_new_sockets(default, value):
    old = pynet.Socket()
    assert pynet.set_default_high_water_mark(value) is None
    got = pynet.get_default_high_water_mark()
    assert (got, type(got)) == (value, int)
    assert marks(pynet.Socket()) == (value, value)
    assert marks(old) == (default, default)


def test_an_option_wins_over_the_default(default):
    pynet.set_default_high_water_mark(5)
    assert marks(pynet.Socket(high_water_mark=7)) == (7, 7)
    assert marks(pynet.Socket(readable_high_water_mark=7)) == (7, 5)
    assert marks(pynet.Socket(writable_high_water_mark=7)) == (5, 7)


def test_connections_have_the_default_of_when_their_server_was_made(server, default):
    peers = []
    srv = server(peers.append)
    pynet.set_default_high_water_mark(1000)
    client = pynet.connect(target(srv))
    assert wait_until(lambda: peers)
    assert marks(peers[0]) == (default, default)
    assert marks(client) == (1000, 1000)
    for sock in (client, *peers):
        sock.destroy()


def test_a_server_takes_the_default(pair, default):
    pynet.set_default_high_water_mark(1000)
    p = pair()
    assert marks(p.peer) == marks(p.client) == (1000, 1000)


def test_the_default_set_in_a_listener_and_read_in_a_thread(default):
    on_loop(pynet.set_default_high_water_mark, 1234)
    got = []
    thread = threading.Thread(target=lambda: got.append(pynet.get_default_high_water_mark()))
    thread.start()
    thread.join()
    assert got == [1234]


@pytest.mark.parametrize(("bad", "kind"), [*BAD, (None, TypeError)], ids=shown)
def test_a_bad_default_changes_nothing(default, bad, kind):
    with pytest.raises(kind, match='"value"') as info:
        pynet.set_default_high_water_mark(bad)
    assert info.value.code == ("ERR_INVALID_ARG_TYPE" if kind is TypeError else "ERR_OUT_OF_RANGE")
    assert pynet.get_default_high_water_mark() == default


def test_the_functions_count_their_arguments(default):
    for function, args in (
        (pynet.get_default_high_water_mark, (1,)),
        (pynet.set_default_high_water_mark, ()),
        (pynet.set_default_high_water_mark, (1, 2)),
    ):
        with pytest.raises(TypeError):
            function(*args)
    assert pynet.get_default_high_water_mark() == default


def test_node_names_are_the_same_functions():
    assert pynet.getDefaultHighWaterMark is pynet.get_default_high_water_mark
    assert pynet.setDefaultHighWaterMark is pynet.set_default_high_water_mark


# --- options ---


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"high_water_mark": 10}, (10, 10)),
        ({"highWaterMark": 10}, (10, 10)),
        ({"high_water_mark": 10.0}, (10, 10)),
        ({"high_water_mark": 0}, (0, 0)),
        ({"high_water_mark": None}, (DEFAULT, DEFAULT)),
        ({"readable_high_water_mark": 10}, (10, DEFAULT)),
        ({"writableHighWaterMark": 10}, (DEFAULT, 10)),
        ({"readable_high_water_mark": 0, "writable_high_water_mark": 1}, (0, 1)),
        ({"high_water_mark": 10, "readable_high_water_mark": 20, "writable_high_water_mark": 30}, (10, 10)),
        ({"high_water_mark": None, "readable_high_water_mark": 20}, (20, DEFAULT)),
    ],
    ids=shown,
)
def test_options_of_a_socket(options, expected):
    assert marks(pynet.Socket(options)) == expected
    assert marks(pynet.Socket(**options)) == expected


def test_options_of_connect_and_of_the_server(pair):
    p = pair({"readable_high_water_mark": 1, "writable_high_water_mark": 2}, high_water_mark=3)
    assert (marks(p.client), marks(p.peer)) == ((1, 2), (3, 3))


@pytest.mark.parametrize(("bad", "kind"), BAD, ids=shown)
@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("high_water_mark", "highWaterMark"),
        ("readable_high_water_mark", "readableHighWaterMark"),
        ("writable_high_water_mark", "writableHighWaterMark"),
    ],
)
def test_bad_marks_of_a_socket(name, node, bad, kind):
    for args, keywords in (({name: bad},), {}), (({node: bad},), {}), ((), {name: bad}):
        with pytest.raises(kind, match=f"options.{name}") as info:
            pynet.Socket(*args, **keywords)
        assert info.value.code == ("ERR_INVALID_ARG_TYPE" if kind is TypeError else "ERR_INVALID_ARG_VALUE")


@pytest.mark.parametrize(("bad", "kind"), BAD, ids=shown)
@pytest.mark.parametrize("make", ["Server", "create_server", "connect"])
def test_bad_marks_elsewhere(server, make, bad, kind):
    accepted = []
    srv = server(accepted.append)
    options = target(srv) if make == "connect" else {}
    with pytest.raises(kind, match="options.high_water_mark"):
        getattr(pynet, make)({**options, "high_water_mark": bad})
    assert accepted == []


def test_the_marks_cannot_be_set():
    sock = pynet.Socket()
    for name in ("readable_high_water_mark", "writable_high_water_mark", "readable_length", "writable_length"):
        with pytest.raises(AttributeError):
            setattr(sock, name, 5)
    assert marks(sock) == (DEFAULT, DEFAULT)


# --- what they do ---


def test_write_is_false_from_the_mark_on_and_drain_comes(pair):
    p = pair({"writable_high_water_mark": 10})
    there = Recorder(p.peer, "data")
    log = Recorder(p.client, "drain")
    p.client.cork()
    assert p.client.write(b"x" * 9) is True
    assert p.client.writable_need_drain is False
    assert p.client.write(b"y") is False
    assert p.client.writable_need_drain is True
    p.client.uncork()
    log.wait("drain")
    there.wait_for(lambda: len(there.data()) == 10)
    assert (p.client.writable_need_drain, log.names) == (False, ["drain"])


def test_a_mark_of_zero_still_writes_and_reads(pair):
    p = pair({"high_water_mark": 0}, high_water_mark=0)
    there = Recorder(p.peer, "data", "end")
    for number in range(100):
        p.client.write(b"%02d" % number)
    p.client.end()
    there.wait("end")
    assert there.data() == b"".join(b"%02d" % number for number in range(100))


def test_reading_stops_at_the_mark(pair):
    """What is kept may pass the mark by one read, no more."""
    p = pair({"readable_high_water_mark": 1000})
    p.peer.write(b"x" * (4 << 20))
    assert wait_until(lambda: p.client.readable_length >= 1000)
    seen = []
    for _ in range(3):
        on_loop(lambda: None)
        seen.append(p.client.bytes_read)
    assert seen[0] == seen[-1] <= 1000 + DEFAULT
    p.client.resume()
    assert wait_until(lambda: p.client.bytes_read == 4 << 20)


def test_a_bigger_read_raises_the_mark_of_this_socket_only(pair, default):
    p = pair({"high_water_mark": 10})
    assert p.client.read(1000) is None
    assert marks(p.client) == (1024, 10)
    assert pynet.get_default_high_water_mark() == default
    p.peer.write(b"x" * 1000)
    assert wait_until(lambda: p.client.readable_length == 1000)
    assert p.client.read(1000) == b"x" * 1000
