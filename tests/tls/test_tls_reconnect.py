"""One Socket that connects several times, with TLS and without; sessions that are resumed."""

from __future__ import annotations

import gc
import ssl
import weakref

import pytest

import pynet
from helpers import connected_pair, on_loop, target, wait_until
from tls_threads import echo, thread_server


@pytest.fixture
def plain_server(server):
    return server(lambda sock: sock.pipe(sock))


@pytest.fixture
def echo_server(server_context, tmp_path, kind):
    made = pynet.create_server({"ssl": server_context}, lambda sock: sock.pipe(sock))
    made.listen(*((0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / "tls.sock"),)))
    yield made
    made.shutdown(0)


def answer(c):
    c.write(b"hello")
    return c.read_exactly(5, timeout=5)


def close(c):
    c.end()
    c.resume()
    assert wait_until(lambda: c.closed)


@pytest.mark.parametrize("ways", [(True, True, True), (True, False, True), (False, True, False)])
def test_the_same_socket_connects_again(plain_server, echo_server, client_context, ways):
    c = pynet.Socket()
    try:
        for tls in ways:
            if tls:
                c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
            else:
                c.connect(target(plain_server))
            assert answer(c) == b"hello"
            assert c.encrypted is tls
            assert (c.get_protocol() is not None) is tls
            assert (c.ssl_object is not None) is tls
            c.destroy()
            assert wait_until(lambda: c.closed)
    finally:
        c.destroy()


def test_a_socket_that_connects_again_within_its_close(echo_server, client_context, record):
    c = pynet.Socket()
    log = record(c, "secureConnect", "error", "close")
    again = lambda: c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")  # noqa: E731
    c.once("close", lambda had_error: again())
    c.once("secureConnect", c.destroy)
    again()
    log.wait("secureConnect", 2)
    assert log.names == ["secureConnect", "close", "secureConnect"]
    assert answer(c) == b"hello"
    c.destroy()


def test_connecting_again_after_a_failed_handshake(echo_server, client_context, record):
    c = pynet.Socket()
    log = record(c, "secureConnect", "error", "close")
    c.connect(target(echo_server), ssl=client_context, server_hostname="other.example")
    log.wait("close")
    assert not c.authorized
    c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    log.wait("secureConnect")
    assert answer(c) == b"hello"
    assert c.authorized
    assert log.names == ["error", "close", "secureConnect"]
    c.destroy()


def test_destroyed_with_writes_on_the_way_then_connected_again(echo_server, client_context, record):
    """What libuv still has of the last connection does not reach the next one."""
    c = pynet.Socket()
    log = record(c, "secureConnect", "error", "close")
    for turn in range(5):
        c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
        log.wait("secureConnect", turn + 1)
        on_loop(c.pause)
        for _ in range(80):
            c.write(bytes(65536), log.note("callback"))
        c.destroy()
        log.wait("close", turn + 1)
        log.wait("callback", 80 * (turn + 1))
    c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    c.resume()
    assert answer(c) == b"hello"
    assert len(log.args("callback")) == 400
    c.destroy()


def test_a_mistake_in_connect_keeps_what_the_socket_was(echo_server, client_context):
    c = pynet.Socket()
    c.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    assert answer(c) == b"hello"
    c.destroy()
    assert wait_until(lambda: c.closed)
    before = c.ssl_object
    with pytest.raises(TypeError):
        c.connect(target(echo_server), ssl=5)
    assert c.ssl_object is before
    assert c.get_protocol() == "TLSv1.3"


# --- sessions ---


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_session_is_resumed(echo_server, client_context, version):
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[version]
    sessions, reused = [], []
    for _ in range(3):
        c = pynet.connect(
            target(echo_server),
            ssl=client_context,
            server_hostname="localhost",
            session=sessions[-1] if sessions else None,
        )
        c.once("session", sessions.append)
        assert answer(c) == b"hello"
        assert wait_until(lambda: sessions)
        reused.append(c.is_session_reused())
        assert isinstance(c.get_session(), ssl.SSLSession)
        c.destroy()
    assert reused == [False, True, True]


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_a_session_is_resumed_after_destroy(echo_server, client_context, version):
    """Also when nothing is left of its connection, which has not ended as TLS ends."""
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[version]
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    assert answer(c) == b"hello"
    session, gone = c.get_session(), weakref.ref(c.ssl_object)
    c.destroy()
    assert wait_until(lambda: c.closed)
    del c
    assert wait_until(lambda: gc.collect() >= 0 and gone() is None)
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost", session=session)
    assert answer(c) == b"hello"
    assert c.is_session_reused()
    c.destroy()


def test_session_is_emitted_once_and_has_a_ticket(echo_server, client_context, record):
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    log = record(c, "secureConnect", "session")
    for _ in range(5):
        assert answer(c) == b"hello"
    log.wait("session")
    assert log["session"].has_ticket
    assert log.names == ["secureConnect", "session"]
    c.destroy()


def test_a_session_of_another_context_is_a_value_error(echo_server, client_context, authority):
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    assert answer(c) == b"hello"
    session = c.get_session()
    c.destroy()
    before = pynet._pynet._counts()["sockets"]
    with pytest.raises(ValueError, match="'session' belongs to another"):
        pynet.connect(target(echo_server), ssl=authority.client_context(), server_hostname="localhost", session=session)
    assert wait_until(lambda: pynet._pynet._counts()["sockets"] <= before)


def test_a_session_of_python_s_ssl_server(server_context, client_context):
    with thread_server(server_context, echo) as peer:
        sessions, reused = [], []
        for _ in range(2):
            c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context, session=sessions[-1] if sessions else None)
            c.once("session", sessions.append)
            assert answer(c) == b"hello"
            reused.append(c.is_session_reused())
            close(c)
        assert reused == [False, True]
    assert peer.errors == []


def test_a_destroy_in_the_session_listener(echo_server, client_context, record):
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    log = record(c, "data", "error", "close")
    c.once("session", lambda session: c.destroy())
    c.write(b"x")
    log.wait("close")
    assert "error" not in log.names


def test_a_pair_begins_tls_twice(where, server_context):
    p = connected_pair(where, {}, {})
    p.peer.start_tls(server_context, server_side=True)
    with pytest.raises(pynet.NetError) as info:
        p.peer.start_tls(server_context, server_side=True)
    assert info.value.code == "ERR_TLS_ALREADY"
    p.close()


@pytest.mark.parametrize(
    ("version", "tickets", "most"),
    [("TLSv1_2", True, 1), ("TLSv1_2", False, 1), ("TLSv1_3", True, 2), ("TLSv1_3", False, 8)],
)
def test_the_session_is_asked_for_a_ticket_a_few_times_only(
    echo_server, server_context, client_context, version, tickets, most
):
    """SSLObject.session leaks 6 KiB each time in CPython before 3.12.7 (gh-116810)."""
    looks = []

    class Counting(ssl.SSLObject):
        @property
        def session(self):
            looks.append(None)
            return super().session

        @session.setter
        def session(self, value):
            assert value is None

    if not tickets:
        server_context.options |= ssl.OP_NO_TICKET
        server_context.num_tickets = 0
    client_context.sslobject_class = Counting
    client_context.maximum_version = ssl.TLSVersion[version]
    sessions = []
    c = pynet.connect(target(echo_server), ssl=client_context, server_hostname="localhost")
    c.on("session", sessions.append)
    for _ in range(20):
        assert answer(c) == b"hello"
    assert len(looks) <= most
    assert len(sessions) == tickets
    c.destroy()
