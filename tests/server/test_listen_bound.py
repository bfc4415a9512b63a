"""Server.listen() on a BoundSocket, which it adopts."""

import os
import socket

import pytest

import pynet
from helpers import Recorder, raw_client

HOST = "127.0.0.1"


@pytest.fixture
def bound(kind, tmp_path):
    """bound(**more): a new BoundSocket."""

    def bind(**more):
        return pynet.BoundSocket({"path": str(tmp_path / "s.sock")} if kind == "unix" else {"host": HOST, **more})

    return bind


@pytest.mark.parametrize("form", ["positional", "backlog", "mapping", "keyword", "handle before port"])
def test_forms(make_greeter, bound, form):
    handle, srv = bound(), make_greeter()
    address = handle.address()
    args, options = {
        "positional": ((handle,), {}),
        "backlog": ((handle, 16), {}),
        "mapping": (({"handle": handle},), {}),
        "keyword": ((), {"handle": handle}),
        "handle before port": (({"handle": handle, "port": 1},), {}),
    }[form]
    log = Recorder(srv, "listening", "error")
    with pynet.turn():
        assert srv.listen(*args, log.note("callback"), **options) is srv
        assert srv.listening and srv.address() == address
    log.wait("callback")
    assert log.names == ["listening", "callback"]
    with raw_client(srv) as client:
        assert client.recv(10) == b"hi"
    with pytest.raises(pynet.NetError) as info:
        handle.address()
    assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"


def test_its_path_goes_with_the_server(make_greeter, tmp_path):
    path = str(tmp_path / "s.sock")
    srv = make_greeter().listen(pynet.BoundSocket(path=path))
    assert srv.address() == path and os.path.exists(path)
    srv.close()
    assert not os.path.exists(path)


def test_one_that_was_adopted(make_greeter, bound):
    handle = bound()
    first, second = make_greeter().listen(handle), make_greeter()
    with pytest.raises(pynet.NetError) as info:
        second.listen(handle, lambda: None)
    assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
    assert (second.listening, second.listener_count("listening")) == (False, 0)
    assert first.listening


def test_a_server_that_listens_already_adopts_nothing(make_greeter, bound):
    srv, handle = make_greeter().listen(0, HOST), bound()
    with pytest.raises(pynet.NetError) as info:
        srv.listen(handle)
    assert info.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert make_greeter().listen(handle).listening


@pytest.mark.posix_only("bind() fails where another socket is bound")
def test_it_is_adopted_even_if_listening_fails(make_greeter):
    """As in Node: two are bound to one port, and one of them listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    handles = [pynet.BoundSocket(host=HOST, port=port) for _ in range(2)]
    make_greeter().listen(handles[0])
    srv = make_greeter()
    log = Recorder(srv, "listening", "error")
    srv.listen(handles[1])
    err = log.wait("error")["error"]
    assert (err.code, str(err)) == ("EADDRINUSE", "listen EADDRINUSE: address already in use")
    assert srv.address() is None
    with pytest.raises(pynet.NetError) as info:
        handles[1].fd()
    assert info.value.code == "ERR_SOCKET_HANDLE_ADOPTED"
    assert srv.listen(0, HOST).listening
