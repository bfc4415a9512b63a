"""Servers and sockets that adopt a BoundSocket: what is handed over, what is known of it, how it ends."""

from __future__ import annotations

import gc
import os
import socket
import sys
import weakref

import pytest

import pynet
from helpers import Recorder, is_open, on_loop, raw_client, target, wait_until

ADOPTED = "ERR_SOCKET_HANDLE_ADOPTED"
EVENTS = ("lookup", "connectionAttempt", "connectionAttemptFailed", "connect", "ready", "data", "end", "error", "close")


@pytest.fixture
def bind(kind, tmp_path):
    """A function that makes a BoundSocket of this kind; those not adopted are closed in the end."""
    made = []

    def make():
        where = {"host": "127.0.0.1"} if kind == "tcp" else {"path": str(tmp_path / f"bound{len(made)}")}
        made.append(pynet.BoundSocket(where))
        return made[-1]

    yield make
    for bound in made:
        bound.__exit__(None, None, None)


@pytest.fixture
def adopt(bind):
    """A function that makes a socket with a BoundSocket's handle."""
    made = []

    def make(**options):
        made.append(pynet.Socket(handle=bind(), **options))
        return made[-1]

    yield make
    for sock in made:
        sock.on("error", lambda err: None)
        sock.destroy()


@pytest.fixture
def echo(server):
    """A listening server that sends back what it gets."""

    def serve(sock):
        sock.on("error", lambda err: None)
        sock.pipe(sock)

    return server(serve)


# --- servers ---


@pytest.mark.parametrize(
    "listen",
    [
        lambda server, bound: server.listen(bound),
        lambda server, bound: server.listen({"handle": bound}),
        lambda server, bound: server.listen(handle=bound),
        lambda server, bound: server.listen(bound, 5, lambda: None),
    ],
    ids=["first", "mapping", "keyword", "backlog"],
)
def test_a_server_listens_where_it_was_bound(bind, listen):
    bound = bind()
    address, fd = bound.address(), bound.fd()
    with pynet.create_server(lambda sock: sock.end(b"hello")) as server:
        assert listen(server, bound) is server
        assert server.listening and server.address() == address and server.fileno() == fd
        with raw_client(server) as client:
            assert client.recv(100) == b"hello"


def test_listening_is_told_by_the_next_tick(bind, record):
    def inside():
        server = pynet.create_server()
        log = record(server, "listening", "error", "close")
        server.listen(bind())
        assert log.names == []
        return server, log

    server, log = on_loop(inside)
    log.wait("listening")
    server.close()
    assert log.wait("close").names == ["listening", "close"]


def test_a_server_removes_the_path_when_it_closes(tmp_path):
    path = tmp_path / "b.sock"
    server = pynet.create_server().listen(pynet.BoundSocket(path=path))
    assert path.is_socket()
    server.close()
    assert not path.exists()


def test_a_server_leaves_a_file_alone_that_came_before_it_listened(tmp_path):
    path = tmp_path / "b.sock"
    bound = pynet.BoundSocket(path=path)
    path.rename(tmp_path / "moved")
    path.write_text("mine")
    pynet.create_server().listen(bound).close()
    assert path.read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_a_server_on_a_nameless_path_can_be_reached():
    with pynet.create_server(lambda sock: sock.end(b"hello")) as server:
        server.listen(pynet.BoundSocket(path=""))
        with raw_client(server) as client:
            assert client.recv(100) == b"hello"


@pytest.mark.posix_only("bind() fails where another socket is bound")
def test_the_second_of_two_on_one_port_fails(record):
    first = pynet.BoundSocket(host="127.0.0.1")
    second = pynet.BoundSocket(first.address())
    fd = second.fd()
    with pynet.create_server().listen(first):
        server = pynet.create_server()
        log = record(server, "error", "listening")
        server.listen(second)
        assert log.wait("error")["error"].code == "EADDRINUSE"
        assert not server.listening and server.address() is None and log.names == ["error"]
        assert not is_open(fd)
        with pytest.raises(pynet.NetError, match="already been adopted"):
            second.address()


