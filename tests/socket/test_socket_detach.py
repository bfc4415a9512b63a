"""detach(): the connection goes on as a socket.socket, and nothing is lost. close(): destroy_soon() by another name."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import socket
import subprocess
import threading

import pytest

import pynet
from helpers import Recorder, connected_pair, on_loop, open_descriptors, raw_client, target, wait_until
from paths import SUPPORT


@pytest.fixture
def raw(where):
    """raw(**server_options): the socket that a server accepted, and Python's socket at its other end."""
    made = []

    def make(**options):
        srv = pynet.create_server(options)
        accepted = Recorder(srv, "connection", "close")
        srv.listen(*where)
        peer = raw_client(srv)
        sock = accepted.wait("connection")["connection"]
        made.append((srv, sock, peer))
        return sock, peer

    yield make
    for srv, sock, peer in made:
        sock.destroy()
        srv.close()
        peer.close()


def test_both_directions_go_on(raw, kind):
    sock, peer = raw()
    name = None if kind == "unix" else peer.getsockname()
    with sock.detach() as theirs:
        assert type(theirs) is socket.socket
        assert theirs.family == peer.family and theirs.type == socket.SOCK_STREAM
        if name:
            assert theirs.getpeername() == name
        theirs.sendall(b"from us")
        assert peer.recv(100) == b"from us"
        peer.sendall(b"to us")
        assert theirs.recv(100) == b"to us"
    assert peer.recv(1) == b""


def test_it_blocks_and_is_not_inherited(raw):
    sock, _ = raw()
    with sock.detach() as theirs:
        assert theirs.gettimeout() is None and theirs.getblocking()
        assert os.get_blocking(theirs.fileno())
        assert not theirs.get_inheritable()


def test_a_default_timeout_does_not_matter(raw):
    sock, _ = raw()
    socket.setdefaulttimeout(5)
    try:
        with sock.detach() as theirs:
            assert theirs.gettimeout() is None
    finally:
        socket.setdefaulttimeout(None)


def test_what_becomes_of_the_socket(raw, kind):
    """It is destroyed, without an end on the wire."""
    sock, peer = raw()
    there = sock.remote_address
    with pynet.turn():
        log = Recorder(sock, "end", "finish", "error", "close")
        theirs = sock.detach()
        assert (sock.destroyed, sock.ready_state, sock.fileno(), sock.pending) == (True, "closed", -1, True)
    assert log.wait("close").names == ["close"] and log["close"] is False
    assert sock.remote_address == there
    assert select.select([peer], [], [], 0)[0] == [], "no end has come"
    with theirs, pytest.raises(pynet.NetError) as info:
        sock.detach()
    assert info.value.code == "ENOTCONN"
    assert sock.write("x") is False


def test_the_server_counts_it_no_more(raw):
    sock, peer = raw()
    srv = sock.server
    log = Recorder(srv, "close")
    theirs = sock.detach()
    counts = []
    srv.get_connections(lambda err, n: counts.append(n))
    assert wait_until(lambda: counts) and counts == [0]
    srv.close()
    log.wait("close")
    with theirs:
        theirs.sendall(b"none the less")
        assert peer.recv(100) == b"none the less"


def test_what_the_system_holds_is_not_lost(raw):
    sock, peer = raw(pause_on_connect=True)
    peer.sendall(b"not read yet")
    with sock.detach() as theirs:
        assert theirs.recv(100) == b"not read yet"


def test_a_client(where):
    with contextlib.closing(socket.socket(socket.AF_UNIX if len(where) == 1 else socket.AF_INET)) as listener:
        listener.bind(where[0] if len(where) == 1 else where[::-1])
        listener.listen()
        name = listener.getsockname()
        sock = pynet.connect(name)
        peer, _ = listener.accept()
        Recorder(sock, "connect").wait("connect")
        with peer, sock.detach() as theirs:
            peer.sendall(b"x")
            assert theirs.recv(1) == b"x"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_in_a_data_listener(raw):
    """STARTTLS: what has come has been consumed, the answer leaves first."""
    sock, peer = raw()
    detached = Recorder(pynet.EventEmitter())

    def on_data(chunk):
        sock.write("220 go ")
        sock.write("ahead\r\n")
        detached.note("socket")(sock.detach())

    sock.on("data", on_data)
    peer.sendall(b"STARTTLS\r\n")
    with detached.wait("socket")["socket"] as theirs:
        assert peer.recv(100) == b"220 go ahead\r\n"
        peer.sendall(b"hello")
        assert theirs.recv(100) == b"hello"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_callbacks_of_writes_that_have_left(raw):
    sock, peer = raw()
    log = Recorder(sock, "error", "close")
    with pynet.turn():
        sock.write("x", callback=log.note("callback"))
        theirs = sock.detach()
    with theirs:
        assert log.wait("close").names == ["callback", "close"]
        assert log["callback"] is None
        assert peer.recv(10) == b"x"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_after_end(raw):
    """The half that is over is over for the socket.socket too."""
    sock, peer = raw()
    log = Recorder(sock, "finish")
    sock.end("last")
    log.wait("finish")
    with sock.detach() as theirs:
        assert peer.makefile("rb").read() == b"last"
        peer.sendall(b"still")
        assert theirs.recv(100) == b"still"


