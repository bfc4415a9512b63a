"""Servers whose listening socket several processes have. Who is full leaves connections to the others. The primary of
a cluster does not accept, or hands over what it accepts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import socket

import pytest

import pynet
from helpers import Recorder, is_open, on_loop, raw_client, two_turns, wait_until
from pynet import _private
from sharing import connect, listening_socket


@pytest.fixture(params=["tcp", "unix"])
def path(request, tmp_path):
    return str(tmp_path / "s.sock") if request.param == "unix" else None


@pytest.fixture
def clients():
    """clients(listener): a connection that is closed in the end."""
    with contextlib.ExitStack() as stack:
        yield lambda listener: stack.enter_context(connect(listener))


def greet(sock):
    sock.on("error", lambda error: None)
    sock.write(b"hi")


@pytest.fixture
def make(prime, path):
    """make(mode): a server, not full yet, that listens on the first socket of the primary."""
    prime.listen(path)
    prime.use(prime.at_once)
    made = []

    def server(mode, listener=greet):
        prime.mode = mode
        made.append(pynet.create_server(listener) if listener is not None else pynet.create_server())
        return made[-1].listen(*([path] if path is not None else [0]))

    yield server
    for srv in made:
        srv.shutdown(0)


@pytest.fixture(params=["fair", "none"])
def server(request, make):
    """A server that accepts on a shared socket itself."""
    return make(request.param)


def is_left(listener) -> bool:
    """A connection waits in the kernel's queue, after turns in which it could have been accepted."""
    for _ in range(3):
        two_turns()
    listener.setblocking(False)
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


# --- a full server ---


def test_a_server_without_room_for_descriptors_leaves_connections_to_others(prime, server):
    """It does not close them, as one that listens alone does; here it serves them itself when it has room again."""
    listener = prime.listeners[0]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with socket.socket(listener.family) as client:
        client.settimeout(10)
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        try:
            client.connect(listener.getsockname())
            for _ in range(3):
                two_turns()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert client.recv(2) == b"hi"


def test_a_full_server_leaves_connections_to_others(prime, server, clients):
    server.max_connections = 1
    drops = Recorder(server, "drop")
    assert clients(prime.listeners[0]).recv(2) == b"hi"
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])
    assert drops.names == []


def test_when_one_has_gone_it_accepts_again(prime, server, clients):
    server.max_connections = 1
    first, second = clients(prime.listeners[0]), None
    assert first.recv(2) == b"hi"
    second = clients(prime.listeners[0])
    first.close()
    assert second.recv(2) == b"hi"


def test_it_accepts_no_more_than_its_limit(prime, server, clients):
    server.max_connections = 3
    many = [clients(prime.listeners[0]) for _ in range(5)]
    assert [each.recv(2) for each in many[:3]] == [b"hi"] * 3
    assert len(server.connections) == 3
    assert is_left(prime.listeners[0])


def test_a_limit_of_0_accepts_nothing(prime, server, clients):
    server.max_connections = 0
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])


def test_a_limit_that_was_set_before(prime, make, clients):
    prime.use(prime.keep)
    server = pynet.create_server(greet)
    server.max_connections = 0
    path = prime.listeners[0].getsockname()
    on_loop(server.listen, *([path] if isinstance(path, str) else [0]))
    assert prime.answer()
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])
    server.close()


@pytest.mark.parametrize("limit", [None, 2, float("nan")])
def test_a_higher_limit_lets_it_go_on(prime, server, clients, limit):
    server.max_connections = 1
    clients(prime.listeners[0]).recv(2)
    second = clients(prime.listeners[0])
    server.max_connections = limit
    assert second.recv(2) == b"hi"


def test_a_lower_limit_pauses_it(prime, server, clients):
    clients(prime.listeners[0]).recv(2)
    server.max_connections = 1
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])


def test_with_drop_max_connection_it_drops(prime, server, clients):
    server.max_connections = 1
    server.drop_max_connection = True
    drops = Recorder(server, "drop")
    clients(prime.listeners[0]).recv(2)
    assert clients(prime.listeners[0]).recv(2) == b""
    drops.wait("drop")


def test_drop_max_connection_may_be_set_when_it_is_full(prime, server, clients):
    server.max_connections = 1
    clients(prime.listeners[0]).recv(2)
    second = clients(prime.listeners[0])
    server.drop_max_connection = True
    assert second.recv(2) == b""
    server.drop_max_connection = False
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])


