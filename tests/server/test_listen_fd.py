"""Server.listen() on descriptors: a bare number is taken over, that of an object is duplicated."""

import errno
import os
import socket
import types

import pytest

import isolated
import pynet
from helpers import Recorder, is_inheritable, is_open, raw_client, wait_until

HOST = "127.0.0.1"


@pytest.fixture(params=["tcp", "tcp6", "unix"])
def bound(request, tmp_path):
    """bound(): a bound socket of Python's."""
    made = []

    def bind():
        if request.param == "unix":
            sock = socket.socket(socket.AF_UNIX)
            sock.bind(str(tmp_path / f"s{len(made)}"))
        else:
            sock = socket.socket(socket.AF_INET6 if request.param == "tcp6" else socket.AF_INET)
            sock.bind(("::1" if request.param == "tcp6" else HOST, 0))
        made.append(sock)
        return sock

    yield bind
    for sock in made:
        sock.close()


def name_of(sock):
    name = sock.getsockname()
    return name if isinstance(name, str) else name[:2]


def greeting(srv):
    with raw_client(srv) as client:
        return client.recv(10)


class WithFd:
    """An object with a descriptor by attribute."""

    def __init__(self, fd):
        self.fd = fd


OBJECTS = {
    "socket": lambda srv, sock: srv.listen(sock),
    "attribute fd": lambda srv, sock: srv.listen(WithFd(sock.fileno())),
    "with a backlog": lambda srv, sock: srv.listen(sock, 16),
    "keyword handle": lambda srv, sock: srv.listen(handle=sock),
    "mapping with handle": lambda srv, sock: srv.listen({"handle": sock}),
    "handle before port": lambda srv, sock: srv.listen({"handle": sock, "port": 1, "fd": 1_000_000}),
}
NUMBERS = {
    "keyword": lambda srv, fd: srv.listen(fd=fd),
    "mapping": lambda srv, fd: srv.listen({"fd": fd}),
    "a whole float": lambda srv, fd: srv.listen({"fd": float(fd)}),
    "fd before port and path": lambda srv, fd: srv.listen({"fd": fd, "port": 1, "path": "nowhere/x"}),
}


# --- objects ---


@pytest.mark.parametrize("form", OBJECTS)
def test_an_objects_descriptor_is_duplicated(make_greeter, bound, form):
    sock, srv = bound(), make_greeter()
    log = Recorder(srv, "listening", "error")
    assert OBJECTS[form](srv, sock) is srv
    address = srv.address()
    assert srv.listening
    assert (address if isinstance(address, str) else address[:2]) == name_of(sock)
    assert srv.fileno() not in (-1, sock.fileno())
    assert log.wait("listening").names == ["listening"]
    assert greeting(srv) == b"hi"
    srv.close()
    assert is_open(sock.fileno()), "it is still the caller's"


def test_the_descriptor_becomes_non_blocking_and_close_on_exec(make_greeter, bound):
    import fcntl  # not on Windows

    sock = bound()
    srv = make_greeter().listen(sock)
    assert fcntl.fcntl(srv.fileno(), fcntl.F_GETFL) & os.O_NONBLOCK
    assert fcntl.fcntl(srv.fileno(), fcntl.F_GETFD) & fcntl.FD_CLOEXEC


def test_the_callback_and_the_order_of_events(make_greeter, bound):
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    with pynet.turn():
        srv.listen(bound(), log.note("callback"))
        assert (srv.listening, log.names) == (True, [])
    log.wait("callback")
    assert log.names == ["listening", "callback"]


def test_a_socket_that_listens_already(make_greeter, bound):
    sock = bound()
    sock.listen(1)
    assert greeting(make_greeter().listen(sock)) == b"hi"


@pytest.mark.posix_only("listen() wants a bound socket")
def test_an_unbound_socket_gets_a_random_port(make_greeter):
    with socket.socket() as sock:
        srv = make_greeter().listen(sock)
        assert srv.address().port > 0
        assert greeting(srv) == b"hi"


