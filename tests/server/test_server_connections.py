"""The connections of a server: closing, counting, limiting, reprs, subclasses."""

import gc
import os
import socket
import threading
from concurrent import futures

import pytest

import pynet
from helpers import Recorder, connected_pair, is_inheritable, on_loop, raw_client, target, two_turns, wait_until


def end_all(*sockets):
    for sock in sockets:
        sock.destroy()


# --- close ---


def test_close_with_a_callback(server):
    srv = server()
    log = Recorder(srv, "close")
    assert srv.close(log.note("callback")) is srv
    log.wait("callback")
    assert log.entries == [("close", ()), ("callback", (None,))]


def test_close_of_a_server_that_does_not_listen():
    srv = pynet.create_server()
    log = Recorder(srv, "close")
    srv.close(log.note("callback"))
    log.wait("callback")
    assert log.names == ["close", "callback"]
    err = log["callback"]
    assert isinstance(err, pynet.NetError)
    assert (err.code, str(err)) == ("ERR_SERVER_NOT_RUNNING", "Server is not running.")


def test_close_twice(server):
    srv = server()
    log = Recorder(srv, "close")
    with pynet.turn():
        srv.close(log.note("first"))
        srv.close(log.note("second"))
    log.wait("close", times=2)
    assert log.names == ["close", "first", "second", "close"]
    assert log["first"] is None
    assert log["second"].code == "ERR_SERVER_NOT_RUNNING"


@pytest.mark.posix_only("connect() waits for an instance of the pipe, while there are connections", only="unix")
def test_close_waits_for_the_connections(server):
    peers = []
    srv = server(lambda sock: peers.append(sock) or sock.pipe(sock))
    log = Recorder(srv, "close")
    where = target(srv)
    with raw_client(srv) as client:
        assert wait_until(lambda: peers)
        srv.close(log.note("callback"))
        refused = Recorder(pynet.connect(where), "error", "close").wait("close")["error"]
        assert refused.code in ("ECONNREFUSED", "ENOENT")
        client.sendall(b"still there")
        assert client.recv(100) == b"still there"
        srv.get_connections(log.note("count"))
        log.wait("count")
        assert log.names == ["count"]
        assert log.args("count") == [(None, 1)]
    log.wait("callback")
    assert log.names == ["count", "close", "callback"]


def test_server_close_comes_before_the_close_of_its_last_socket(server):
    def on_connection(sock):
        sock.on("close", log.note("socket close"))
        sock.on("data", lambda data: (srv.close(), sock.destroy()))

    srv = server(on_connection)
    log = Recorder(srv, "close")
    with raw_client(srv) as client:
        client.sendall(b"x")
        log.wait("socket close")
    assert log.names == ["close", "socket close"]


@pytest.mark.parametrize("bad", [5, "text", object()])
def test_bad_callbacks_raise_and_change_nothing(server, bad):
    srv = server()
    for method in (srv.close, srv.get_connections):
        with pytest.raises(TypeError) as info:
            method(bad)
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
        assert "callback" in str(info.value)
    assert srv.listening
    with pytest.raises(TypeError):
        srv.get_connections()


def test_a_collection_that_closes_the_server_while_a_connection_is_made(server):
    """`close` comes once, when the connection has gone."""

    def collecting(phase, info):
        if threading.get_ident() == driver and srv.listening:
            srv.close()

    srv = server()
    log = Recorder(srv, "connection", "close")
    driver = on_loop(threading.get_ident)
    threshold = gc.get_threshold()
    gc.callbacks.append(collecting)
    try:
        gc.set_threshold(1)
        client = raw_client(srv)
        log.wait("connection")
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(collecting)
    srv.close()
    (sock,) = log.args("connection")[0]
    sock.on("close", log.note("socket closed"))
    sock.destroy()
    log.wait("close").wait("socket closed")
    on_loop(lambda: None)
    client.close()
    assert log.names == ["connection", "close", "socket closed"]


# --- counting and limiting ---