def test_after_the_peers_end(raw):
    sock, peer = raw(allow_half_open=True)
    log = Recorder(sock, "end")
    sock.resume()
    peer.shutdown(socket.SHUT_WR)
    log.wait("end")
    with sock.detach() as theirs:
        assert theirs.recv(1) == b""
        theirs.sendall(b"bye")
        assert peer.recv(100) == b"bye"


def test_a_pipe_loses_it(raw):
    """What was piped out of it and into it goes on without it."""
    sock, peer = raw()
    other = connected_pair((0, "127.0.0.1"), {}, {})
    sock.pipe(other.client)
    log = Recorder(other.peer, "data")
    peer.sendall(b"one")
    log.wait("data")
    with sock.detach() as theirs:
        peer.sendall(b"two")
        assert theirs.recv(100) == b"two"
        assert not other.client.destroyed
    other.close()


# --- what cannot be ---


def refused(sock, code):
    with pytest.raises(pynet.NetError) as info:
        sock.detach()
    assert info.value.code == code
    return str(info.value)


def test_what_is_not_connected(where):
    sock = pynet.Socket()
    refused(sock, "ENOTCONN")
    srv = pynet.create_server(lambda sock: sock.resume()).listen(*where)
    log = Recorder(sock, "connect", "close")
    with pynet.turn():
        sock.connect(srv.address())
        assert refused(sock, "ENOTCONN") == "detach ENOTCONN"
        assert sock.connecting
    log.wait("connect")
    sock.destroy()
    refused(sock, "ENOTCONN")
    log.wait("close")
    refused(sock, "ENOTCONN")
    srv.close()


def test_what_has_been_read_and_not_consumed(raw):
    """Nothing changes; read() gets it, then it works."""
    sock, peer = raw()
    peer.sendall(b"kept by pynet")
    assert wait_until(lambda: sock.readable_length == 13)
    assert "13 bytes" in refused(sock, "ERR_SOCKET_UNREAD_DATA")
    assert (sock.destroyed, sock.readable_length, sock.ready_state) == (False, 13, "open")
    log = Recorder(sock, "close")
    assert sock.read() == b"kept by pynet"
    with sock.detach():
        log.wait("close")


def test_half_of_a_character(raw):
    sock, peer = raw()
    sock.set_encoding("utf8")
    log = Recorder(sock, "data")
    peer.sendall("ä€".encode()[:-1])
    log.wait("data")
    assert "2 bytes" in refused(sock, "ERR_SOCKET_UNREAD_DATA")
    peer.sendall("€".encode()[-1:])
    log.wait("data", times=2)
    sock.detach().close()


def test_what_has_not_left(raw):
    sock, peer = raw()
    size = 8_000_000
    log = Recorder(sock, "drain", "error", "close")
    assert sock.write(b"x" * size) is False
    assert "drain" in refused(sock, "ERR_SOCKET_UNSENT_DATA")
    assert not sock.destroyed
    reader = threading.Thread(target=read_exactly, args=(peer, size))
    reader.start()
    log.wait("drain")
    with sock.detach():
        reader.join(10)
        assert not reader.is_alive()
    assert log.wait("close").names == ["drain", "close"]


def read_exactly(peer, size):
    while size > 0:
        size -= len(peer.recv(min(size, 1 << 20)))


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_what_is_corked(raw):
    sock, peer = raw()
    sock.cork()
    sock.write("held back")
    refused(sock, "ERR_SOCKET_UNSENT_DATA")
    sock.uncork()
    with sock.detach():
        assert peer.recv(100) == b"held back"


def test_an_end_that_is_not_finished(raw):
    sock, _ = raw()
    log = Recorder(sock, "finish")
    with pynet.turn():
        sock.end()
        assert "finish" in refused(sock, "ERR_SOCKET_UNSENT_DATA")
    log.wait("finish")
    sock.detach().close()


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_a_pipe_of_the_system():
    r, w = os.pipe()
    sock = pynet.Socket(fd=r, writable=False)
    with pytest.raises(TypeError) as info:
        sock.detach()
    assert info.value.code == "ERR_INVALID_HANDLE_TYPE"
    assert not sock.destroyed
    os.write(w, b"x")
    assert Recorder(sock, "data").wait("data").data() == b"x"
    sock.destroy()
    os.close(w)


def test_no_more_descriptors(raw, monkeypatch):
    """Whatever fails in making the socket.socket: nothing has changed, and nothing is left open."""
    sock, peer = raw()
    real, before = socket.socket, open_descriptors()

    def no_socket(*args, **kwargs):
        raise MemoryError

    monkeypatch.setattr(socket, "socket", no_socket)
    with pytest.raises(MemoryError):
        sock.detach()
    monkeypatch.setattr(socket, "socket", real)
    assert open_descriptors() == before
    sock.write("still pynet's")
    assert peer.recv(100) == b"still pynet's"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
