"""Socket(signal=...): an abort destroys the socket, whatever it is doing; and what few sockets have otherwise."""

from __future__ import annotations

import gc
import socket
import weakref

import pytest

import pynet
from helpers import Recorder, on_loop, target


@pytest.fixture
def place(kind, where):
    srv = pynet.create_server(lambda sock: sock.on("error", lambda err: None).resume()).listen(*where)
    yield target(srv)
    srv.close()


def log_of(sock):
    return Recorder(sock, "connect", "ready", "end", "error", "close")


def check(error, reason):
    assert isinstance(error, pynet.AbortError) and error.code == "ABORT_ERR"
    assert error.__cause__ is reason
    assert str(error) == "The operation was aborted"


@pytest.mark.parametrize("state", ["fresh", "connecting", "in connect", "connected"])
def test_an_abort(place, state):
    controller, reason = pynet.AbortController(), RuntimeError("enough")
    with pynet.turn():
        sock = pynet.Socket(signal=controller.signal)
        log = log_of(sock)
        if state == "in connect":
            sock.on("connect", lambda: controller.abort(reason))
        if state != "fresh":
            sock.connect(place)
        if state in ("fresh", "connecting"):
            controller.abort(reason)
            assert sock.destroyed and sock.errored is not None, "at once"
    if state == "connected":
        log.wait("ready")
        controller.abort(reason)
        assert sock.destroyed
    log.wait("close")
    before = {"fresh": [], "connecting": []}.get(state, ["connect", "ready"])
    assert log.names == [*before, "error", "close"]
    assert log["close"] is True
    check(log["error"], reason)


@pytest.mark.parametrize("form", ["keyword", "mapping"])
def test_aborted_before(form):
    reason = RuntimeError("enough")
    signal = pynet.AbortSignal.abort(reason)
    with pynet.turn():
        sock = pynet.Socket(signal=signal) if form == "keyword" else pynet.Socket({"signal": signal})
        log = log_of(sock)
        assert (sock.destroyed, sock.pending, sock.ready_state) == (True, True, "closed")
    assert log.wait("close").names == ["error", "close"]
    check(log["error"], reason)


def test_aborted_before_it_never_connects(place):
    """Not as Node, which connects all the same."""
    sock = pynet.Socket(signal=pynet.AbortSignal.abort())
    log = log_of(sock)
    log.wait("close")
    with pytest.raises(pynet.AbortError):
        sock.connect(place)
    assert (sock.destroyed, sock.connecting) == (True, False)
    on_loop(lambda: None)
    assert log.names == ["error", "close"]


def test_after_an_abort_it_never_connects_again(place):
    controller = pynet.AbortController()
    sock = pynet.Socket(signal=controller.signal)
    log = log_of(sock)
    sock.connect(place)
    log.wait("ready")
    controller.abort()
    log.wait("close")
    with pytest.raises(pynet.AbortError):
        sock.connect(place)


def test_connect_with_an_aborted_signal(place):
    with pynet.turn():
        sock = pynet.connect(place, signal=pynet.AbortSignal.abort())
        log = Recorder(sock, "lookup", "connectionAttempt", "connect", "ready", "error", "close")
        assert (sock.destroyed, sock.connecting) == (True, False)
    assert log.wait("close").names == ["error", "close"]
    on_loop(lambda: None)
    assert log.names == ["error", "close"]


def test_an_abort_after_the_end_is_nothing(place):
    controller = pynet.AbortController()
    sock = pynet.connect(place, signal=controller.signal)
    log = log_of(sock)
    log.wait("ready")
    sock.destroy()
    controller.abort()
    assert log.wait("close").names == ["connect", "ready", "close"]
    assert sock.errored is None
    sock.connect(place)  # that life is over, and the signal with it
    log.wait("ready", times=2)
    sock.destroy()
    log.wait("close", times=2)


def test_it_is_told_once(place):
    controller = pynet.AbortController()
    sock = pynet.connect(place, signal=controller.signal)
    log = log_of(sock)
    log.wait("ready")
    controller.abort()
    controller.abort()
    assert log.wait("close").names == ["connect", "ready", "error", "close"]


def test_many_sockets_of_one_signal(place):
    controller = pynet.AbortController()
    socks = [pynet.connect(place, signal=controller.signal) for _ in range(20)]
    logs = [log_of(sock) for sock in socks]
    for log in logs:
        log.wait("ready")
    socks[7].destroy()
    controller.abort()
    for log in logs:
        log.wait("close")
    assert [log["close"] for log in logs] == [i != 7 for i in range(20)]


