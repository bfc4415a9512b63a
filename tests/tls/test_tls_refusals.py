"""What an encrypted socket cannot do, and when TLS cannot start: each says so, and changes nothing."""

from __future__ import annotations

import io
import multiprocessing
import multiprocessing.connection
import os
import socket

import pytest

import pynet
from helpers import Recorder, wait_until
from peers import read_exactly
from tls_peers import Client

HANDLE_TYPE = "ERR_INVALID_HANDLE_TYPE"


@pytest.fixture
def still_works():
    """still_works(pair): it carries data as before."""

    def check(pair):
        pair.client.write(b"ping")
        assert pair.peer.read_exactly(4, timeout=10) == b"ping"
        pair.peer.write(b"pong")
        assert pair.client.read_exactly(4, timeout=10) == b"pong"

    return check


@pytest.fixture
def raw_pair():
    """(Socket, socket.socket): the two ends of a socket pair."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(10)
    with theirs, pynet.Socket(fd=ours.detach()) as sock:
        yield sock, theirs


def refused(kind, code, function, *args, match=None, **options):
    with pytest.raises(kind, match=match) as caught:
        function(*args, **options)
    assert getattr(caught.value, "code", None) == code


# --- what gives the connection away ---


def test_detach(secure_pair, still_works):
    pair = secure_pair()
    for sock in (pair.client, pair.peer):
        refused(TypeError, HANDLE_TYPE, sock.detach, match="encrypted socket cannot be detached")
    still_works(pair)


def test_detach_during_the_handshake(secure_server, silent, client_context):
    sock = pynet.connect(silent[1], silent[0])
    sock.wait("connect", 10)
    sock.on("error", lambda err: None)
    sock.start_tls(client_context, server_hostname="localhost")
    refused(TypeError, HANDLE_TYPE, sock.detach, match="encrypted")
    sock.destroy()


def test_send_handle_of_an_encrypted_socket(secure_pair, still_works):
    pair = secure_pair()
    ours, theirs = socket.socketpair()
    with theirs, pynet.Socket(fd=ours.detach()) as channel:
        refused(TypeError, HANDLE_TYPE, channel.send_handle, pair.peer, match="encrypted socket cannot be sent")
    still_works(pair)


def test_multiprocessing_of_an_encrypted_socket(secure_pair, still_works):
    pair = secure_pair()
    reading, writing = multiprocessing.Pipe(duplex=False)
    with reading, writing:
        refused(TypeError, HANDLE_TYPE, writing.send, pair.peer, match="encrypted")
        assert not reading.poll()
    still_works(pair)


def test_send_handle_of_a_server_with_ssl(secure_server, server_context):
    """Its connections would be in the clear in the other process."""
    server = secure_server()
    ours, theirs = socket.socketpair()
    with theirs, pynet.Socket(fd=ours.detach()) as channel:
        refused(TypeError, HANDLE_TYPE, channel.send_handle, server, match="SSLContext")
    assert server.listening


@pytest.fixture
def unix_pair(server_context, client_context):
    """unix_pair(encrypt=True): the two ends of a socket pair, both pynet's."""
    made = []

    def make(encrypt=True):
        a, b = (pynet.Socket(fd=each.detach()) for each in socket.socketpair())
        made.extend((a, b))
        for each in (a, b):
            each.on("error", lambda err: None)
        if encrypt:
            done = b.start_tls(server_context, server_side=True)
            a.start_tls(client_context, server_hostname="localhost").result(10)
            done.result(10)
        return a, b

    yield make
    for each in made:
        each.destroy()


def test_send_handle_over_an_encrypted_socket(unix_pair, null_fd):
    a, _b = unix_pair()
    with open(null_fd()) as file:
        for handle in (file, None):
            refused(TypeError, HANDLE_TYPE, a.send_handle, handle, match="encrypted socket carries no handles")


def test_start_tls_of_a_socket_that_receives_handles(client_context):
    a, b = socket.socketpair()
    with b, pynet.Socket(fd=a.detach(), receive_handles=True) as sock:
        refused(
            TypeError, HANDLE_TYPE, sock.start_tls, client_context, server_hostname="localhost", match="carries handles"
        )
        assert not sock.encrypted