def test_a_path_is_removed_when_listening_fails(tmp_path):
    """shutdown() makes listen(2) fail."""
    bound = pynet.BoundSocket(path=tmp_path / "b.sock")
    with socket.socket(fileno=socket.dup(bound.fd())) as copy, socket.socket(socket.AF_UNIX) as peer:
        peer.bind(str(tmp_path / "peer"))
        peer.listen()
        copy.setblocking(True)
        copy.connect(str(tmp_path / "peer"))
        server = pynet.create_server()
        log = Recorder(server, "error", "listening")
        server.listen(bound)
        assert log.wait("error")["error"].code == "EINVAL"
    assert not (tmp_path / "b.sock").exists()


@pytest.mark.posix_only("there is no SO_REUSEPORT")
def test_reuse_port_lets_two_servers_listen():
    first = pynet.BoundSocket(host="127.0.0.1", reuse_port=True)
    second = pynet.BoundSocket(first.address(), reuse_port=True)
    with pynet.create_server().listen(first) as one, pynet.create_server().listen(second) as two:
        assert one.listening and two.listening and one.address() == two.address()


def test_a_server_that_listens_does_not_adopt(bind, server):
    bound = bind()
    with pytest.raises(pynet.NetError) as caught:
        server().listen(bound)
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert bound.address() is not None


# --- once only ---


@pytest.mark.parametrize("first", ["server", "socket"])
def test_it_is_adopted_once(bind, first):
    bound = bind()
    owner = pynet.create_server().listen(bound) if first == "server" else pynet.Socket(handle=bound)
    uses = [
        bound.address,
        bound.fd,
        bound.fileno,
        bound.close,
        lambda: pynet.create_server().listen(bound),
        lambda: pynet.create_server().listen(handle=bound),
        lambda: pynet.Socket(handle=bound),
        lambda: pynet.connect(handle=bound, port=1),
    ]
    for use in uses:
        with pytest.raises(pynet.NetError) as caught:
            use()
        assert caught.value.code == ADOPTED
    assert repr(bound) == "<pynet.BoundSocket adopted>"
    bound.__exit__(None, None, None)
    assert is_open(owner.fileno())
    owner.close() if first == "server" else owner.destroy()


def test_one_that_was_adopted_goes_without_a_warning(bind, recwarn):
    server = pynet.create_server().listen(bind())
    gc.collect()
    assert server.listening and [str(w.message) for w in recwarn if w.category is ResourceWarning] == []
    server.close()


@pytest.mark.parametrize("handle", [5, "x", object(), pynet.BlockList()])
def test_a_handle_that_is_none(handle):
    with pytest.raises(TypeError) as caught:
        pynet.Socket(handle=handle)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_wrong_options_leave_it_alone(bind):
    bound = bind()
    with pytest.raises(TypeError):
        pynet.Socket(handle=bound, high_water_mark="x")
    with pytest.raises((TypeError, ValueError)):
        pynet.connect(handle=bound, port="x")
    assert bound.address() is not None


# --- a socket before connect() ---


def test_the_state_before_connect(bind, kind):
    bound = bind()
    address, fd = bound.address(), bound.fd()
    sock = pynet.Socket(handle=bound)
    assert (sock.pending, sock.connecting, sock.destroyed, sock.ready_state) == (False, False, False, "open")
    assert (sock.readable, sock.writable, sock.buffer_size, sock.fileno()) == (True, True, 0, fd)
    assert (sock.remote_address, sock.remote_port, sock.remote_family) == (None, None, None)
    if kind == "tcp":
        assert (sock.local_address, sock.local_port, sock.local_family) == tuple(address)
        assert sock.address() == address
    else:
        assert (sock.local_address, sock.local_port, sock.local_family) == (address, None, None)
        assert sock.address() == pynet.AddressInfo(address, None, None)
    sock.destroy()