def test_get_connections(server):
    peers = []
    srv = server(peers.append)
    counts = []

    def count():
        srv.get_connections(lambda err, n: counts.append((err, n)))
        have = len(counts) + 1
        assert wait_until(lambda: len(counts) == have)
        return counts[-1]

    assert count() == (None, 0)
    clients = [raw_client(srv) for _ in range(3)]
    assert wait_until(lambda: len(peers) == 3)
    assert count() == (None, 3)
    peers[0].destroy()
    assert count() == (None, 2)
    end_all(*peers)
    assert count() == (None, 0)
    srv.close()
    assert count() == (None, 0)
    for client in clients:
        client.close()


def test_get_connections_answers_by_the_next_tick(server):
    srv = server()
    log = Recorder(srv)

    def ask():
        assert srv.get_connections(log.note("callback")) is srv
        log.note("after")()

    on_loop(ask)
    log.wait("callback")
    assert log.names == ["after", "callback"]


def test_max_connections_drops_what_is_too_much(server, kind):
    peers = []
    srv = server(peers.append)
    srv.max_connections = 1
    log = Recorder(srv, "connection", "drop")
    with raw_client(srv) as first, raw_client(srv) as second:
        log.wait("drop")
        assert second.recv(10) == b""
        assert log.names == ["connection", "drop"]
        (data,) = log.args("drop")[0]
        if kind == "unix":
            assert data is None
        else:
            assert list(data.values()) == [
                "127.0.0.1",
                srv.address().port,
                "IPv4",
                "127.0.0.1",
                second.getsockname()[1],
                "IPv4",
                "max_connections",
            ]
        end_all(*peers)
        assert first.recv(10) == b""
        with raw_client(srv):
            log.wait("connection", times=2)
    end_all(*peers)


def test_client_of_a_full_server_sees_an_end(server):
    srv = server()
    srv.max_connections = 0
    client = pynet.connect(target(srv))
    log = Recorder(client, "connect", "ready", "data", "end", "error", "close")
    log.wait("close")
    assert log.names == ["connect", "ready", "end", "close"]
    assert log.args("close") == [(False,)]


@pytest.mark.parametrize("limit", [None, float("inf"), float("nan"), 2])
def test_max_connections_that_let_two_through(server, limit):
    peers = []
    srv = server(peers.append)
    assert srv.max_connections is None
    srv.max_connections = limit
    assert srv.max_connections is limit
    drops = Recorder(srv, "drop")
    with raw_client(srv), raw_client(srv):
        assert wait_until(lambda: len(peers) == 2)
    assert drops.names == []
    end_all(*peers)


@pytest.mark.parametrize("limit", [0, -1, 0.0])
def test_max_connections_that_let_none_through(server, limit):
    peers = []
    srv = server(peers.append)
    srv.max_connections = limit
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    assert peers == []


@pytest.mark.parametrize("limit", [10**400, float("inf"), float("nan")])
def test_a_limit_beyond_all_numbers_is_none(server, limit):
    accepted = threading.Event()
    srv = server(lambda sock: (sock.destroy(), accepted.set()))
    srv.max_connections = limit
    client = pynet.connect(target(srv))
    assert accepted.wait(5)
    assert srv.max_connections is limit
    client.destroy()


def test_the_limit_is_read_once():
    class Number(int):
        def __float__(self):
            raise LookupError("asked again") if asked else asked.append(self) or 5.0

    asked: list = []
    p = connected_pair((0, "127.0.0.1"), {}, {})
    p.server.max_connections = Number(5)
    more = Recorder(p.server, "connection")
    other = pynet.connect(target(p.server))
    more.wait("connection")
    more["connection"].destroy()
    other.destroy()
    p.close()


# --- listeners, and servers made outside the loop ---


def test_nothing_is_accepted_before_the_first_connection_listener(where):
    srv = pynet.create_server().listen(*where)
    log = Recorder(srv, "listening")
    with raw_client(srv) as client:  # the kernel's queue takes it
        client.sendall(b"patient")
        pynet.set_timeout(log.note("later"), 20)
        log.wait("later")
        srv.get_connections(log.note("count"))
        log.wait("count")
        assert log.args("count") == [(None, 0)]
        srv.on("connection", lambda sock: sock.pipe(sock))
        assert client.recv(100) == b"patient"
    srv.close()