def test_an_unbound_unix_socket(make_greeter):
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    with socket.socket(socket.AF_UNIX) as sock:
        srv.listen(sock)
        assert log.wait("error")["error"].code == "EINVAL"
    assert log.names == ["error"]


def test_a_unix_path_that_came_with_its_socket_is_not_unlinked(make_greeter, tmp_path):
    path = tmp_path / "s.sock"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))
        srv = make_greeter().listen(sock)
        assert srv.address() == str(path)
        srv.close()
    assert path.exists()


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="abstract names are Linux's")
def test_an_abstract_name_that_came_with_its_socket(make_greeter):
    name = f"\0pynet-{os.getpid()}-listen-fd"
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(name)
        srv = make_greeter().listen(sock)
        assert srv.address() == name
        assert greeting(srv) == b"hi"


def test_an_object_whose_attribute_is_asked_only_without_a_fileno(make_greeter, bound):
    sock = bound()
    both = types.SimpleNamespace(fileno=sock.fileno, fd=-1)
    assert greeting(make_greeter().listen(both)) == b"hi"


def test_a_descriptor_that_a_new_listener_closes(make_greeter):
    """listen() duplicates it before it calls any other code."""
    sock = socket.socket()
    sock.bind((HOST, 0))
    srv = make_greeter()
    srv.on("newListener", lambda name, listener: sock.close())
    srv.listen(sock, lambda: None)
    assert greeting(srv) == b"hi"


# --- another server, a socket ---


@pytest.mark.posix_only("pipes are not listened at by descriptor", only="unix")
def test_another_server_shares_its_socket(make_greeter, where):
    """Both accept, and each closes without harm to the other."""
    first = make_greeter().listen(*where)
    assert wait_until(lambda: first.listening)
    second = make_greeter().listen(first)
    assert second.address() == first.address()
    assert second.fileno() != first.fileno()
    first_address = first.address()
    if isinstance(first_address, str):
        second.close()
        assert os.path.exists(first_address), "the path is the first one's"
        assert greeting(first) == b"hi"
        first.close()
        assert not os.path.exists(first_address)
    else:
        first.close()
        assert (first.listening, second.listening) == (False, True)
        assert greeting(second) == b"hi"


def test_a_server_and_its_copy_both_accept():
    taken = []
    servers = [pynet.create_server(lambda sock, i=i: (taken.append(i), sock.end(b"hi"))) for i in range(2)]
    servers[0].listen(0, HOST)
    servers[1].listen(servers[0])
    assert greeting(servers[1]) == b"hi"
    servers[1].close()
    assert greeting(servers[0]) == b"hi"
    assert taken[-1] == 0
    servers[0].close()


def test_a_server_that_does_not_listen(make_greeter):
    srv = make_greeter()
    for other in (pynet.Server(), srv):
        with pytest.raises(ValueError, match="descriptor") as info:
            srv.listen(other)
        assert info.value.code == "ERR_INVALID_ARG_VALUE"
    assert not srv.listening


def test_a_connected_socket(make_greeter, pair):
    p = pair()
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    srv.listen(p.client)
    err = log.wait("error")["error"]
    assert (err.code, str(err)) == ("EINVAL", "listen EINVAL: invalid argument")
    got = Recorder(p.peer, "data")
    p.client.write(b"unharmed")
    got.wait_for(lambda: got.data() == b"unharmed")


# --- numbers ---


@pytest.mark.parametrize("form", NUMBERS)
def test_a_bare_descriptor_is_taken_over(make_greeter, bound, form):
    sock = bound()
    name, fd = name_of(sock), sock.detach()
    srv = make_greeter()
    NUMBERS[form](srv, fd)
    address = srv.address()
    assert (address if isinstance(address, str) else address[:2]) == name
    assert srv.fileno() == fd or not is_open(fd)
    assert greeting(srv) == b"hi"
    ours = srv.fileno()
    srv.close()
    assert wait_until(lambda: not is_open(ours))