def test_destroy_closes_it(adopt, kind, record):
    sock = adopt()
    where, fd = sock.local_address, sock.fileno()
    log = record(sock, "error", "close")
    sock.destroy()
    assert sock.fileno() == -1 and sock.pending and sock.local_address == where
    assert log.wait("close").entries == [("close", (False,))]
    assert not is_open(fd) and (kind == "tcp" or not os.path.exists(where))


def test_a_data_listener_does_not_end_it(adopt, echo, record):
    """Node reads at once, and dies of ENOTCONN unless connect() comes in the same turn."""
    sock = adopt()
    log = record(sock, *EVENTS)
    sock.resume()
    assert wait_until(lambda: sock.readable_flowing)
    on_loop(lambda: None)
    assert not sock.destroyed and log.names == []
    sock.connect(target(echo))
    sock.write(b"hello")
    log.wait("data")
    assert log.data() == b"hello"


def test_write_before_connect_fails(adopt, kind, record):
    sock = adopt()
    log = record(sock, *EVENTS)
    assert sock.write(b"x", log.note("callback")) is False
    log.wait("close")
    assert log.names == ["callback", "error", "close"]
    assert log["callback"] is log["error"] and log["error"].syscall == "write"
    assert log["error"].code in ({"EPIPE", "ENOTCONN"} if kind == "tcp" else {"ENOTCONN"})


def test_end_before_connect_finishes(adopt, record):
    sock = adopt()
    log = record(sock, "finish", *EVENTS)
    sock.end(log.note("callback"))
    log.wait("finish")
    assert log["callback"] is None and not sock.destroyed and sock.ready_state == "readOnly"


@pytest.mark.parametrize("how", ["end", "destroy_soon"])
def test_the_file_goes_with_every_end(how, tmp_path):
    path = tmp_path / "b.sock"
    sock = pynet.Socket(handle=pynet.BoundSocket(path=path))
    assert path.is_socket()
    if how == "end":
        sock.end()
        sock.destroy()
    else:
        sock.destroy_soon()
    assert wait_until(lambda: not path.exists())


def test_one_that_is_forgotten_is_closed(kind, tmp_path):
    path = tmp_path / "b.sock"
    sock = pynet.Socket(handle=pynet.BoundSocket({"path": path} if kind == "unix" else {"host": "127.0.0.1"}))
    gone, fd = weakref.ref(sock), sock.fileno()
    del sock
    gc.collect()
    assert gone() is None and not path.exists()
    assert wait_until(lambda: not is_open(fd))


def test_one_that_is_forgotten_after_a_lookup_that_raised_is_closed():
    def lookup(hostname, options, callback):
        raise KeyError(hostname)

    sock = pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1", port=0))
    fd = sock.fileno()
    with pytest.raises(KeyError):
        sock.connect(port=1, host="some.name", lookup=lookup)
    assert sock.fileno() == fd
    del sock
    assert wait_until(lambda: not is_open(fd))


def test_one_in_a_cycle_is_collected(tmp_path):
    sock = pynet.Socket(handle=pynet.BoundSocket(path=tmp_path / "b.sock"))
    sock.on("connect", sock.end)
    gone = weakref.ref(sock)
    del sock
    gc.collect()
    assert gone() is None and not (tmp_path / "b.sock").exists()


def test_it_does_not_keep_run_going(script):
    done = script(
        """
        import pynet
        kept = []
        pynet.run(lambda: kept.append(pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1"))))
        print(kept[0].ready_state)
        """
    )
    assert (done.stdout, done.stderr) == ("open\n", "")


def test_at_exit_the_file_goes(script, tmp_path):
    path = tmp_path / "b.sock"
    done = script(
        f"""
        import pynet, sys
        sys.modules["kept"] = pynet.Socket(handle=pynet.BoundSocket(path={str(path)!r}))
        """
    )
    assert (done.returncode, done.stderr) == (0, "") and not path.exists()