def test_server_made_inside_the_loop_accepts_without_a_listener(where):
    srv = on_loop(lambda: pynet.create_server().listen(*where))
    counts = []

    def counted():
        srv.get_connections(lambda err, n: counts.append(n))
        return counts[-1:] == [1]

    with raw_client(srv) as client:
        assert wait_until(counted)
        client.shutdown(socket.SHUT_WR)
        # The socket does not read, but there is nothing to read: its end counts, as in Node.
        assert client.recv(1) == b""
    srv.close()


def count_of(srv):
    log = Recorder(srv)
    srv.get_connections(log.note("count"))
    log.wait("count")
    return log.args("count")[0][1]


def in_turn(where):
    with pynet.turn():
        return pynet.create_server().listen(*where)


def in_turn_with_a_lookup(where):
    with pynet.turn():
        return pynet.create_server().listen(0, "localhost")


def in_turn_of_a_thread(where):
    made = []
    thread = threading.Thread(target=lambda: made.append(in_turn(where)))
    thread.start()
    thread.join()
    return made[0]


@pytest.mark.parametrize("make", [in_turn, in_turn_with_a_lookup, in_turn_of_a_thread])
def test_server_made_inside_turn_accepts_without_a_listener(where, make):
    srv = make(where)
    assert wait_until(lambda: srv.listening)
    with raw_client(srv):
        assert wait_until(lambda: count_of(srv) == 1)
    srv.close()


def made_before_turn(where):
    srv = pynet.create_server()
    with pynet.turn():
        return srv.listen(*where)


def listening_after_turn(where):
    with pynet.turn():
        srv = pynet.create_server()
    return srv.listen(*where)


@pytest.mark.parametrize("make", [made_before_turn, listening_after_turn])
def test_server_that_is_only_partly_inside_turn_waits_for_a_listener(where, make):
    srv = make(where)
    log = Recorder(srv, "listening")
    with raw_client(srv):
        pynet.set_timeout(log.note("later"), 20)
        log.wait("later")
        assert count_of(srv) == 0
    srv.close()


def test_connection_gets_a_socket_of_the_server(server):
    peers = []
    srv = server(peers.append)
    with raw_client(srv):
        assert wait_until(lambda: peers)
        sock = peers[0]
        assert type(sock) is pynet.Socket
        assert sock.server is srv
        assert (sock.connecting, sock.pending, sock.destroyed, sock.ready_state) == (False, False, False, "open")
        sock.destroy()


def test_an_exception_of_a_listener_spares_the_server(server):
    def broken(sock):
        raise ValueError("broken")

    caught = []
    before = pynet.set_uncaught_handler(lambda exc, emitter: (caught.append(str(exc)), peers[-1].destroy()))
    peers = []
    srv = server(peers.append)
    srv.on("connection", broken)
    try:
        for number in (1, 2):
            with raw_client(srv) as client:
                assert client.recv(1) == b""
            assert caught == ["broken"] * number
        assert srv.listening
    finally:
        pynet.set_uncaught_handler(before)


def test_many_connections_at_once(server):
    srv = server(lambda sock: sock.pipe(sock))
    clients = [raw_client(srv) for _ in range(100)]
    for number, client in enumerate(clients):
        client.sendall(b"%03d" % number)
    assert [client.recv(3) for client in clients] == [b"%03d" % number for number in range(100)]
    for client in clients:
        client.close()


# --- reprs ---


def test_repr(server, kind):
    peers = []
    srv = server(peers.append)
    where = repr(srv.address()) if kind == "unix" else f"127.0.0.1:{srv.address().port}"
    assert repr(srv) == f"<pynet.Server listening on {where}, 0 connections>"
    with raw_client(srv):
        assert wait_until(lambda: peers)
        assert repr(srv) == f"<pynet.Server listening on {where}, 1 connections>"
        srv.close()
        assert repr(srv) == "<pynet.Server not listening, 1 connections>"
        peers[0].destroy()
    assert repr(srv) == "<pynet.Server not listening, 0 connections>"
    assert repr(pynet.Server()) == "<pynet.Server not listening, 0 connections>"


