"""Server.listen(): its forms, what the server says of itself, and listening again."""

import encodings.idna
import pathlib
import socket
import sys

import pytest

import isolated
import pynet
from free_threaded import frees_at_once
from helpers import Recorder, raw_client, read_option, wait_until

HOST = "127.0.0.1"


@pytest.fixture
def bare():
    """bare(**options): a server that does not listen yet; closed at the end."""
    made = []

    def make(*args, **options):
        srv = pynet.Server(*args, **options)
        srv.on("connection", lambda sock: sock.on("error", lambda err: None).end())
        made.append(srv)
        return srv

    yield make
    for srv in made:
        srv.close()


def listening(srv, timeout=5):
    return wait_until(lambda: srv.listening, timeout)


def answers(srv):
    """A connection is made and ended by the server."""
    with raw_client(srv) as client:
        return client.recv(10) == b""


TCP_FORMS = {
    "nothing": ((), {}),
    "port": ((0,), {}),
    "none": ((None,), {}),
    "port as text": (("0",), {}),
    "port and backlog": ((0, 16), {}),
    "port and host": ((0, HOST), {}),
    "port, host, backlog": ((0, HOST, 16), {}),
    "port, none, backlog": ((0, None, 16), {}),
    "pair": (((HOST, 0),), {}),
    "AddressInfo": ((pynet.AddressInfo(HOST, 0, "IPv4"),), {}),
    "mapping": (({"port": 0, "host": HOST, "backlog": 16},), {}),
    "mapping without a port": (({"port": None},), {}),
    "keywords": ((), {"port": 0, "host": HOST, "backlog": 16}),
    "both: keywords win": (({"port": 0, "host": "192.0.2.1"},), {"host": HOST}),
    "unknown keys of a mapping are ignored": (({"port": 0, "nonsense": 1},), {}),
}


@pytest.mark.parametrize("form", TCP_FORMS)
def test_listen_tcp_forms(bare, form):
    args, options = TCP_FORMS[form]
    srv = bare()
    log = Recorder(srv, "listening", "error")
    assert srv.listen(*args, log.note("callback"), **options) is srv
    assert srv.listening is True
    info = srv.address()
    assert isinstance(info, pynet.AddressInfo)
    assert info.port > 0
    with_host = HOST in repr((args, options))
    assert info[::2] == ((HOST, "IPv4") if with_host else ("::", "IPv6"))
    log.wait("callback")
    assert log.names == ["listening", "callback"]
    assert answers(srv)


@pytest.mark.parametrize("form", ["str", "bytes", "PathLike", "backlog", "mapping", "keyword", "bytes in a mapping"])
def test_listen_path_forms(bare, tmp_path, form):
    path = tmp_path / "s.sock"
    text = str(path)
    args, options = {
        "str": ((text,), {}),
        "bytes": ((text.encode(),), {}),
        "PathLike": ((path,), {}),
        "backlog": ((text, 16), {}),
        "mapping": (({"path": text},), {}),
        "keyword": ((), {"path": path}),
        "bytes in a mapping": (({"path": text.encode()},), {}),
    }[form]
    srv = bare()
    log = Recorder(srv, "listening", "error")
    assert srv.listen(*args, log.note("callback"), **options) is srv
    assert (srv.listening, srv.address()) == (True, text)
    log.wait("callback")
    assert log.names == ["listening", "callback"]
    assert sys.platform == "win32" or pathlib.Path(text).is_socket()
    assert answers(srv)
    srv.close()
    assert (srv.listening, srv.address()) == (False, None)
    assert not path.exists()


def test_callback_by_keyword(bare):
    srv = bare()
    log = Recorder(srv, "listening")
    srv.listen(port=0, callback=log.note("callback"))
    assert log.wait("callback").names == ["listening", "callback"]


def test_node_spelling_of_the_names():
    assert pynet.createServer is pynet.create_server
    assert pynet.Server.getConnections is pynet.Server.get_connections
    assert pynet.Server.maxConnections is pynet.Server.max_connections
    assert pynet.Socket.setNoDelay is pynet.Socket.set_no_delay
    assert pynet.Socket.bytesRead is pynet.Socket.bytes_read


@pytest.mark.posix_only("a server of a pipe has no descriptor", only="unix")
def test_state_before_while_and_after(server, kind, where):
    fresh = pynet.Server()
    assert (fresh.listening, fresh.address(), fresh.fileno()) == (False, None, -1)
    srv = server()
    fd = srv.fileno()
    assert fd >= 0
    with socket.socket(fileno=socket.dup(fd)) as copy:
        assert copy.getsockname() == (srv.address() if kind == "unix" else srv.address()[:2])
    srv.close()
    assert (srv.listening, srv.address(), srv.fileno()) == (False, None, -1)