def test_pending_callbacks_are_answered(place):
    controller = pynet.AbortController()
    with pynet.turn():
        sock = pynet.connect(place, signal=controller.signal)
        log = log_of(sock)
        sock.write("x", callback=log.note("write"))
        sock.end(log.note("end"))
        controller.abort()
    log.wait("end").wait("close")
    assert [log["write"].code, log["end"].code] == ["ERR_SOCKET_CLOSED_BEFORE_CONNECTION", "ABORT_ERR"]


def test_a_timeout_signal():
    sock = pynet.Socket(signal=pynet.AbortSignal.timeout(1))
    log = log_of(sock)
    assert log.wait("close").names == ["error", "close"]


def test_with_a_descriptor():
    ours, theirs = socket.socketpair()
    with theirs:
        controller = pynet.AbortController()
        sock = pynet.Socket(fd=ours.detach(), signal=controller.signal)
        log = log_of(sock)
        controller.abort()
        assert log.wait("close").names == ["error", "close"]
        assert theirs.recv(1) == b""


def test_with_a_descriptor_and_aborted_before():
    ours, theirs = socket.socketpair()
    with theirs:
        log = log_of(pynet.Socket(fd=ours.detach(), signal=pynet.AbortSignal.abort()))
        log.wait("close")
        assert theirs.recv(1) == b""


def test_a_signal_keeps_no_socket_alive():
    """Nor does an abort reach a socket that is freed."""
    controller = pynet.AbortController()
    sock = pynet.Socket(signal=controller.signal)
    gone = weakref.ref(sock)
    del sock
    gc.collect()
    assert gone() is None
    controller.abort()


def test_a_socket_lets_go_of_its_signal(place):
    controller = pynet.AbortController()
    sock = pynet.connect(place, signal=controller.signal)
    log = log_of(sock)
    log.wait("ready")
    gone = weakref.ref(controller.signal)
    del controller
    gc.collect()
    assert gone() is not None, "the socket waits for it"
    sock.destroy()
    log.wait("close")
    gc.collect()
    assert gone() is None


def test_a_cycle_of_socket_and_signal_is_collected():
    def make():
        controller = pynet.AbortController()
        sock = pynet.Socket(signal=controller.signal)
        controller.signal.add_event_listener("abort", lambda event: sock)
        return weakref.ref(sock)

    gone = make()
    gc.collect()
    assert gone() is None


# --- block_list ---


def test_block_list_is_what_was_given():
    rules = pynet.BlockList()
    assert pynet.Socket().block_list is None
    assert pynet.Socket(block_list=rules).block_list is rules
    assert pynet.Socket({"blockList": rules}).blockList is rules
    assert pynet.Socket(block_list=None).block_list is None


def test_block_list_may_be_set_later():
    rules = pynet.BlockList()
    rules.add_address("127.0.0.1")
    srv = pynet.create_server().listen(0, "127.0.0.1")
    sock = pynet.Socket()
    sock.block_list = rules
    log = log_of(sock)
    sock.connect(target(srv))
    assert log.wait("close").names == ["error", "close"]
    assert log["error"].code == "ERR_IP_BLOCKED"
    sock.block_list = None
    assert sock.block_list is None
    sock.connect(target(srv))
    log.wait("ready")
    sock.destroy()
    log.wait("close", times=2)
    srv.close()


@pytest.mark.parametrize("bad", [5, "x", [], False, pynet.Socket], ids=repr)
def test_what_is_no_block_list(bad):
    sock = pynet.Socket(block_list=pynet.BlockList())
    before = sock.block_list
    with pytest.raises(TypeError, match="block_list") as info:
        pynet.Socket(block_list=bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    with pytest.raises(TypeError):
        sock.block_list = bad
    assert sock.block_list is before


# --- what a socket has not ---


@pytest.mark.parametrize("name", ["object_mode", "readable_object_mode", "writable_object_mode"])
def test_there_is_no_object_mode(name):
    with pytest.raises(ValueError, match="is not supported") as info:
        pynet.Socket({name: True})
    assert info.value.code == "ERR_INVALID_ARG_VALUE"
    for off in (False, None, 0, ""):
        pynet.Socket({name: off})


def test_a_signal_whose_end_brings_another_one_leaves_one_link():
    """Releasing the old signal runs user code, which sets a third one: that one counts."""
    old, second, third = (pynet.AbortController() for _ in range(3))
    sock = pynet.Socket(signal=old.signal)
    weakref.finalize(old.signal, lambda: sock.__init__(signal=third.signal))
    del old
    sock.__init__(signal=second.signal)
    second.abort()
    assert not sock.destroyed
    log = Recorder(sock, "error", "close")
    third.abort()
    assert sock.destroyed
    assert log.wait("close")["error"].code == "ABORT_ERR"
