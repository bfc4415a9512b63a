"""set_no_delay() and set_keep_alive(), and the options of the same names, read back from the descriptor."""

import socket

import pytest

import pynet
from helpers import Recorder, read_option, target

IDLE = socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
NO_DELAY = socket.IPPROTO_TCP, socket.TCP_NODELAY
KEEP_ALIVE = socket.SOL_SOCKET, socket.SO_KEEPALIVE
INTERVAL = socket.IPPROTO_TCP, socket.TCP_KEEPINTVL
COUNT = socket.IPPROTO_TCP, socket.TCP_KEEPCNT


@pytest.fixture
def place():
    """Where a TCP server listens that keeps its connections."""
    peers = []
    srv = pynet.create_server(lambda sock: peers.append(sock) or sock.on("error", lambda err: None).resume())
    srv.listen(0, "127.0.0.1")
    yield target(srv)
    for sock in peers:
        sock.destroy()
    srv.close()


@pytest.fixture
def connected(place):
    """connected(socket, **options): the socket, connected."""
    made = []

    def make(sock=None, **options):
        client = pynet.connect(place, **options) if sock is None else sock.connect(place, **options)
        made.append(client)
        Recorder(client, "connect").wait("connect")
        return client

    yield make
    for client in made:
        client.destroy()


def test_nothing_is_set_by_default(connected):
    client = connected()
    with socket.socket() as fresh:
        for option in (NO_DELAY, KEEP_ALIVE, IDLE):
            assert read_option(client, *option) == fresh.getsockopt(*option)


def test_set_no_delay_while_connected(connected):
    client = connected()
    for args, on in [((), True), ((False,), False), ((True,), True), ((0,), False), ((1,), True), ((None,), True)]:
        assert client.set_no_delay(*args) is client
        assert bool(read_option(client, *NO_DELAY)) is on


@pytest.mark.parametrize("when", ["fresh", "connecting"])
def test_set_no_delay_before_the_connection(connected, place, when):
    client = pynet.Socket()
    with pynet.turn():
        if when == "fresh":
            assert client.set_no_delay() is client
            client.connect(place)
        else:
            client.connect(place)
            client.set_no_delay()
    Recorder(client, "connect").wait("connect")
    assert read_option(client, *NO_DELAY) == 1
    client.destroy()


def test_set_no_delay_taken_back_before_the_connection(connected):
    assert read_option(connected(pynet.Socket(no_delay=True).set_no_delay(False)), *NO_DELAY) == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda connected: connected(no_delay=True),
        lambda connected: connected(noDelay=True),
        lambda connected: connected(pynet.Socket(no_delay=True)),
        lambda connected: connected(pynet.Socket(), no_delay=True),
    ],
)
def test_no_delay_option(connected, make):
    assert read_option(make(connected), *NO_DELAY) == 1


CASES = [
    ((), False, None),
    ((True,), True, None),
    ((True, 0), True, None),
    ((True, 999), True, None),
    ((True, 1000), True, 1),
    ((True, 1999.9), True, 1),
    ((True, 60_000), True, 60),
    ((True, -1), True, None),
    ((True, None), True, None),
    ((False, 5000), False, None),
    ((1, 2000), True, 2),
]


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize(("args", "on", "idle"), CASES)
def test_set_keep_alive(connected, args, on, idle, before):
    with socket.socket() as fresh:
        default = fresh.getsockopt(*IDLE)
    client = pynet.Socket() if before else connected()
    assert client.set_keep_alive(*args) is client
    if before:
        connected(client)
    assert bool(read_option(client, *KEEP_ALIVE)) is on
    assert read_option(client, *IDLE) == (default if idle is None else idle)
    if idle is not None:
        assert (read_option(client, *INTERVAL), read_option(client, *COUNT)) == (1, 10)


def test_set_keep_alive_on_and_off(connected):
    client = connected()
    for args, on, idle in [((True, 3000), 1, 3), ((True, 7000), 1, 7), ((False,), 0, 7), ((True, 2000), 1, 2)]:
        client.set_keep_alive(*args)
        assert bool(read_option(client, *KEEP_ALIVE)) == on
        assert read_option(client, *IDLE) == idle


@pytest.mark.parametrize(
    "make",
    [
        lambda connected, options: connected(**options),
        lambda connected, options: connected(pynet.Socket(options)),
        lambda connected, options: connected(pynet.Socket(), **options),
    ],
)
def test_keep_alive_option(connected, make):
    client = make(connected, {"keep_alive": True, "keep_alive_initial_delay": 4000})
    assert read_option(client, *KEEP_ALIVE) != 0
    assert read_option(client, *IDLE) == 4


@pytest.mark.parametrize("bad", ["x", True, object(), b"1"])
def test_bad_initial_delay(connected, bad):
    client = connected()
    with pytest.raises(TypeError) as info:
        client.set_keep_alive(True, bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert read_option(client, *KEEP_ALIVE) == 0, "nothing is set by a call that raises"
    with pytest.raises(TypeError) as info:
        pynet.Socket(keep_alive_initial_delay=bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"


def test_options_are_set_again_by_the_next_connection(place, connected):
    client = pynet.Socket().set_no_delay().set_keep_alive(True, 9000)
    for _ in range(2):
        connected(client)
        assert (read_option(client, *NO_DELAY), read_option(client, *IDLE)) == (1, 9)
        log = Recorder(client, "close")
        client.destroy()
        log.wait("close")


def test_on_a_destroyed_socket_they_do_nothing():
    sock = pynet.Socket().destroy()
    assert sock.set_no_delay() is sock
    assert sock.set_keep_alive(True, 1000) is sock


def test_on_a_unix_socket_they_do_nothing(tmp_path):
    srv = pynet.create_server(lambda sock: sock.end()).listen(tmp_path / "s.sock")
    client = pynet.connect(tmp_path / "s.sock", no_delay=True, keep_alive=True)
    log = Recorder(client, "connect", "error", "close")
    client.set_no_delay().set_keep_alive(True, 1000).resume()
    assert log.wait("close").names == ["connect", "close"]
    srv.close()