def test_the_child_of_a_fork_leaves_the_file(script, tmp_path):
    done = script(
        """
        import os, sys, pynet
        sock = pynet.Socket(handle=pynet.BoundSocket(path=sys.argv[1]))
        pid = os.fork()
        if pid == 0:
            try:
                sock.destroy()
            except pynet.NetError as err:
                code = err.code
            del sock
            sys.exit(0 if code == "ERR_FORKED" else 1)
        print(os.waitpid(pid, 0)[1], os.path.exists(sys.argv[1]))
        sock.destroy()
        """,
        str(tmp_path / "b.sock"),
    )
    assert (done.stdout.split(), done.stderr) == (["0", "True"], "")


# --- connecting ---


def test_it_connects_from_there(bind, echo, kind, record):
    bound = bind()
    address = bound.address()
    sock = pynet.Socket({"handle": bound})
    log = record(sock, *EVENTS)
    sock.connect(target(echo))
    assert sock.connecting and sock.pending and sock.ready_state == "opening"
    log.wait("connect")
    assert not sock.pending and sock.ready_state == "open"
    if kind == "tcp":
        assert (sock.local_address, sock.local_port) == address[:2] and sock.remote_port == echo.address().port
    else:
        assert sock.local_address == address and sock.remote_address is None
    sock.end(b"hello")
    log.wait("close")
    assert log.data() == b"hello"
    assert log.names == ["connectionAttempt", "connect", "ready", "data", "end", "close"]
    assert sock.local_address == (address if kind == "unix" else address.address)
    assert kind == "tcp" or not os.path.exists(address)


def test_the_server_sees_the_port(server):
    if not isinstance(server().address(), str):
        bound = pynet.BoundSocket(host="127.0.0.1")
        port = bound.address().port
        peers = []
        sock = pynet.connect({**target(server(peers.append)), "handle": bound})
        assert wait_until(lambda: peers)
        assert peers[0].remote_port == port
        sock.destroy()
        peers[0].destroy()


def test_connect_takes_a_handle(bind, echo, record):
    sock = pynet.connect(target(echo), handle=bind())
    log = record(sock, *EVENTS)
    sock.end(b"hello")
    assert log.wait("close").data() == b"hello"


def test_writes_after_connect_wait_for_it(adopt, echo, record):
    sock = adopt()
    log = record(sock, *EVENTS)
    with pynet.turn():
        sock.connect(target(echo))
        sock.write(b"hel")
        sock.end(b"lo")
    assert log.wait("close").data() == b"hello"


def test_the_attempt_is_told_within_connect(adopt, echo):
    sock = adopt()
    log = Recorder(sock, *EVENTS)

    def inside():
        sock.connect(target(echo))
        return list(log.names)

    assert on_loop(inside) == ["connectionAttempt"]
    log.wait("connect")


def test_nobody_listens(adopt, bind, kind, record):
    sock = adopt()
    where = sock.local_address
    nobody = bind()
    to = nobody.address()
    nobody.close()
    log = record(sock, *EVENTS)
    sock.connect({"path": to} if kind == "unix" else {"port": to.port, "host": "127.0.0.1"})
    log.wait("close")
    assert log.names == ["connectionAttempt", "connectionAttemptFailed", "error", "close"]
    assert log["error"].code == ("ENOENT" if kind == "unix" else "ECONNREFUSED")
    assert kind == "tcp" or not os.path.exists(where)


def test_a_name_makes_one_attempt(record):
    with pynet.create_server().listen(0, "::1") as server:
        sock = pynet.Socket(handle=pynet.BoundSocket(host="::1"))
        log = record(sock, *EVENTS)
        asked = []

        def lookup(hostname, options, callback):
            asked.append(options["family"])
            callback(None, "::1", 6)

        sock.connect(server.address().port, "some.name", lookup=lookup)
        log.wait("connect")
        assert sock.remote_address == "::1" and asked == [None] and sock.auto_select_family_attempted_addresses is None
        sock.destroy()
        log.wait("close")


