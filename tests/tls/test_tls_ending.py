"""How a connection over TLS ends: close_notify, a FIN without it, half-close, destroy() at each moment."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
import weakref

import pytest

import pynet
from helpers import on_loop, raw_client, target, wait_until
from tls_threads import thread_server, tls_client

EVENTS = ("connect", "ready", "secureConnect", "data", "end", "finish", "error", "close")


@pytest.fixture
def client(client_context):
    """client(server, **options): a socket that connects, destroyed in the end."""
    made = []

    def make(server, **options):
        made.append(pynet.connect(target(server), **{"ssl": client_context, "server_hostname": "localhost", **options}))
        return made[-1]

    yield make
    for c in made:
        c.destroy()


# --- in order ---


def test_the_events_of_a_client_in_order(secure_server, client, record):
    server = secure_server(lambda sock: sock.pipe(sock))
    with pynet.turn():
        c = client(server)
        log = record(c, *EVENTS)
        c.end(b"bye")
    log.wait("close")
    assert log.names == ["connect", "ready", "secureConnect", "finish", "data", "end", "close"]
    assert log["close"] is False


def test_the_events_of_a_server_in_order(secure_server, client, record):
    logs = []
    server = secure_server()
    first = record(server, "secureConnection", "connection", "tlsClientError")
    server.on("connection", lambda sock: (logs.append(record(sock, "data", "end", "finish", "close")), sock.pipe(sock)))
    c = client(server)
    c.resume()
    c.end(b"bye")
    assert wait_until(lambda: logs)
    logs[0].wait("close")
    assert first.names == ["secureConnection", "connection"]
    assert logs[0].names == ["data", "end", "finish", "close"]


def test_end_sends_close_notify(secure_server, client_context):
    server = secure_server(lambda sock: sock.end(b"last words"))
    with tls_client(server, client_context, suppress_ragged_eofs=False) as c:
        assert c.recv(100) == b"last words"
        assert c.recv(100) == b""  # SSLEOFError without close_notify


def test_the_peer_s_close_notify_is_the_end(secure_server, client_context, record):
    logs = []
    server = secure_server(
        lambda sock: logs.append(record(sock, "data", "end", "close", "error")), allow_half_open=True
    )
    c = tls_client(server, client_context)
    c.sendall(b"x")
    c.setblocking(False)
    with pytest.raises((ssl.SSLWantReadError, ssl.SSLSyscallError)):
        c.unwrap()  # sends close_notify, no FIN
    assert wait_until(lambda: logs)
    logs[0].wait("end")
    assert logs[0].names == ["data", "end"]
    c.close()


@pytest.mark.parametrize("strict", [False, True])
def test_a_fin_without_close_notify(secure_server, client_context, record, strict):
    logs = []
    server = secure_server(
        lambda sock: logs.append(record(sock, "data", "end", "close", "error")),
        **({"strict_end": True} if strict else {}),
    )
    c = tls_client(server, client_context)
    c.sendall(b"x")
    socket.socket.shutdown(c, socket.SHUT_WR)
    assert wait_until(lambda: logs)
    logs[0].wait("close")
    if strict:
        assert logs[0].names == ["data", "error", "close"]
        error = logs[0]["error"]
        assert error.code == "ERR_TLS_UNCLEAN_END"
        assert isinstance(error, ssl.SSLEOFError)
    else:
        assert logs[0].names == ["data", "end", "close"]
    c.close()


@pytest.mark.parametrize("strict", [False, True])
def test_a_record_that_a_fin_cuts_off(secure_server, client_context, record, strict):
    """Half of a record is no data. The end is unclean."""
    logs = []
    server = secure_server(
        lambda sock: logs.append(record(sock, "data", "end", "close", "error")),
        **({"strict_end": True} if strict else {}),
    )
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = client_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with raw_client(server) as raw:
        while True:
            try:
                obj.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        raw.sendall(outgoing.read())
        obj.write(b"a whole record")
        raw.sendall(outgoing.read())
        obj.write(b"half of this one")
        raw.sendall(outgoing.read()[:-5])
        raw.shutdown(socket.SHUT_WR)
        assert wait_until(lambda: logs)
        logs[0].wait("close")
        assert logs[0].data() == b"a whole record"
        assert logs[0].names == (["data", "error", "close"] if strict else ["data", "end", "close"])


def test_a_reset_is_an_error(secure_server, client_context, record):
    logs = []
    server = secure_server(lambda sock: logs.append(record(sock, "data", "end", "close", "error")))
    c = tls_client(server, client_context)
    assert wait_until(lambda: logs)
    if c.family not in (socket.AF_INET, socket.AF_INET6):
        pytest.skip("a unix socket has no reset")
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    c.close()
    logs[0].wait("close")
    assert logs[0].names == ["error", "close"]
    assert logs[0]["error"].code == "ECONNRESET"


# --- half open ---


def test_the_peer_may_go_on_after_our_end(secure_server, client, record):
    """A server that answers after the end of the question."""

    def on_connection(sock):
        got = bytearray()
        sock.on("data", got.extend)
        sock.on("end", lambda: sock.end(bytes(got) * 2))

    server = secure_server(on_connection, allow_half_open=True)
    c = client(server)
    log = record(c, "data", "end", "close")
    c.end(b"question")
    log.wait("close")
    assert log.data() == b"questionquestion"


def test_the_other_half_goes_on_after_the_peer_s_end(secure_server, client, record):
    peers = []
    server = secure_server(peers.append)
    c = client(server, allow_half_open=True)
    log = record(c, "end", "close")
    assert wait_until(lambda: peers)
    got = bytearray()
    peers[0].on("data", got.extend)
    peers[0].end()
    log.wait("end")
    c.resume()
    c.write(b"after the end")
    assert wait_until(lambda: got == b"after the end")
    c.end()
    log.wait("close")


def test_without_allow_half_open_the_end_is_answered(secure_pair, record):
    p = secure_pair()
    log = record(p.client, "end", "finish", "close")
    p.client.resume()
    p.peer.resume()
    p.peer.end()
    log.wait("close")
    assert log.names == ["end", "finish", "close"]


def test_end_before_the_connection(secure_server, client, record):
    """end() waits for the handshake: what was written arrives, and close_notify behind it."""
    server = secure_server(lambda sock: sock.pipe(sock))
    with pynet.turn():
        c = client(server)
        log = record(c, *EVENTS)
        c.end(b"all")
    log.wait("close")
    assert log.data() == b"all"
    assert log["close"] is False


def test_end_without_data_before_the_connection(secure_server, client, record):
    server = secure_server(lambda sock: sock.pipe(sock))
    with pynet.turn():
        c = client(server)
        log = record(c, *EVENTS)
        c.resume()
        c.end()
    log.wait("close")
    assert "error" not in log.names
    assert "secureConnect" in log.names
    assert log.names[-3:] == ["finish", "end", "close"]


def test_end_between_connection_and_handshake(secure_server, client, record):
    server = secure_server(lambda sock: sock.pipe(sock))
    c = client(server)
    log = record(c, *EVENTS)
    c.once("connect", lambda: c.end(b"all"))
    log.wait("close")
    assert log.data() == b"all"


def test_end_with_much_data_arrives_whole(secure_server, client):
    got, over = bytearray(), threading.Event()

    def on_connection(sock):
        sock.on("data", got.extend)
        sock.on("end", over.set)

    server = secure_server(on_connection)
    c = client(server)
    c.end(bytes(5_000_000))
    assert over.wait(20)
    assert len(got) == 5_000_000


# --- destroy() ---


@pytest.mark.parametrize("event", ["connect", "ready", "secureConnect", "data", "end", "session", "drain"])
def test_destroy_from_each_listener_of_a_client(secure_server, client, record, event):
    def on_connection(sock):
        sock.write(b"hello")
        sock.on("data", lambda chunk: sock.end())
        sock.on("error", lambda err: None)

    server = secure_server(on_connection)
    with pynet.turn():
        c = client(server)
        log = record(c, "error", "close", event)
        c.on(event, lambda *args: c.destroy())
        if event != "data":
            c.resume()
        c.write(b"x")
        if event == "drain":
            c.write(bytes(300_000))
    log.wait("close")
    assert log.names == [event, "close"]


@pytest.mark.parametrize("event", ["secureConnection", "connection"])
def test_destroy_from_a_listener_of_a_server(secure_server, client, record, event):
    server = secure_server()
    server.on(event, lambda sock: sock.destroy())
    log = record(server, "secureConnection", "connection", "tlsClientError")
    c = client(server)
    closed = record(c, "close", "error")
    c.resume()
    closed.wait("close")
    assert "tlsClientError" not in log.names
    if event == "secureConnection":
        assert log.names == ["secureConnection"]


def test_destroy_from_tls_client_error(secure_server, record):
    server = secure_server()
    log = record(server, "tlsClientError", "connection")
    server.on("tlsClientError", lambda err, sock: sock.destroy())
    with raw_client(server) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\n\r\n")
        log.wait("tlsClientError")
        while raw.recv(4096):
            pass
    assert log.names == ["tlsClientError"]


def test_destroy_from_sni_callback(secure_server, server_context, client, record):
    """The callback runs within the handshake: on the thread that is in the SSLObject."""
    accepted = []

    def sni(obj, name, context):
        for sock in accepted:
            sock.destroy()

    server_context.sni_callback = sni
    server = pynet.create_server(lambda sock: None)
    server.on("connection", lambda sock: (accepted.append(sock), sock.start_tls(server_context, server_side=True)))
    server.listen(0, "127.0.0.1")
    c = client(server)
    log = record(c, "secureConnect", "error", "close")
    c.resume()
    log.wait("close")
    assert "secureConnect" not in log.names
    assert wait_until(lambda: accepted[0].destroyed)
    server.shutdown(0)


def test_destroy_while_connecting(secure_server, client, record):
    server = secure_server()
    with pynet.turn():
        c = client(server)
        log = record(c, *EVENTS)
        c.write(b"x", log.note("callback"))
        c.destroy()
    log.wait("close")
    log.wait("callback")
    assert log.names in (["callback", "close"], ["close", "callback"])
    assert log["callback"] is not None


def test_destroy_during_the_handshake(silent, client_context, record):
    c = pynet.connect(silent[1], silent[0], ssl=client_context, server_hostname="localhost")
    log = record(c, *EVENTS)
    c.write(b"x", log.note("callback"))
    log.wait("ready")
    c.destroy()
    log.wait("close")
    assert log.names == ["connect", "ready", "callback", "close"]


def test_destroy_with_an_error_during_the_handshake(silent, client_context, record):
    c = pynet.connect(silent[1], silent[0], ssl=client_context, server_hostname="localhost")
    log = record(c, *EVENTS)
    log.wait("ready")
    c.destroy(OSError("mine"))
    log.wait("close")
    assert log.names == ["connect", "ready", "error", "close"]
    assert log["close"] is True


def test_close_of_the_server_during_handshakes(secure_server, record):
    """shutdown() does not wait for a client that never speaks."""
    server = secure_server()
    closed = record(server, "close")
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        server.shutdown(0)
        closed.wait("close")
        raw.settimeout(5)
        assert reads_the_end(raw)


def reads_the_end(raw):
    """The peer has closed, or reset."""
    try:
        return raw.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_listener_that_raises_in_secure_connect_destroys_only_its_connection(secure_server, client, uncaught_errors):
    server = secure_server(lambda sock: sock.pipe(sock))
    c, other = client(server), client(server)
    c.on("secureConnect", lambda: 1 / 0)
    assert wait_until(lambda: uncaught_errors)
    assert isinstance(uncaught_errors[0], ZeroDivisionError)
    other.write(b"x")
    assert other.read_exactly(1, timeout=5) == b"x"


def test_a_connection_dropped_without_a_reference_is_collected(secure_pair):
    """No cycle of the filter keeps a closed socket alive."""
    p = secure_pair()
    refs = [weakref.ref(p.client), weakref.ref(p.peer), weakref.ref(p.client.ssl_object)]
    p.close()
    assert wait_until(lambda: p.client.closed and p.peer.closed)
    p.client = p.peer = pynet.Socket()
    p.server = pynet.Server()  # which closing it again, at the end of the test, does not mind
    on_loop(lambda: None)
    gc.collect()
    assert wait_until(lambda: gc.collect() >= 0 and all(ref() is None for ref in refs))


def test_a_peer_in_a_thread_that_ends_first(client_context, server_context, record):
    def serve(sock):
        sock.sendall(b"hello")
        sock.unwrap().close()

    with thread_server(server_context, serve) as peer:
        c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context)
        log = record(c, "data", "end", "close", "error")
        log.wait("close")
    assert log.data() == b"hello"
    assert peer.errors == []
    assert "error" not in log.names


# --- listeners that are added late ---


def test_a_late_listener_of_secure_connect_is_called(secure_server, client, record):
    c = client(secure_server())
    c.wait("secureConnect", timeout=5)
    log = record(c, "secureConnect")
    log.wait("secureConnect")
    late = record(c, "secureConnect")
    on_loop(lambda: None)
    assert (log.names, late.names) == (["secureConnect"], [])


def test_late_listeners_are_called_in_order(secure_server, client, record):
    server = secure_server(lambda sock: sock.end(b"bye"))
    c = client(server)
    with pynet.turn():
        c.resume()
    c.wait("close", timeout=5)
    with pynet.turn():
        log = record(c, "close", "secureConnect", "end", "ready", "connect")
    log.wait("close")
    assert log.names == ["connect", "ready", "secureConnect", "end", "close"]


def test_a_server_whose_only_listener_is_of_secure_connection(bare, server_context, client, client_context):
    server = bare(ssl=server_context)
    server.on("secureConnection", lambda sock: sock.end(b"welcome"))
    assert client(server).read_exactly(7, timeout=5) == b"welcome"
