"""A used port or path: `error` with EADDRINUSE, and trying again."""

import errno

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until


@pytest.fixture
def second():
    """Another server that is closed in the end."""
    srv = pynet.create_server(lambda sock: sock.end())
    yield srv
    srv.close()


def same_place(srv):
    address = srv.address()
    return (address,) if isinstance(address, str) else (address.port, address.address)


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_error_of_a_used_address(server, second, kind):
    first = server()
    place = same_place(first)
    log = Recorder(second, "listening", "error", "close")
    assert second.listen(*place) is second
    assert (second.listening, second.address()) == (False, None)
    err = log.wait("error")["error"]
    shown = place[0] if kind == "unix" else f"{place[1]}:{place[0]}"
    assert isinstance(err, pynet.NetError) and isinstance(err, OSError)
    assert (err.code, err.errno, err.syscall) == ("EADDRINUSE", errno.EADDRINUSE, "listen")
    assert (err.address, err.port) == ((place[0], -1) if kind == "unix" else (place[1], place[0]))
    assert str(err) == f"listen EADDRINUSE: address already in use {shown}"
    assert log.names == ["error"]
    assert first.listening and raw_client(first).close() is None


def test_error_without_a_host(second):
    first = pynet.create_server().listen()
    try:
        port = first.address().port
        log = Recorder(second, "error")
        second.listen(port)
        assert str(log.wait("error")["error"]) == f"listen EADDRINUSE: address already in use :::{port}"
    finally:
        first.close()


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_listen_elsewhere_after_the_failure(server, second, where, tmp_path):
    first = server()
    log = Recorder(second, "listening", "error")
    second.listen(*same_place(first), log.note("first callback"))
    log.wait("error")
    elsewhere = (str(tmp_path / "other.sock"),) if len(where) == 1 else where
    second.listen(*elsewhere, log.note("second callback"))
    log.wait("second callback")
    # The callback that was never called stays for the next success, as in Node.
    assert log.names == ["error", "listening", "first callback", "second callback"]


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_an_unheard_error_is_uncaught(server, second):
    first = server()
    caught = []
    before = pynet.set_uncaught_handler(lambda exc, emitter: caught.append((exc.code, emitter)))
    try:
        with pynet.turn():  # elsewhere listen() raises
            second.listen(*same_place(first))
        assert wait_until(lambda: caught)
    finally:
        pynet.set_uncaught_handler(before)
    assert caught == [("EADDRINUSE", second)]


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_retry_with_a_timer(server, second):
    """The retry of the documentation: on EADDRINUSE close, wait, listen again."""
    first = server()
    place = same_place(first)
    log = Recorder(second, "listening")

    def again():
        second.close()
        second.listen(*place)

    def failed(err):
        log.note("error")(err)
        if err.code == "EADDRINUSE":
            if len(log.args("error")) == 3:
                first.close()
            pynet.set_timeout(again, 5)

    def start():
        second.on("error", failed)
        second.listen(*place)

    on_loop(start)
    log.wait("listening")
    assert log.names == ["error"] * 3 + ["listening"]
    assert raw_client(second).close() is None


def test_address_that_is_not_ours(second):
    log = Recorder(second, "error")
    second.listen(0, "192.0.2.1")
    err = log.wait("error")["error"]
    assert (err.code, err.errno, err.syscall, err.address) == (
        "EADDRNOTAVAIL",
        errno.EADDRNOTAVAIL,
        "listen",
        "192.0.2.1",
    )
    assert getattr(err, "port", None) is None
    assert str(err) == "listen EADDRNOTAVAIL: address not available 192.0.2.1"