def a_connected_descriptor():
    ours, theirs = socket.socketpair()
    theirs.close()
    return ours.detach()


BAD = {
    "file": lambda tmp_path: os.open(tmp_path / "f", os.O_CREAT | os.O_RDWR),
    "udp": lambda tmp_path: socket.socket(type=socket.SOCK_DGRAM).detach(),
    "unix datagrams": lambda tmp_path: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).detach(),
    "connected": lambda tmp_path: a_connected_descriptor(),
}


def check_einval(srv, fd):
    log = Recorder(srv, "listening", "error", "close")
    with pynet.turn():
        assert srv.listen({"fd": fd}) is srv
        assert (srv.listening, srv.address(), log.names) == (False, None, [])
    err = log.wait("error")["error"]
    assert (err.code, err.errno, err.syscall) == ("EINVAL", errno.EINVAL, "listen")
    assert str(err) == "listen EINVAL: invalid argument"
    assert srv.listen(0, HOST).listening
    log.wait("listening")
    assert log.names == ["error", "listening"]


@pytest.mark.posix_only("os.close() and os.fstat() take no sockets")
@pytest.mark.parametrize("kind", BAD)
def test_a_descriptor_on_which_nobody_can_listen(make_greeter, tmp_path, kind):
    fd = BAD[kind](tmp_path)
    check_einval(make_greeter(), fd)
    os.close(fd)  # it is still the caller's


@pytest.mark.posix_only("the pipes of os.pipe() are not those of listen()")
def test_a_pipe(make_greeter):
    """Node takes it for a unix socket until it listens."""
    read, write = os.pipe()
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    srv.listen(fd=read)
    assert str(log.wait("error")["error"]) == "listen ENOTSOCK: socket operation on non-socket"
    os.close(read)
    os.close(write)


@pytest.mark.parametrize("fd", [1_000_000, 1.5, 2**40])
def test_a_descriptor_that_is_not_open(make_greeter, fd):
    check_einval(make_greeter(), fd)


def test_a_failed_listen_leaves_the_descriptor_as_it_was(make_greeter):
    import fcntl  # not on Windows

    with socket.socket() as first, socket.socket() as second:
        for sock in (first, second):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind((HOST, 0))
        second.bind(first.getsockname())  # no socket listens there yet: Linux allows it
        first.listen()
        os.set_inheritable(second.fileno(), True)
        before = fcntl.fcntl(second.fileno(), fcntl.F_GETFL)
        srv = make_greeter()
        log = Recorder(srv, "listening", "error")
        srv.listen(fd=second.fileno())
        assert log.wait("error")["error"].code == "EADDRINUSE"
        assert fcntl.fcntl(second.fileno(), fcntl.F_GETFL) == before
        assert is_inheritable(second.fileno())


@pytest.mark.posix_only("a server of a pipe has no descriptor", only="unix")
@pytest.mark.parametrize("whose", ["server", "client"])
def test_a_descriptor_of_our_own_is_refused_and_lives_on(make_greeter, pair, whose):
    p = pair()
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    srv.listen(fd=getattr(p, whose).fileno())
    err = log.wait("error")["error"]
    assert (err.code, err.errno, err.syscall) == ("EEXIST", errno.EEXIST, "listen")
    assert str(err).startswith("listen EEXIST: file already exists")
    got = Recorder(p.peer, "data")
    p.client.write(b"unharmed")
    got.wait_for(lambda: got.data() == b"unharmed")
    with raw_client(p.server):
        pass


def test_the_descriptor_of_a_bound_socket_is_refused_and_lives_on(make_greeter):
    """It is adopted as a whole."""
    with pynet.BoundSocket(host=HOST) as handle:
        srv = make_greeter()
        log = Recorder(srv, "listening", "error")
        srv.listen(fd=handle.fileno())
        assert log.wait("error")["error"].code == "EEXIST"
        address = handle.address()
        assert srv.listen(handle).address() == address


