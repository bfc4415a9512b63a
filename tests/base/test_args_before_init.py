"""Objects that __init__ has not seen, and repeated __init__: sane answers, no crash."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder, wait_until

GETTERS = [n for t in (pynet.Socket, pynet.Server) for n, v in vars(t).items() if type(v).__name__.startswith("getset")]


def new_socket(kind=pynet.Socket):
    return kind.__new__(kind)


def new_server(kind=pynet.Server):
    return kind.__new__(kind)


@pytest.mark.parametrize("make", [new_socket, new_server])
def test_every_attribute_can_be_read(make):
    obj = make()
    for name in dir(obj):
        getattr(obj, name)
    assert repr(obj).startswith("<pynet.S")


@pytest.mark.parametrize("make", [new_socket, new_server])
def test_every_method_can_be_called_without_arguments(make):
    leave = {"connect", "listen", "accept", "start_tls"}  # accept() waits; start_tls() wants a name first
    for name in sorted(set(dir(make())) - set(dir(object))):
        obj = make()
        obj.on("error", lambda err: None)
        value = getattr(obj, name)
        if callable(value) and not name.startswith("_") and name not in leave:
            try:
                value()
            except (TypeError, pynet.NetError):
                pass


def test_a_socket_before_init_is_as_a_fresh_one():
    sock, fresh = new_socket(), pynet.Socket()
    for name in GETTERS:
        if hasattr(sock, name):
            assert getattr(sock, name) == getattr(fresh, name), name
    assert sock.address() is None and sock.fileno() == -1 and sock.is_paused() is False


def test_a_server_before_init_is_as_a_fresh_one():
    server = new_server()
    assert (server.listening, server.address(), server.fileno(), server.max_connections) == (False, None, -1, None)


def test_they_even_work():
    class Server(pynet.Server):
        def __init__(self):
            pass

    class Socket(pynet.Socket):
        def __init__(self):
            pass

    server, sock = Server(), Socket()
    log = Recorder(sock, "data", "close")
    server.on("connection", lambda peer: peer.end(b"hello"))
    server.listen(0, "127.0.0.1")
    sock.connect(server.address().port, "127.0.0.1")
    log.wait("close")
    server.close()
    assert log.data() == b"hello"


def test_write_end_and_destroy_before_init():
    sock = new_socket()
    log = Recorder(sock, "error", "close")
    assert sock.write(b"x", log.note("callback")) is False
    log.wait("close")
    assert [n for n in log.names if n != "close"] == ["callback", "error"]
    assert log["error"].code == "ERR_SOCKET_CLOSED"
    sock = new_socket()
    log = Recorder(sock, "close")
    sock.destroy()
    log.wait("close")


def test_close_before_init():
    server = new_server()
    log = Recorder(server, "close")
    server.close(log.note("callback"))
    log.wait("callback")
    assert log.args("callback")[0][0].code == "ERR_SERVER_NOT_RUNNING"


def test_init_again_while_in_use(pair):
    p = pair()
    p.client.__init__(allow_half_open=True, high_water_mark=10)
    p.server.__init__(pause_on_connect=True)
    log = Recorder(p.peer, "data")
    p.client.write(b"still here")
    assert wait_until(lambda: log.data() == b"still here")
    assert p.server.listening and p.client.allow_half_open


def test_a_failed_init_leaves_it_usable():
    sock = new_socket()
    with pytest.raises(ValueError):
        sock.__init__(high_water_mark=-1)
    assert sock.ready_state == "open"
    sock.__init__(allow_half_open=True)
    assert sock.allow_half_open is True