def test_a_place_of_its_own_drops_as_ever(prime, clients):
    prime.use(prime.at_once)
    server = pynet.create_server(greet).listen(port=0, host="127.0.0.1", exclusive=True)
    server.max_connections = 0
    with raw_client(server) as client:
        assert client.recv(2) == b""
    server.close()


def test_each_reason_alone_keeps_it_from_accepting(prime, make, clients):
    server = make("none", None)  # no listener yet
    server.max_connections = 0
    client = clients(prime.listeners[0])
    server.on("connection", greet)  # still full
    assert is_left(prime.listeners[0])
    client.close()
    client = clients(prime.listeners[0])
    server.max_connections = None
    assert client.recv(2) == b"hi"


def test_full_and_without_a_listener(prime, make, clients):
    server = make("none", None)
    server.max_connections = 0
    server.max_connections = None  # no listener yet
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])


def test_when_it_has_closed_it_keeps_no_state(prime, server, clients):
    server.max_connections = 1
    first = clients(prime.listeners[0])
    first.recv(2)
    server.close()
    server.max_connections = 2
    first.close()
    server.wait("close", 5)
    server.listen(port=0, host="127.0.0.1", exclusive=True)
    with raw_client(server) as client:
        assert client.recv(2) == b"hi"


# --- connections that the primary has accepted ---


@pytest.fixture
def delivered(make):
    return make("rr")


def accepted(prime):
    """A client, and the descriptor that the primary has accepted."""
    client = connect(prime.listeners[0])
    return client, prime.listeners[0].accept()[0].detach()


def deliver(prime, server, index=0):
    client, fd = accepted(prime)
    return client, fd, on_loop(_private.accept_fd, server, index, fd)


def test_a_delivered_connection_is_served(prime, delivered):
    client, _fd, taken = deliver(prime, delivered)
    assert (taken, client.recv(2)) == (True, b"hi")
    assert len(delivered.connections) == 1
    client.close()


def test_it_knows_its_peer(prime, path, make):
    peers = []
    server = make("rr", lambda sock: peers.append((sock.remote_address, sock.remote_port)))
    client, _fd, _taken = deliver(prime, server)
    name = client.getsockname()
    assert peers == [(None, None) if path is not None else name]
    client.close()


def test_the_socket_itself_is_not_watched(prime, delivered, clients):
    clients(prime.listeners[0])
    assert is_left(prime.listeners[0])


def refused(prime, server, index=0):
    client, fd, taken = deliver(prime, server, index)
    try:
        return taken is False and is_open(fd)
    finally:
        os.close(fd)
        client.close()


def test_a_closed_server_takes_none(prime, delivered):
    delivered.close()
    assert refused(prime, delivered)


def test_a_full_server_takes_none(prime, delivered):
    delivered.max_connections = 1
    first = deliver(prime, delivered)[0]
    assert refused(prime, delivered)
    first.close()
    assert wait_until(lambda: not delivered.connections)
    client, _fd, taken = deliver(prime, delivered)
    assert (taken, client.recv(2)) == (True, b"hi")
    client.close()


def test_a_server_without_a_listener_takes_none(prime, make):
    server = make("rr", None)
    assert refused(prime, server)
    server.on("connection", greet)
    client, _fd, taken = deliver(prime, server)
    assert taken is True
    client.close()


def test_an_index_without_a_listener_takes_none(prime, delivered):
    assert refused(prime, delivered, 1)


def test_a_server_that_accepts_itself_takes_none(server, path):
    with listening_socket(path + "2" if path is not None else None) as other, connect(other):
        fd = other.accept()[0].detach()
        assert on_loop(_private.accept_fd, server, 0, fd) is False
        assert is_open(fd)
        os.close(fd)


def test_with_drop_max_connection_a_delivered_one_is_dropped(prime, delivered):
    delivered.max_connections = 0
    delivered.drop_max_connection = True
    drops = Recorder(delivered, "drop")
    client, _fd, taken = deliver(prime, delivered)
    assert (taken, client.recv(2), drops.names) == (True, b"", ["drop"])
    client.close()


