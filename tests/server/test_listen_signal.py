"""The option `signal` of Server.listen(): an abort is a close(), in Node's order."""

import gc
import weakref

import pytest

import pynet
from helpers import Recorder, raw_client

HOST = "127.0.0.1"


@pytest.fixture
def make():
    made = []

    def server():
        srv = pynet.create_server(lambda sock: sock.on("error", lambda err: None))
        made.append(srv)
        return srv

    yield server
    for srv in made:
        srv.close()


@pytest.fixture(params=["port", "literal", "name", "path"])
def place(request, tmp_path):
    return {
        "port": {"port": 0},
        "literal": {"port": 0, "host": HOST},
        "name": {"port": 0, "host": "localhost"},
        "path": {"path": str(tmp_path / "s.sock")},
    }[request.param]


def settle():
    """Whatever is under way has happened."""
    done = Recorder(pynet.EventEmitter())
    pynet.set_timeout(done.note("settled"), 20)
    done.wait("settled")


def test_aborted_before(make, place):
    """It listens, until the next tick, where nothing has to be looked up; `listening` never comes."""
    srv = make()
    log = Recorder(srv, "listening", "error", "close")
    with pynet.turn():
        assert srv.listen({**place, "signal": pynet.AbortSignal.abort()}, log.note("callback")) is srv
        assert srv.listening == ("localhost" not in place.values())
    log.wait("close")
    settle()
    assert (log.names, srv.listening, srv.address()) == (["close"], False, None)


def test_aborted_at_once(make, place):
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "error", "close")
    with pynet.turn():
        srv.listen({**place, "signal": controller.signal}, log.note("callback"))
        controller.abort()
        assert (srv.listening, srv.address(), log.names) == (False, None, [])
    log.wait("close")
    settle()
    assert log.names == ["close"]


def test_aborted_in_the_callback(make, place):
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "close")

    def listening():
        log.note("callback")()
        controller.abort("enough")
        log.note(f"listening is {srv.listening}")()

    srv.listen(place, listening, signal=controller.signal)
    log.wait("close")
    assert log.names == ["listening", "callback", "listening is False", "close"]


def test_open_connections_live_on(make, place):
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "connection", "close")
    srv.listen(place, signal=controller.signal)
    log.wait("listening")
    with raw_client(srv) as client:
        peer = log.wait("connection")["connection"]
        controller.abort()
        assert not srv.listening
        peer.end(b"bye")
        assert client.recv(10) == b"bye"
    log.wait("close")
    assert log.names == ["listening", "connection", "close"]


def test_abort_after_close_does_nothing(make, place):
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "close")
    srv.listen(place, signal=controller.signal)
    log.wait("listening")
    with pynet.turn():
        srv.close()
        controller.abort()
    log.wait("close")
    settle()
    assert log.names == ["listening", "close"]


def test_a_signal_is_of_one_listen_only(make, place):
    """Listening again, at once or later, is not what it was given to."""
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "error", "close")
    with pynet.turn():
        srv.listen(place, signal=controller.signal)
        srv.close()
        srv.listen(0)
        controller.abort()
    log.wait("listening")
    settle()
    assert srv.listening
    assert log.names.count("close") == 1


def test_abort_after_a_failure_is_a_close(make):
    """As in Node, and as close() itself."""
    srv, controller = make(), pynet.AbortController()
    log = Recorder(srv, "listening", "error", "close")
    srv.listen(0, "192.0.2.1", signal=controller.signal)
    log.wait("error")
    controller.abort()
    log.wait("close")
    assert log.names == ["error", "close"]


def test_the_timeout_of_a_signal(make, place):
    srv = make()
    log = Recorder(srv, "listening", "close")
    with pynet.turn():  # or the time may be up before it listens
        srv.listen(place, signal=pynet.AbortSignal.timeout(100))
    log.wait("close")
    assert log.names == ["listening", "close"]


def test_one_signal_for_several_servers(make, place):
    controller = pynet.AbortController()
    servers = [make() for _ in range(3)]
    logs = [Recorder(srv, "close") for srv in servers]
    for srv in servers:
        srv.listen(0, HOST, signal=controller.signal)
    controller.abort()
    assert [srv.listening for srv in servers] == [False] * 3
    for log in logs:
        log.wait("close")


@pytest.mark.posix_only("os.close() takes no sockets", only="fd")
@pytest.mark.parametrize("form", ["fd", "handle"])
def test_a_signal_with_a_descriptor(make, form):
    first, srv, controller = make().listen(0, HOST), make(), pynet.AbortController()
    log = Recorder(srv, "listening", "close")
    options = {"handle": first} if form == "handle" else {"fd": first_copy(first)}
    srv.listen(options, signal=controller.signal)
    log.wait("listening")
    controller.abort()
    log.wait("close")
    with raw_client(first):
        pass


def first_copy(srv):
    import os

    return os.dup(srv.fileno())


def test_no_signal(make, place):
    srv = make()
    log = Recorder(srv, "listening")
    srv.listen({**place, "signal": None})
    log.wait("listening")


def test_a_signal_does_not_keep_a_server_alive():
    controller = pynet.AbortController()
    srv = pynet.Server().on("error", lambda err: None)
    log = Recorder(srv, "error")
    srv.listen(0, "192.0.2.1", signal=controller.signal)
    log.wait("error")
    settle()
    gone = weakref.ref(srv)
    del srv, log
    gc.collect()
    assert gone() is None
    controller.abort()


def test_a_server_lets_go_of_its_signal():
    class Reason:
        pass

    reason = Reason()
    gone = weakref.ref(reason)
    controller = pynet.AbortController()
    srv = pynet.create_server(lambda sock: None).listen(0, HOST, signal=controller.signal)
    controller.abort(reason)
    del controller, reason
    gc.collect()
    assert gone() is None
    srv.close()