def test_listen_ipv6_literal(bare):
    srv = bare().listen(0, "::1")
    assert srv.address()[::2] == ("::1", "IPv6")
    assert answers(srv)


def test_without_a_host_both_families_are_served(bare):
    srv = bare()
    peers = []
    srv.on("connection", lambda sock: peers.append((sock.remote_address, sock.remote_family)))
    srv.listen()
    port = srv.address().port
    for host in (HOST, "::1"):
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.recv(1) == b""
    assert peers == [("::ffff:127.0.0.1", "IPv6"), ("::1", "IPv6")]


def test_listen_on_a_name_waits_for_the_lookup(bare):
    srv = bare()
    log = Recorder(srv, "listening", "error")
    with pynet.turn():
        srv.listen(0, "localhost")
        assert (srv.listening, srv.address()) == (False, None)
    log.wait("listening")
    assert srv.address().address in (HOST, "::1")
    assert log.names == ["listening"]
    assert answers(srv)


def test_listen_on_an_unknown_name(bare):
    srv = bare()
    log = Recorder(srv, "listening", "error", "close")
    srv.listen(0, "name.invalid")
    err = log.wait("error", timeout=20)["error"]
    assert isinstance(err, socket.gaierror) and isinstance(err, pynet.NetError)
    assert (err.syscall, err.hostname) == ("getaddrinfo", "name.invalid")
    assert err.code in ("ENOTFOUND", "EAI_AGAIN")
    assert str(err).endswith(f"getaddrinfo {err.code} name.invalid")
    assert srv.listening is False
    srv.listen(0, HOST)
    log.wait("listening")
    assert log.names == ["error", "listening"]


def test_close_while_the_lookup_is_under_way(bare):
    srv = bare()
    log = Recorder(srv, "listening", "error", "close")
    with pynet.turn():
        srv.listen(0, "localhost")
        srv.close(log.note("callback"))
    log.wait("callback")
    assert log.names == ["close", "callback"]
    assert log["callback"].code == "ERR_SERVER_NOT_RUNNING"
    assert srv.listening is False


def test_a_second_listen_while_listening_raises(server):
    srv = server()
    before = srv.address()
    with pytest.raises(pynet.NetError) as info:
        srv.listen(0)
    assert info.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert str(info.value) == "Listen method has been called more than once without closing."
    assert (srv.listening, srv.address()) == (True, before)


def test_a_second_listen_replaces_a_lookup(bare):
    srv = bare()
    log = Recorder(srv, "listening", "error")
    with pynet.turn():
        srv.listen(0, "localhost")
        srv.listen(0, "127.0.0.2")
    log.wait("listening")
    pynet.set_timeout(log.note("later"), 20)
    log.wait("later")
    assert log.names == ["listening", "later"]
    assert srv.address().address == "127.0.0.2"


def test_listen_again_after_close(server, where):
    srv = server(lambda sock: sock.end(b"hi"))
    for _ in range(3):
        log = Recorder(srv, "close")
        srv.close()
        log.wait("close")
        srv.listen(*where)
        assert srv.listening
        with raw_client(srv) as client:
            assert client.recv(10) == b"hi"


def test_listen_again_at_once_after_close(server, where):
    """The descriptor is free when close() returns, before `close` comes."""
    srv = server()
    port_or_path = srv.address() if isinstance(srv.address(), str) else srv.address().port
    with pynet.turn():
        srv.close()
        srv.listen(port_or_path, *where[1:])
        assert srv.listening
    assert raw_client(srv).close() is None


@pytest.mark.posix_only("SO_REUSEADDR means something else")
@pytest.mark.parametrize("args", [(0, HOST), (0, "::1"), (0,)])
def test_reuse_address_is_set(bare, args):
    assert read_option(bare().listen(*args), socket.SOL_SOCKET, socket.SO_REUSEADDR) != 0


@pytest.mark.wine_fault("a socket that is closed while a poll waits for it keeps its port for a while now and then")
def test_port_of_a_connection_in_time_wait_is_free_again(bare):
    srv = bare().listen(0, HOST)
    port = srv.address().port
    assert answers(srv)  # the server ended first: its side waits
    srv.close()
    again = bare().listen(port, HOST)
    log = Recorder(again, "listening", "error")
    assert log.wait("listening").names == ["listening"]


@pytest.mark.parametrize("backlog", [0, -1, 1, 100000])
def test_backlog_values(bare, backlog):
    srv = bare().listen(0, HOST, backlog)
    assert answers(srv)


