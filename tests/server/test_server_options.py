"""The options of a server, read back from the sockets that it accepts."""

import socket

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, read_option, wait_until

IDLE = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)


def accepted(srv):
    """(client, accepted socket) of a new connection; the client is Python's own."""
    peers = []
    srv.on("connection", peers.append)
    client = raw_client(srv)
    assert wait_until(lambda: peers)
    return client, peers[0]


def tcp(option):
    return socket.IPPROTO_TCP, option


NO_DELAY = tcp(socket.TCP_NODELAY)
KEEP_ALIVE = socket.SOL_SOCKET, socket.SO_KEEPALIVE


@pytest.fixture
def tcp_server():
    made = []

    def make(*args, **options):
        srv = pynet.create_server(*args, **options)
        srv.on("connection", lambda sock: sock.on("error", lambda err: None))
        made.append(srv)
        return srv.listen(0, "127.0.0.1")

    yield make
    for srv in made:
        srv.close()


@pytest.mark.parametrize("on", [None, False, True])
def test_no_delay(tcp_server, on):
    srv = tcp_server() if on is None else tcp_server(no_delay=on)
    client, sock = accepted(srv)
    assert bool(read_option(sock, *NO_DELAY)) is bool(on)
    sock.destroy()
    client.close()


@pytest.mark.parametrize(
    ("options", "on", "idle"),
    [
        ({}, False, None),
        ({"keep_alive": True}, True, None),
        ({"keep_alive": True, "keep_alive_initial_delay": 999}, True, None),  # under a second: the system's times stay
        ({"keep_alive": True, "keep_alive_initial_delay": 1000}, True, 1),
        ({"keep_alive": True, "keep_alive_initial_delay": 12999.9}, True, 12),
        ({"keep_alive": True, "keep_alive_initial_delay": -5}, True, None),
        ({"keep_alive_initial_delay": 5000}, False, None),
        ({"keepAlive": True, "keepAliveInitialDelay": 7000}, True, 7),
    ],
)
def test_keep_alive(tcp_server, options, on, idle):
    with socket.socket() as fresh:
        default = fresh.getsockopt(*tcp(IDLE))
    client, sock = accepted(tcp_server(options))
    assert bool(read_option(sock, *KEEP_ALIVE)) is on
    assert read_option(sock, *tcp(IDLE)) == (idle or default)
    if idle is not None:
        assert read_option(sock, *tcp(socket.TCP_KEEPINTVL)) == 1
        assert read_option(sock, *tcp(socket.TCP_KEEPCNT)) == 10
    sock.destroy()
    client.close()


def test_tcp_options_on_a_unix_server_do_nothing(tmp_path):
    srv = pynet.create_server(no_delay=True, keep_alive=True, keep_alive_initial_delay=1000)
    srv.listen(tmp_path / "s.sock")
    client, sock = accepted(srv)
    sock.set_no_delay(True).set_keep_alive(True, 5000).destroy()
    client.close()
    srv.close()


def test_pause_on_connect(server):
    def on_connection(sock):
        log.entries.append(("connection", (sock.is_paused(),)))
        sock.on("data", log.note("data"))
        sock.on("end", log.note("end"))
        peers.append(sock)

    peers = []
    srv = server(on_connection, pause_on_connect=True)
    log = Recorder(srv)
    with raw_client(srv) as client:
        client.sendall(b"waiting")
        client.shutdown(socket.SHUT_WR)
        assert wait_until(lambda: peers)
        pynet.set_timeout(log.note("later"), 20)
        log.wait("later")
        assert log.entries[0] == ("connection", (True,))
        assert log.names == ["connection", "later"]
        assert peers[0].bytes_read == 0
        peers[0].resume()
        log.wait("end")
        assert log.names[2:] == ["data", "end"]
        assert log.data() == b"waiting"