def test_a_blocked_peer_is_closed(prime):
    prime.listen()
    prime.mode = "rr"
    prime.use(prime.at_once)
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.1")
    server = pynet.create_server(greet, block_list=blocked).listen(0)
    client, _fd, taken = deliver(prime, server)
    assert (taken, client.recv(2)) == (True, b"")
    client.close()
    server.close()


def test_a_peer_that_has_reset_is_no_error(prime):
    prime.listen()
    prime.mode = "rr"
    prime.use(prime.at_once)
    server = pynet.create_server(greet).listen(0)
    client, fd = accepted(prime)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    assert on_loop(_private.accept_fd, server, 0, fd) is True
    assert wait_until(lambda: not is_open(fd))
    server.close()


def test_what_is_no_connection_of_this_kind_raises_and_stays_open(prime, path, delivered):
    other = socket.socket(socket.AF_INET if path is not None else socket.AF_UNIX)
    with other, open(os.devnull) as file:
        for each in (other, file):
            with pytest.raises(pynet.NetError, match="EINVAL"):
                on_loop(_private.accept_fd, delivered, 0, each.fileno())
            assert is_open(each.fileno())


def test_a_descriptor_of_pynet_raises(prime, delivered):
    with pytest.raises(ValueError, match="fd"):
        on_loop(_private.accept_fd, delivered, 0, delivered.fileno())
    assert delivered.listening


def test_outside_of_the_loop_it_raises(prime, delivered):
    client, fd = accepted(prime)
    with pytest.raises(RuntimeError, match="on the loop"):
        _private.accept_fd(delivered, 0, fd)
    os.close(fd)
    client.close()


# --- what the primary hears of that ---


def test_it_hears_when_a_server_begins_to_accept(prime, delivered):
    assert wait_until(lambda: prime.watched == [(delivered, 0, True)])


def test_it_hears_when_it_is_full_and_when_not(prime, delivered):
    delivered.max_connections = 1
    client = deliver(prime, delivered)[0]
    assert wait_until(lambda: prime.watched[1:] == [(delivered, 0, False)])
    client.close()
    assert wait_until(lambda: prime.watched[2:] == [(delivered, 0, True)])


def test_it_hears_when_it_closes(prime, delivered):
    delivered.close()
    assert wait_until(lambda: prime.watched[1:] == [(delivered, 0, False), (delivered, 0, None)])


def test_it_hears_nothing_without_a_listener(prime, make):
    server = make("rr", None)
    two_turns()
    assert prime.watched == []
    server.on("connection", greet)
    assert wait_until(lambda: prime.watched == [(server, 0, True)])
    server.close()


def test_it_hears_of_each_listener(prime, tmp_path):
    prime.listen()
    prime.listen(str(tmp_path / "s.sock"))
    prime.mode = "rr"
    prime.use(prime.at_once)
    server = pynet.create_server(greet).listen([0, tmp_path / "s.sock"])
    server.close()
    wanted = [*((server, index, accepting) for accepting in (True, False) for index in (0, 1)), (server, 0, None)]
    assert wait_until(lambda: prime.watched == wanted)


def test_of_servers_that_accept_themselves_it_hears_the_end_only(prime, server, clients):
    server.max_connections = 1
    clients(prime.listeners[0]).recv(2)
    server.close()
    assert wait_until(lambda: prime.watched == [(server, 0, None)])


# --- in the primary ---


@pytest.fixture
def shared(path):
    """shared(accept): a server of the primary."""
    made = []

    def server(accept):
        made.append(pynet.Server())
        _private.server_share(made[-1], accept)
        return made[-1].listen(*([path] if path is not None else [0, "127.0.0.1"]))

    yield server
    for srv in made:
        srv.close()


def test_it_accepts_nothing(shared):
    server = shared(None)
    server.on("connection", lambda sock: sock.destroy())
    (fd,) = _private.server_fds(server)
    with socket.socket(fileno=fd) as copy, connect(copy):
        assert is_left(copy)


def test_it_can_not_be_started(shared):
    server = shared(None)
    _private.server_accepting(server, True)
    (fd,) = _private.server_fds(server)
    with socket.socket(fileno=fd) as copy, connect(copy):
        assert is_left(copy)