BAD = {
    "negative port": (((-1,), {}), ValueError, "ERR_SOCKET_BAD_PORT", "port"),
    "port too big": (((65536,), {}), ValueError, "ERR_SOCKET_BAD_PORT", "port"),  # no port
    "port of a mapping": ((({"port": 70000},), {}), ValueError, "ERR_SOCKET_BAD_PORT", "port"),  # no port
    "fraction": (((1.5,), {}), ValueError, "ERR_SOCKET_BAD_PORT", "port"),
    "bool": (((True,), {}), TypeError, "ERR_INVALID_ARG_TYPE", "port"),
    "object": (((object(),), {}), TypeError, "ERR_INVALID_ARG_TYPE", "port"),
    "host is no text": ((({"port": 0, "host": 5},), {}), TypeError, "ERR_INVALID_ARG_TYPE", "host"),
    "host with a null": (((0, "a\0b"), {}), ValueError, "ERR_INVALID_ARG_VALUE", "host"),
    "no port and no path": ((({},), {}), ValueError, "ERR_INVALID_ARG_VALUE", "port"),
    "empty path": ((({"path": ""},), {}), ValueError, "ERR_INVALID_ARG_VALUE", "path"),
    "path is a number": ((({"path": 5},), {}), TypeError, "ERR_INVALID_ARG_TYPE", "path"),
    "backlog is text": ((({"port": 0, "backlog": "5"},), {}), TypeError, "ERR_INVALID_ARG_TYPE", "backlog"),
    "callback is a number": (((0,), {"callback": 5}), TypeError, "ERR_INVALID_ARG_TYPE", "callback"),
    "host first": (((HOST, 80), {}), TypeError, "ERR_INVALID_ARG_TYPE", "listen(80, '127.0.0.1')"),
    "localhost first": ((("localhost", 80), {}), TypeError, "ERR_INVALID_ARG_TYPE", "listen(80, 'localhost')"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments_raise_at_once_and_change_nothing(bare, case):
    (args, options), kind, code, name = BAD[case]
    srv = bare()
    with pytest.raises(kind) as info:
        srv.listen(*args, **options)
    assert info.value.code == code
    assert name in str(info.value)
    assert (srv.listening, srv.address(), srv.listener_count("listening")) == (False, None, 0)
    assert answers(srv.listen(0, HOST))


def test_unknown_keyword_names_the_nearest(bare):
    with pytest.raises(TypeError, match=r"bcklog.*backlog"):
        bare().listen(0, bcklog=5)


def test_coroutine_function_as_callback_is_refused(bare):
    async def callback():
        pass

    srv = bare()
    with pytest.raises(TypeError):
        srv.listen(0, callback)
    assert srv.listening is False


def test_a_new_listener_listener_may_listen_first():
    server = pynet.create_server()
    server.once("newListener", lambda *args: server.listen(0, "127.0.0.1"))
    with pytest.raises(pynet.NetError) as caught:
        server.listen(0, "127.0.0.1", lambda: None)
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"
    server.close()


# --- in the midst of listen() ---


@frees_at_once
def test_an_error_that_goes_may_take_the_listening_server_with_it():
    """listen() used to go on with a listener that was closed and freed meanwhile; only the sanitizer sees it."""
    isolated.check(
        """
        import gc, threading
        import pynet
        def turn():
            done = threading.Event()
            pynet.set_timeout(done.set, 1)
            assert done.wait(10)
        class Last:
            def __del__(self):
                server.close()
                turn()
                turn()
        blocker = pynet.Server().listen(0, "127.0.0.1")
        server = pynet.Server().unref().on("connection", print)
        with pynet.turn():
            server.listen(blocker.address().port, "127.0.0.1")
            pynet.next_tick(lambda: pynet.next_tick(lambda: None))
        turn()
        errors = [o for o in gc.get_objects() if isinstance(o, pynet.NetError)]
        assert [error.code for error in errors] == ["EADDRINUSE"]
        errors.pop().last = Last()
        server.listen(0, "127.0.0.1")
        assert not server.listening
        blocker.close()
        """
    )


def test_a_host_that_another_thread_listens_during(monkeypatch):
    """The name of the host is encoded once, in Python, before listen() looks at anything."""
    real, calls = encodings.idna.ToASCII, []

    def slow(label):
        calls.append(label)
        if len(calls) == 2:
            srv.listen(0, HOST)
        return real(label)

    monkeypatch.setattr(encodings.idna, "ToASCII", slow)
    srv = pynet.Server()
    log = Recorder(srv, "error")
    srv.listen(0, "b\u00fccher")
    assert len(calls) == 1 and not srv.listening
    srv.close()
    assert log.names == []