def test_without_pause_on_connect_data_waits_for_a_listener(server):
    peers = []
    srv = server(peers.append)
    with raw_client(srv) as client:
        client.sendall(b"early")
        assert wait_until(lambda: peers and peers[0].bytes_read == 5)
        assert peers[0].is_paused() is False
        log = Recorder(peers[0], "data")
        log.wait_for(lambda: log.data() == b"early")
        peers[0].destroy()


@pytest.mark.parametrize("half_open", [False, True])
def test_allow_half_open(server, half_open):
    peers = []

    def on_connection(sock):
        sock.on("data", lambda data: None)
        peers.append((sock, Recorder(sock, "end", "finish", "close")))

    srv = server(on_connection, allow_half_open=half_open)
    with raw_client(srv) as client:
        client.shutdown(socket.SHUT_WR)
        assert wait_until(lambda: peers)
        sock, log = peers[0]
        log.wait("end")
        assert sock.allow_half_open is half_open
        if half_open:
            assert on_loop(lambda: (sock.readable, sock.writable, sock.ready_state)) == (False, True, "writeOnly")
            sock.end(b"answer")
            assert client.recv(100) == b"answer"
        assert client.recv(100) == b""
    log.wait("close")
    assert log.names == ["end", "finish", "close"]


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_high_water_mark_of_accepted_sockets(server):
    peers = []
    srv = server(peers.append, high_water_mark=16)
    with raw_client(srv):
        assert wait_until(lambda: peers)
        sock = peers[0]

        def fill():
            """Two writes of one call: the second waits in the queue."""
            first = sock.write(b"x")
            return first, sock.write(b"x" * 15), sock.write(b"y" * 1_000_000)

        assert on_loop(fill)[:2] == (True, True)
        sock.destroy()


@pytest.mark.parametrize(
    ("options", "kind", "code", "name"),
    [
        ({"keep_alive_initial_delay": "x"}, TypeError, "ERR_INVALID_ARG_TYPE", "keep_alive_initial_delay"),
        ({"high_water_mark": "x"}, TypeError, "ERR_INVALID_ARG_TYPE", "high_water_mark"),
        ({"listener": 5}, TypeError, "ERR_INVALID_ARG_TYPE", "listener"),
    ],
)
@pytest.mark.parametrize("function", [pynet.create_server, pynet.Server])
def test_bad_options_raise(function, options, kind, code, name):
    with pytest.raises(kind) as info:
        function(**options)
    assert info.value.code == code
    assert name in str(info.value)


@pytest.mark.parametrize("bad", [5, "text", 1.5, True])
@pytest.mark.parametrize("function", [pynet.create_server, pynet.Server])
def test_options_of_a_wrong_type_raise(function, bad):
    with pytest.raises(TypeError) as info:
        function(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert "options" in str(info.value)


@pytest.mark.parametrize("function", [pynet.create_server, pynet.Server])
def test_constructor_forms(function):
    def listener(sock):
        pass

    for args, options, expected in [
        ((), {}, []),
        ((None,), {}, []),
        ((listener,), {}, [listener]),
        ((None, listener), {}, [listener]),
        (({}, listener), {}, [listener]),
        (({"allow_half_open": True}, listener), {"no_delay": True}, [listener]),
        ((), {"listener": listener}, [listener]),
        (({"nonsense": 5},), {}, []),
    ]:
        srv = function(*args, **options)
        assert isinstance(srv, pynet.Server)
        assert srv.listeners("connection") == expected
    with pytest.raises(TypeError, match=r"no_dely.*no_delay"):
        function(no_dely=True)
    with pytest.raises(TypeError):
        function({}, listener, 3)


def test_the_mapping_of_the_caller_is_not_changed(tcp_server):
    options = {"keep_alive": True, "keep_alive_initial_delay": -1, "allow_half_open": None}
    copy = dict(options)
    tcp_server(options)
    where = {"port": 0, "host": "127.0.0.1", "backlog": None}
    srv = pynet.create_server()
    srv.listen(where)
    srv.close()
    assert options == copy
    assert where == {"port": 0, "host": "127.0.0.1", "backlog": None}