@pytest.mark.parametrize("fd", [-1, float("nan"), float("inf"), -(2**70)])
def test_a_number_that_is_no_descriptor(make_greeter, fd):
    srv = make_greeter()
    for call in (lambda: srv.listen(fd=fd), lambda: srv.listen({"port": 0, "fd": fd})):
        with pytest.raises(ValueError, match=r"options\.fd") as info:
            call()
        assert info.value.code == "ERR_INVALID_ARG_VALUE"
    assert not srv.listening


@pytest.mark.parametrize("fd", ["3", True, [3], object()])
def test_what_is_no_number(make_greeter, fd):
    srv = make_greeter()
    with pytest.raises(TypeError, match=r"options\.fd") as info:
        srv.listen(fd=fd)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("handle", [{}, "x", 3, object()])
def test_what_has_no_descriptor(make_greeter, handle):
    srv = make_greeter()
    with pytest.raises(ValueError, match=r"options\.handle") as info:
        srv.listen(handle=handle)
    assert info.value.code == "ERR_INVALID_ARG_VALUE"


def test_a_fileno_that_raises(make_greeter):
    def fileno():
        raise LookupError("gone")

    srv = make_greeter()
    with pytest.raises(LookupError, match="gone"):
        srv.listen(types.SimpleNamespace(fileno=fileno))
    assert not srv.listening


def test_a_fileno_that_starts_to_listen(make_greeter, bound):
    """What it has begun stays; the call raises, and keeps no descriptor."""
    srv, sock = make_greeter(), bound()

    def fileno():
        srv.listen(0, HOST)
        return sock.fileno()

    with pytest.raises(pynet.NetError) as info:
        srv.listen(types.SimpleNamespace(fileno=fileno), lambda: None)
    assert info.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert srv.address()[::2] == (HOST, "IPv4")
    assert srv.listener_count("listening") == 0, "the callback was not added"


@pytest.mark.posix_only("descriptors are not numbered from a table")
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no list of open descriptors")
def test_no_descriptor_is_left_of_a_listen_that_fails(make_greeter, bound):
    srv, sock = make_greeter(), bound()
    log = Recorder(srv, "error")

    def veto(name, listener):
        raise LookupError("no")

    def open_descriptors():
        return sorted(os.listdir("/proc/self/fd"), key=int)

    srv.on("newListener", veto)
    before = open_descriptors()
    with pytest.raises(LookupError):
        srv.listen(sock, lambda: None)
    with pytest.raises(LookupError):
        srv.listen(lambda: None, fd=sock.fileno())
    srv.off("newListener", veto)
    with pytest.raises(TypeError):
        srv.listen(sock, signal=5)
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        srv.listen(udp)
        log.wait("error")
    assert open_descriptors() == before


@pytest.mark.parametrize("name", ["path", "fd", "handle"])
def test_a_place_that_is_none_is_not_any_port(make_greeter, name):
    srv = make_greeter()
    for call in (lambda: srv.listen(**{name: None}), lambda: srv.listen({name: None})):
        with pytest.raises(ValueError, match='"port" or "path"') as info:
            call()
        assert info.value.code == "ERR_INVALID_ARG_VALUE"
    assert srv.listen(**{name: None}, port=0).listening


@pytest.mark.posix_only("standard input is no socket")
def test_listening_on_standard_input_leaves_it_open(tmp_path):
    """As Node, and as Socket(fd=0): else the next file that is opened would be standard input."""
    with socket.create_server((HOST, 0)) as listener:
        done = isolated.run(
            """
            import os, pynet
            server = pynet.Server()
            server.listen(fd=0)
            assert server.listening and server.fileno() > 2
            os.fstat(0)
            server.close()
            pynet.run()
            os.fstat(0)
            """,
            stdin=listener,
        )
    assert (done.returncode, done.stderr) == (0, "")
