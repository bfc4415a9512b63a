"""socket_factory: the function that makes the sockets of a server."""

from __future__ import annotations

import gc
import socket
import threading
import weakref

import pytest

import pynet
from helpers import Recorder, raw_client, read_option, wait_until


class Chat(pynet.Socket):
    """A subclass with state of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.seen = []
        self.on("data", self.seen.append)


@pytest.fixture
def reported(monkeypatch):
    """What reached threading.excepthook."""
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_value))
    return seen


@pytest.fixture
def accept(server):
    """accept(factory, **options): the socket of a connection, and its client."""
    clients = []

    def make(factory, **options):
        peers = []
        srv = server(peers.append, socket_factory=factory, **options)
        clients.append(raw_client(srv))
        assert wait_until(lambda: peers)
        return peers[0], clients[-1]

    yield make
    for client in clients:
        client.close()


# --- a subclass ---


def test_the_sockets_are_of_the_class(accept):
    sock, client = accept(Chat)
    assert type(sock) is Chat
    client.sendall(b"hello")
    assert wait_until(lambda: sock.seen == [b"hello"])
    sock.end(b"bye")
    assert client.recv(10) == b"bye"


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
def test_it_is_a_connection_like_others(accept, kind):
    sock, client = accept(Chat)
    assert sock.server.connections == [sock]
    assert (sock.connecting, sock.pending, sock.ready_state) == (False, False, "open")
    assert sock.local == sock.server.address()
    if kind == "tcp":
        assert sock.remote[:2] == client.getsockname()[:2]
    log = Recorder(sock, "end", "close")
    client.close()
    log.wait("close")
    assert log.names == ["end", "close"]


def test_it_gets_the_options_of_the_server():
    seen = []

    def factory(**options):
        seen.append(options)
        return pynet.Socket(**options)

    srv = pynet.Server(
        socket_factory=factory,
        allow_half_open=True,
        no_delay=True,
        keep_alive=True,
        keep_alive_initial_delay=5000,
        high_water_mark=10,
        max_write_buffer=20,
        pause_on_connect=True,
    ).listen(0, "127.0.0.1")
    with raw_client(srv):
        sock = srv.accept(5)
        assert seen == [
            {
                "allow_half_open": True,
                "no_delay": True,
                "keep_alive": True,
                "keep_alive_initial_delay": 5000,
                "high_water_mark": 10,
                "max_write_buffer": 20,
            }
        ]
        assert (sock.allow_half_open, sock.readable_high_water_mark, sock.is_paused()) == (True, 10, True)
        sock.destroy()
    srv.close()


def test_the_options_of_the_class_count(accept):
    class Text(pynet.Socket):
        def __init__(self, **options):
            super().__init__(**options | {"encoding": "utf8", "allow_half_open": True})

    sock, client = accept(Text)
    assert sock.allow_half_open
    log = Recorder(sock, "data")
    client.sendall(b"text")
    assert log.wait("data")["data"] == "text"
    sock.destroy()


@pytest.mark.parametrize("kind", ["tcp"])
def test_tcp_options_are_set_on_the_connection(accept):
    sock, _client = accept(Chat, no_delay=True, keep_alive=True)
    assert read_option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
    assert read_option(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
    sock.destroy()


def test_onread(accept):
    got = []
    buffer = bytearray(16)

    def factory(**options):
        return pynet.Socket(onread={"buffer": buffer, "callback": lambda n, b: got.append(bytes(b[:n]))}, **options)

    sock, client = accept(factory)
    client.sendall(b"hello")
    assert wait_until(lambda: got == [b"hello"])
    sock.destroy()


def test_loops_and_accept_give_them(bare, where):
    srv = bare(listen=False, socket_factory=Chat)
    srv.listen(*where)
    with raw_client(srv), raw_client(srv):
        assert type(srv.accept(5)) is Chat
        assert type(next(iter(srv))) is Chat


def test_serve_gives_them(where):
    seen = []
    srv = pynet.serve(lambda sock: seen.append(type(sock)), *where, socket_factory=Chat)
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    assert seen == [Chat]
    srv.shutdown(5).result(5)


# --- what is refused ---


@pytest.mark.parametrize("made", [None, 5, "x", object(), pynet.EventEmitter(), Chat])
def test_another_type_destroys_the_connection_and_is_uncaught(server, reported, made):
    srv = server(socket_factory=lambda **options: made)
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    assert wait_until(lambda: reported)
    assert isinstance(reported[0], TypeError) and reported[0].code == "ERR_INVALID_ARG_TYPE"
    assert srv.connections == [] and srv.listening


def test_a_socket_that_is_not_new_is_refused(reported, pair):
    used = pair()
    for sock in (used.client, used.peer, pynet.Socket().destroy()):
        srv = pynet.create_server(print, socket_factory=lambda sock=sock, **options: sock).listen(0, "127.0.0.1")
        del reported[:]
        with raw_client(srv) as client:
            assert client.recv(1) == b""
        assert wait_until(lambda: reported)
        assert isinstance(reported[0], ValueError) and reported[0].code == "ERR_INVALID_ARG_VALUE"
        srv.close()
    assert not used.client.destroyed and not used.peer.destroyed


def test_one_socket_for_two_connections_is_refused(server, reported):
    sock = pynet.Socket()
    srv = server(socket_factory=lambda **options: sock)
    with raw_client(srv) as first:
        assert wait_until(lambda: srv.connections == [sock])
        with raw_client(srv) as second:
            assert second.recv(1) == b""
        assert wait_until(lambda: reported)
        sock.end(b"first")
        assert first.recv(10) == b"first"
        sock.destroy()


def test_an_exception_destroys_the_connection_and_is_uncaught(server, uncaught):
    error = ValueError("mine")

    def factory(**options):
        if not uncaught:
            raise error
        return pynet.Socket(**options)

    srv = server(lambda sock: sock.end(b"hi"), socket_factory=factory)
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    assert wait_until(lambda: uncaught)
    assert uncaught == [(error, srv)]
    with raw_client(srv) as client:  # the server goes on
        assert client.recv(10) == b"hi"


def test_an_exception_is_raised_by_run(script):
    done = script("""
        import socket, pynet
        def factory(**options):
            raise ValueError("mine")
        def main():
            global server, client
            server = pynet.create_server(print, socket_factory=factory).listen(0, "127.0.0.1")
            client = socket.create_connection(server.address()[:2])
        try:
            pynet.run(main)
        except ValueError as error:
            print(error, server.listening, client.recv(1))
    """)
    assert (done.stdout, done.stderr) == ("mine True b''\n", "")


def test_a_factory_that_closes_the_server(server, record):
    def factory(**options):
        srv.close()
        return pynet.Socket(**options)

    peers = []
    srv = server(peers.append, socket_factory=factory)
    closed = record(srv, "close")
    with raw_client(srv):
        assert wait_until(lambda: peers)
        assert closed.names == []
        peers[0].destroy()
        closed.wait("close")


def test_a_factory_that_closes_the_server_and_raises(server, record, uncaught):
    def factory(**options):
        srv.close()
        raise ValueError

    srv = server(socket_factory=factory)
    closed = record(srv, "close")
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    closed.wait("close")
    assert len(uncaught) == 1


@pytest.mark.parametrize("value", [5, "x", [], True])
def test_wrong_values(value):
    with pytest.raises(TypeError, match="socket_?[fF]actory"):
        pynet.Server(socket_factory=value)


def test_the_factory_goes_with_the_server():
    class Factory:
        def __call__(self, **options):
            return pynet.Socket(**options)

    factory = Factory()
    srv = factory.server = pynet.Server(socket_factory=factory)  # a circle
    gone = weakref.ref(srv)
    del srv, factory
    gc.collect()
    assert gone() is None


def test_both_spellings_of_the_option(where):
    srv = pynet.create_server({"socketFactory": Chat}).listen(*where)
    with raw_client(srv):
        sock = srv.accept(5)
        assert type(sock) is Chat
        sock.destroy()
    srv.close()