@pytest.mark.posix_only("the error of a wrong family is another one")
@pytest.mark.parametrize(("bound", "to", "code"), [("127.0.0.1", "::1", "EAFNOSUPPORT"), ("::", "127.0.0.1", "EINVAL")])
def test_an_address_of_the_other_family_is_an_error(bound, to, code, record):
    sock = pynet.Socket(handle=pynet.BoundSocket(host=bound))
    port = sock.local_port
    log = record(sock, *EVENTS)
    sock.connect(1, to)
    log.wait("close")
    assert str(log["error"]) == f"connect {code} {to}:1 - Local ({bound}:{port})"
    assert (log["error"].address, log["error"].port) == (to, 1)
    assert log.names == ["connectionAttempt", "error", "close"]


@pytest.mark.parametrize("options", [{"local_address": "127.0.0.1"}, {"local_port": 5}, {"path": "p"}])
def test_what_an_adopted_handle_cannot_do_raises_and_changes_nothing(options, record):
    sock = pynet.Socket(handle=pynet.BoundSocket(host="127.0.0.1"))
    port = sock.local_port
    log = record(sock, *EVENTS)
    with pytest.raises(ValueError) as caught:
        sock.connect({"port": 1, "host": "127.0.0.1", **options})
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"
    assert (sock.connecting, sock.pending, sock.ready_state, sock.local_port) == (False, False, "open", port)
    assert log.names == []
    sock.destroy()
    log.wait("close")


@pytest.mark.parametrize(
    ("where", "to"),
    [
        ({"host": "127.0.0.1"}, {"port": 1, "local_address": "127.0.0.1"}),
        ({"host": "127.0.0.1"}, {"port": 1, "local_port": 5}),
        ({"host": "127.0.0.1"}, {"path": "p"}),
        ({"path": "b.sock"}, {"port": 1}),
    ],
)
def test_connect_with_a_handle_refuses_the_same_and_leaves_it_alone(where, to, tmp_path):
    if "path" in where:
        where = {"path": tmp_path / where["path"]}
    with pynet.BoundSocket(where) as bound:
        with pytest.raises(ValueError) as caught:
            pynet.connect(to, handle=bound)
        assert caught.value.code == "ERR_INVALID_ARG_VALUE" and bound.address()


def test_a_bound_path_does_not_connect_to_a_port(tmp_path):
    sock = pynet.Socket(handle=pynet.BoundSocket(path=tmp_path / "b.sock"))
    with pytest.raises(ValueError) as caught:
        sock.connect(1)
    assert caught.value.code == "ERR_INVALID_ARG_VALUE" and (tmp_path / "b.sock").exists()
    sock.destroy()


def test_a_listener_that_destroys_it_within_connect(adopt, echo, record, kind):
    sock = adopt()
    where = sock.local_address
    log = record(sock, *EVENTS)
    sock.on("connectionAttempt", lambda *args: sock.destroy())
    on_loop(sock.connect, target(echo))
    assert log.wait("close").names == ["connectionAttempt", "close"]
    assert kind == "tcp" or not os.path.exists(where)


def test_connect_twice_is_an_error(adopt, echo, record):
    sock = adopt()
    log = record(sock, "error", "close")

    def twice():
        sock.connect(target(echo))
        sock.connect(target(echo))

    on_loop(twice)
    assert log.wait("close")["error"].code in ("EALREADY", "EISCONN")


def test_the_next_life_has_a_handle_of_its_own(adopt, echo, kind, record):
    sock = adopt()
    log = record(sock, *EVENTS)
    sock.connect(target(echo))
    sock.end()
    log.wait("close")
    sock.connect(target(echo))
    log.wait("connect", times=2)
    if kind == "unix":
        assert sock.local_address is None and sock.address() is None
    sock.end()
    log.wait("close", times=2)


def test_options_are_set_when_it_is_connected(bind, echo, kind, record):
    sock = pynet.Socket(handle=bind(), no_delay=True)
    log = record(sock, *EVENTS)
    sock.connect(target(echo))
    log.wait("connect")
    if kind == "tcp":
        with socket.socket(fileno=socket.dup(sock.fileno())) as copy:
            assert copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
    sock.destroy()
    log.wait("close")