def test_it_hands_over_what_it_accepts(shared):
    got = []
    server = shared(lambda fd, index: got.append((fd, index)))
    with raw_client(server) as client:
        assert wait_until(lambda: got)
        fd, index = got[0]
        with socket.socket(fileno=fd) as sock:
            sock.sendall(b"hi")
        assert (client.recv(2), index) == (b"hi", 0)


def test_what_it_hands_over_does_not_count(shared):
    got = []
    server = shared(lambda fd, index: got.append(fd))
    with raw_client(server):
        assert wait_until(lambda: got)
        assert server.connections == []
        os.close(got[0])


def test_it_hands_over_the_index_of_the_listener(tmp_path):
    got = []
    server = pynet.Server()
    _private.server_share(server, lambda fd, index: (got.append(index), os.close(fd)))
    server.listen([("127.0.0.1", 0), tmp_path / "s.sock"])
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "s.sock"))
        assert wait_until(lambda: got == [1])
    server.close()


def test_what_accept_raises_is_uncaught(shared):
    caught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: caught.append((error, emitter)))
    error = OSError("no worker")

    def accept(fd, index):
        os.close(fd)
        raise error

    server = shared(accept)
    with raw_client(server):
        assert wait_until(lambda: caught == [(error, server)])
    pynet.set_uncaught_handler(before)
    assert server.listening


def test_it_can_be_paused_and_started(shared):
    got = []
    server = shared(lambda fd, index: (got.append(fd), os.close(fd)))
    _private.server_accepting(server, False)
    with raw_client(server):
        two_turns()
        assert got == []
        _private.server_accepting(server, True)
        assert wait_until(lambda: got)


def test_it_may_be_paused_before_it_listens(path):
    server = pynet.create_server(greet)
    _private.server_accepting(server, False)
    server.listen(*([path] if path is not None else [0, "127.0.0.1"]))
    with raw_client(server) as client:
        two_turns()
        assert server.connections == []
        _private.server_accepting(server, True)
        assert client.recv(2) == b"hi"
    server.close()


def test_its_descriptors_are_copies(shared, path):
    server = shared(None)
    (fd,) = _private.server_fds(server)
    assert fd != server.fileno()
    assert fcntl.fcntl(fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
    with socket.socket(fileno=fd) as copy:
        name = copy.getsockname()
        assert name == (path if path is not None else server.address()[:2])


def test_a_server_that_does_not_listen_has_no_descriptors():
    assert _private.server_fds(pynet.Server()) == []


def test_a_server_that_listens_can_not_be_shared_any_more(shared):
    server = shared(None)
    with pytest.raises(pynet.NetError) as caught:
        _private.server_share(server, None)
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"


def test_a_worker_accepts_on_the_copy(shared, path, prime):
    server = shared(None)
    worker = pynet.create_server(greet)
    prime.use(lambda one, token, *_rest: _private.listen_answer(one, token, _private.server_fds(server), "fair"))
    worker.listen(*([path] if path is not None else [0]))
    with raw_client(server) as client:
        assert client.recv(2) == b"hi"
    worker.close()


# --- connections that live in another process ---


def counted(server):
    log = Recorder(server)
    server.get_connections(log.note("count"))
    return log.wait("count").args("count")[0][1]


def test_they_count(shared):
    server = shared(None)
    _private.server_hold(server, 1)
    _private.server_hold(server, 1)
    assert counted(server) == 2
    _private.server_hold(server, -1)
    assert counted(server) == 1
    _private.server_hold(server, -1)


def test_close_waits_for_them(shared):
    server = shared(None)
    log = Recorder(server, "close")
    _private.server_hold(server, 1)
    server.close()
    two_turns()
    assert log.names == []
    _private.server_hold(server, -1)
    log.wait("close")


def test_shutdown_waits_for_them(shared):
    server = shared(None)
    _private.server_hold(server, 1)
    future = server.shutdown()
    two_turns()
    assert not future.done()
    _private.server_hold(server, -1)
    assert future.result(5) == 0


def test_they_do_not_fill_the_server(prime, make, clients):
    server = make("none")
    _private.server_hold(server, 1)
    server.max_connections = 1
    assert clients(prime.listeners[0]).recv(2) == b"hi"
    _private.server_hold(server, -1)


@pytest.mark.parametrize("n", [0, 2, -1, 1.5])
def test_a_wrong_number_is_refused(n):
    with pytest.raises(ValueError, match="n"):
        _private.server_hold(pynet.Server(), n)