@pytest.mark.parametrize("meanwhile", ["destroy", "data"])
def test_something_happens_while_it_is_made(raw, monkeypatch, meanwhile):
    sock, peer = raw()
    real, before = socket.socket, open_descriptors()

    class Slow(real):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if meanwhile == "destroy":
                sock.destroy()
            else:
                peer.sendall(b"x")
                assert wait_until(lambda: sock.readable_length == 1)

    monkeypatch.setattr(socket, "socket", Slow)
    refused(sock, "ENOTCONN" if meanwhile == "destroy" else "ERR_SOCKET_UNREAD_DATA")
    monkeypatch.setattr(socket, "socket", real)
    assert open_descriptors() == before - (meanwhile == "destroy")


def test_detach_of_a_socket_that_has_another_connection_by_then(pair, monkeypatch):
    class Slow(socket.socket):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            if not reconnected:
                p.client.destroy()
                p.client.wait("close", 5)
                reconnected.append(p.client.connect(target(p.server)))
                p.client.wait("connect", 5)

    reconnected = []
    p = pair()
    monkeypatch.setattr(socket, "socket", Slow)
    with pytest.raises(pynet.NetError) as info:
        p.client.detach()
    assert info.value.code == "ENOTCONN" and reconnected
    assert p.client.ready_state == "open", "the new connection stays"
    p.client.destroy()


# --- threads ---


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_from_any_thread_while_data_pours_in(raw):
    """What listeners got and what the socket.socket gets is all of it, in order."""
    sock, peer = raw()
    log = Recorder(sock, "data", "error")
    enough, sent = threading.Event(), []

    def send():
        while not enough.is_set():
            sent.append(os.urandom(10_000))
            peer.sendall(sent[-1])
        peer.shutdown(socket.SHUT_WR)

    sender = threading.Thread(target=send)
    sender.start()
    log.wait("data", times=5)
    with sock.detach() as theirs:
        enough.set()
        rest = theirs.makefile("rb").read()
        sender.join()
    on_loop(lambda: None)
    assert log.data() + rest == b"".join(sent)


# --- TLS ---


def certificate(folder):
    """(certificate, key) for localhost: made anew where there is openssl, else the one that comes with the tests."""
    files = folder / "certificate.pem", folder / "key.pem"
    if shutil.which("openssl") is not None:
        command = (
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
        )
        more = ["-addext", "subjectAltName=DNS:localhost", "-keyout", files[1], "-out", files[0]]
        if subprocess.run([*command.split(), *more], capture_output=True, check=False).returncode == 0:
            return files
    stored = SUPPORT / "certificates"
    return stored / "localhost.pem", stored / "localhost-key.pem"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
@pytest.mark.parametrize("stored", [False, True], ids=["made now", "stored"])
def test_starttls(raw, tmp_path, stored, monkeypatch):
    """A conversation in the clear, then TLS on the same connection."""
    if stored:
        monkeypatch.setattr(shutil, "which", lambda name: None)
    chain, key = certificate(tmp_path)
    ssl = pytest.importorskip("ssl")  # a Python may have been built without OpenSSL
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(chain, key)
    client_side = ssl.create_default_context(cafile=str(chain))
    sock, peer = raw()
    over = Recorder(pynet.EventEmitter())

    def serve(plain):
        with server_side.wrap_socket(plain, server_side=True) as secure:
            secure.sendall(secure.recv(100).upper())
            over.note("version")(secure.version())

    @sock.on("data")
    def on_data(chunk):
        assert chunk == b"STARTTLS\r\n"
        sock.write("go\r\n")
        threading.Thread(target=serve, args=(sock.detach(),)).start()

    peer.sendall(b"STARTTLS\r\n")
    assert peer.recv(100) == b"go\r\n"
    with client_side.wrap_socket(peer, server_hostname="localhost") as secure:
        secure.sendall(b"hello over tls")
        assert secure.recv(100) == b"HELLO OVER TLS"
    assert over.wait("version")["version"].startswith("TLS")


# --- close() ---


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_close_is_destroy_soon(raw):
    sock, peer = raw()
    with pynet.turn():
        log = Recorder(sock, "prefinish", "finish", "end", "error", "close")
        sock.write("all of it")
        assert sock.close() is None
    assert log.wait("close").names == ["prefinish", "finish", "close"]
    assert peer.makefile("rb").read() == b"all of it"
    assert sock.close() is None, "the second one does nothing"


@pytest.mark.posix_only("a pipe cannot be detached", only="unix")
def test_closing(raw):
    sock, peer = raw()
    with contextlib.closing(sock) as same:
        same.write("x")
    assert peer.makefile("rb").read() == b"x"
    assert wait_until(lambda: sock.destroyed)


def test_close_of_a_fresh_socket():
    sock = pynet.Socket()
    log = Recorder(sock, "prefinish", "finish", "close")
    sock.close()
    assert log.wait("close").names == ["prefinish", "finish", "close"]