def test_connect_with_receive_handles_and_ssl(tmp_path, client_context):
    options = {"path": str(tmp_path / "s.sock"), "ssl": client_context, "server_hostname": "localhost"}
    refused(ValueError, "ERR_INVALID_ARG_VALUE", pynet.connect, options, receive_handles=True, match="receive_handles")
    sock = pynet.Socket(receive_handles=True)
    refused(ValueError, "ERR_INVALID_ARG_VALUE", sock.connect, options, match="receive_handles")
    assert not sock.encrypted


def test_a_socket_factory_that_receives_handles(tmp_path, server_context):
    """The server cannot encrypt that connection: it closes it, and says so."""
    path = str(tmp_path / "s.sock")

    def factory(**options):
        return pynet.Socket(receive_handles=True, **options)

    with pynet.create_server(lambda sock: None, ssl=server_context, socket_factory=factory) as server:
        events = Recorder(server, "connection", "tlsClientError")
        server.listen(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(path)
            assert client.recv(1) == b""
    assert events.names == ["tlsClientError"]
    assert "carries handles" in str(events.args("tlsClientError")[0][0])


@pytest.fixture
def null_fd():
    return lambda: os.open(os.devnull, os.O_RDONLY)


# --- what goes on as before, encrypted ---


def test_send_file_encrypts(secure_pair, tmp_path):
    """sendfile() would put the file on the wire as it is."""
    pair = secure_pair()
    data = os.urandom(300_000)
    (tmp_path / "file").write_bytes(data)
    with open(tmp_path / "file", "rb") as file:
        sent = pair.client.send_file(file)
        assert pair.peer.read_exactly(len(data), timeout=20) == data
        assert sent.result(10) == len(data)


def test_send_file_behind_start_tls(server_context, client_context, tmp_path):
    """It begins in clear text, and goes on encrypted."""
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    ours, theirs = socket.socketpair()
    theirs.settimeout(20)
    with theirs, pynet.Socket(fd=ours.detach()) as sock, open(tmp_path / "file", "rb") as file:
        sock.on("error", lambda err: None)
        done = sock.start_tls(server_context, server_side=True)
        sock.send_file(file)
        with client_context.wrap_socket(theirs, server_hostname="localhost") as secure:
            assert read_exactly(secure, 100_000) == b"x" * 100_000
            done.result(10)


def test_pipe_between_encrypted_and_plain(secure_pair, raw_pair):
    secure = secure_pair()
    plain, other = raw_pair
    secure.peer.pipe(plain).pipe(secure.peer)
    secure.client.write(b"hello")
    assert read_exactly(other, 5) == b"hello"
    other.sendall(b"world")
    assert secure.client.read_exactly(5, timeout=10) == b"world"


# --- when TLS cannot start ---


def test_on_a_socket_that_was_never_connected(client_context):
    sock = pynet.Socket()
    refused(OSError, "ENOTCONN", sock.start_tls, client_context, server_hostname="localhost")


def test_while_it_connects(silent, client_context):
    sock = pynet.connect(silent[1], silent[0])
    with pynet.turn():
        if sock.connecting:
            refused(OSError, "ENOTCONN", sock.start_tls, client_context, server_hostname="localhost")
    sock.destroy()


def test_on_a_destroyed_socket(pair, client_context):
    client = pair().client
    client.destroy()
    refused(OSError, "ENOTCONN", client.start_tls, client_context, server_hostname="localhost")


def test_after_end(pair, client_context):
    p = pair(allow_half_open=True)
    p.client.end()
    p.client.wait("finish", 10)
    refused(
        pynet.NetError,
        "ERR_STREAM_WRITE_AFTER_END",
        p.client.start_tls,
        client_context,
        server_hostname="localhost",
        match="this end of the connection has ended",
    )


def test_after_the_peers_end(pair, client_context):
    p = pair({"allow_half_open": True})
    p.peer.end()
    p.client.resume()
    p.client.wait("end", 10)
    refused(
        pynet.NetError,
        "ERR_STREAM_PREMATURE_CLOSE",
        p.client.start_tls,
        client_context,
        server_hostname="localhost",
        match="the peer has ended",
    )


def test_twice(secure_pair, client_context, still_works):
    pair = secure_pair()
    refused(pynet.NetError, "ERR_TLS_ALREADY", pair.client.start_tls, client_context, server_hostname="localhost")
    still_works(pair)


def test_behind_text_that_was_decoded(pair, client_context):
    """The bytes behind those characters are not known any more."""
    p = pair({"encoding": "utf8"})
    p.client.pause()
    p.peer.write("né")
    assert wait_until(lambda: p.client.readable_length > 0 or p.client.read(0))
    refused(pynet.NetError, "ERR_SOCKET_UNREAD_DATA", p.client.start_tls, client_context, server_hostname="localhost")
    assert not p.client.encrypted


@pytest.mark.parametrize(
    ("args", "options", "kind"),
    [
        ((3,), {}, TypeError),
        ((None,), {}, TypeError),
        ((True,), {"server_side": True}, TypeError),
        ((), {}, ValueError),  # no name
        ((), {"server_hostname": 3}, TypeError),
        ((), {"server_hostname": "a", "session": 3}, TypeError),
        ((), {"server_hostname": "a", "handshake_timeout": 0}, ValueError),
        ((), {"server_hostname": "a", "handshake_timeout": "1"}, TypeError),
        ((), {"nothing": 1}, TypeError),
    ],
    ids=str,
)
def test_wrong_arguments_change_nothing(pair, args, options, kind):
    p = pair()
    with pytest.raises(kind):
        p.client.start_tls(*args, **options)
    assert not p.client.encrypted
    p.client.write(b"clear")
    assert p.peer.read_exactly(5, timeout=10) == b"clear"


def test_a_server_without_ssl_has_no_context_to_renew(server_context):
    server = pynet.create_server()
    refused(pynet.NetError, "ERR_TLS_NOT_SECURE", server.set_secure_context, server_context)


@pytest.mark.parametrize("value", [None, True, 3], ids=repr)
def test_set_secure_context_takes_contexts_only(server_context, value):
    server = pynet.create_server(ssl=server_context)
    refused(TypeError, "ERR_INVALID_ARG_TYPE", server.set_secure_context, value)


# --- what is shown ---


def test_repr_says_that_it_is_encrypted(secure_pair, raw_pair):
    secure = secure_pair()
    assert "<pynet.Socket open tls " in repr(secure.client)
    assert "<pynet.Socket open tls " in repr(secure.peer)
    assert " tls" not in repr(raw_pair[0])


def test_repr_during_the_handshake(silent, client_context):
    sock = pynet.connect(silent[1], silent[0])
    sock.wait("connect", 10)
    sock.start_tls(client_context, server_hostname="localhost")
    assert "<pynet.Socket open tls handshake 127.0.0.1:" in repr(sock)
    sock.on("error", lambda err: None)
    sock.destroy()


def test_dump_says_it_as_well(secure_pair):
    pair = secure_pair()
    text = io.StringIO()
    pynet.dump(text)
    assert text.getvalue().count("<pynet.Socket open tls ") == 2
    pair.close()


# --- connections that are lost ---


@pytest.fixture
def log(caplog):
    """The log, in which the first lost connection of the test is reported at once."""
    pynet._run.lost.reset()
    yield caplog
    pynet._run.lost.reset()


def test_an_error_of_tls_without_a_listener_is_logged(server_context, client_context, log):
    """The peer has caused it: it must not end the program."""
    recorders = []

    def on_connection(sock):
        recorders.append(Recorder(sock, "end", "close"))
        sock.resume()

    with pynet.create_server(on_connection, ssl=server_context, strict_end=True).listen(0, "127.0.0.1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
            client = Client(sock, client_context)
            client.shake_hands()
            client.secure.write(b"x")
            client.send()
            client.receive()  # the tickets: else the connection is reset
            sock.shutdown(socket.SHUT_WR)
            assert wait_until(lambda: recorders and recorders[0].names)
            assert recorders[0].wait("close").args("close") == [(True,)]
    assert "is lost, and has no 'error' listener" in log.text
    assert "without close_notify" in log.text


def http_to(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while plain.recv(1000):
            pass


def test_a_failed_handshake_without_a_listener_is_logged(secure_server, log):
    http_to(secure_server())
    assert wait_until(lambda: "its server has no 'tlsClientError' listener" in log.text)
    assert "http request" in log.text


def test_a_failed_handshake_with_a_listener_is_not(secure_server, log):
    server = secure_server()
    events = Recorder(server, "tlsClientError")
    http_to(server)
    events.wait("tlsClientError")
    assert log.text == ""