def test_repr_with_ipv6():
    srv = pynet.create_server().listen(0, "::1")
    assert repr(srv) == f"<pynet.Server listening on [::1]:{srv.address().port}, 0 connections>"
    srv.close()


def test_repr_of_a_subclass_and_without_init():
    class Mine(pynet.Server):
        def __init__(self):
            pass

    srv = Mine()
    assert "Mine not listening" in repr(srv)
    assert "\n" not in repr(srv)
    assert pynet.Server.__new__(pynet.Server).listening is False


# --- subclasses ---


def test_subclass(where):
    class Greeter(pynet.Server):
        def __init__(self, greeting, **options):
            super().__init__(self.greet, **options)
            self.greeting = greeting
            self.closed = []

        def greet(self, sock):
            sock.end(self.greeting)

        def close(self, callback=None):
            self.closed.append(True)
            return super().close(callback)

    srv = Greeter(b"hello", no_delay=True)
    assert srv.listen(*where) is srv
    with raw_client(srv) as client:
        assert client.recv(10) == b"hello"
    log = Recorder(srv, "close")
    srv.close()
    log.wait("close")
    assert srv.closed == [True]


def test_server_in_a_cycle_is_collected():
    gc.collect()
    before = pynet._pynet._counts()["servers"]
    srv = pynet.create_server()
    srv.on("connection", srv.close)
    assert pynet._pynet._counts()["servers"] == before + 1
    del srv
    gc.collect()
    assert pynet._pynet._counts()["servers"] == before


def test_listening_server_lives_without_a_reference(where):
    def serve():
        srv = pynet.create_server(lambda sock: sock.end(b"alive") and sock.server.close())
        srv.listen(*where)
        return target(srv)

    place = serve()
    gc.collect()
    client = pynet.connect(place)
    log = Recorder(client, "data", "close")
    log.wait("close")
    assert log.data() == b"alive"


def test_accepted_descriptors_are_not_inherited(server):
    peers = []
    srv = server(peers.append)
    with raw_client(srv):
        assert wait_until(lambda: peers)
        for fd in (srv.fileno(), peers[0].fileno()):
            assert is_inheritable(fd) is False
            assert os.get_blocking(fd) is False
        peers[0].destroy()


# --- wait("connection") ---


def test_a_loop_of_waits_gets_each_connection(bare):
    srv = bare()
    clients = [raw_client(srv) for _ in range(5)]
    try:
        socks = [srv.wait("connection", timeout=5) for _ in clients]
        for sock in socks:
            sock.end(b"hi")
        assert [client.recv(10) for client in clients] == [b"hi"] * 5
    finally:
        for client in clients:
            client.close()


def test_a_wait_for_a_connection_that_takes_too_long_accepts_no_more(bare):
    srv = bare()
    with pytest.raises(TimeoutError):
        srv.wait("connection", timeout=0)
    with raw_client(srv):
        two_turns()
        assert srv.connections == []
        srv.wait("connection", timeout=5)


def test_a_listener_beside_a_wait_gets_each_connection(bare):
    srv = bare()
    future = pynet.once(srv, "connection")
    log = Recorder(srv, "connection")
    with raw_client(srv):
        future.result(5)
        with raw_client(srv):
            log.wait("connection", times=2)


def test_a_loop_over_the_server_and_a_wait_share_the_connections(bare):
    srv = bare()
    future, loop = pynet.once(srv, "connection"), iter(srv)
    with raw_client(srv), raw_client(srv):
        socks = {future.result(5), next(loop)}
        assert len(socks) == 2


def test_a_connection_for_a_cancelled_wait_is_the_next_one(bare):
    srv = bare()
    future = pynet.once(srv, "connection")
    futures.Future.cancel(future)  # its listeners are still there, as while one is being called
    with raw_client(srv) as client:
        srv.accept(timeout=5).end(b"hi")
        assert client.recv(10) == b"hi"
