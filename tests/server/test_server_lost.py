"""An accepted connection that the peer or the network ends, without an `error` listener: a line in the log."""

from __future__ import annotations

import logging
import socket
import struct
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until
from pynet import _run

CODES = ["ECONNRESET", "EPIPE", "ECONNABORTED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ERR_WRITE_BUFFER_FULL"]


def error_of(code):
    error = pynet.NetError(f"made {code}")
    error.code = code
    return error


def reset(client):
    """Closes with a reset, at once."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.fixture
def log(caplog):
    """The messages of the logger pynet.server; each test begins without a limit that is in force."""
    caplog.set_level(logging.WARNING)
    _run.lost.reset()
    yield lambda: [r.getMessage() for r in caplog.records if r.name == "pynet.server" and r.levelname == "WARNING"]
    _run.lost.reset()


@pytest.fixture
def reported(monkeypatch):
    """What reached threading.excepthook."""
    seen = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    return seen


def fail(srv, error):
    """A connection that a listener destroys with the error; its events."""
    seen = []
    srv.once("connection", lambda sock: seen.append(Recorder(sock, "close")) or sock.destroy(error))
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    seen[0].wait("close")
    return seen[0]


# --- in the background ---


@pytest.mark.parametrize("kind", ["tcp"])
def test_a_reset_is_logged_and_not_reported(server, log, reported):
    peers = []
    srv = server(lambda sock: peers.append(Recorder(sock, "close")) or sock.on("data", lambda chunk: None))
    client = raw_client(srv)
    assert wait_until(lambda: peers)
    reset(client)
    assert peers[0].wait("close")["close"] is True
    assert len(log()) == 1
    assert "ECONNRESET" in log()[0] and "Socket" in log()[0] and "no 'error' listener" in log()[0]
    assert reported == []
    assert srv.listening


@pytest.mark.parametrize("code", CODES)
def test_each_code_is_the_peers(server, log, reported, code):
    assert fail(server(), error_of(code))["close"] is True
    assert len(log()) == 1 and code in log()[0]
    assert reported == []


@pytest.mark.parametrize("error", [error_of("EBADF"), error_of(None), ValueError("mine"), ConnectionResetError("mine")])
def test_all_other_errors_are_reported(server, log, reported, error):
    fail(server(), error)
    assert [args.exc_value for args in reported] == [error]
    assert log() == []


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
def test_a_peer_that_does_not_read(server, log, reported):
    srv = server(lambda sock: sock.write(bytes(16 << 20)), max_write_buffer=1 << 16)
    with raw_client(srv) as client:
        assert wait_until(log)
        client.recv(1)
    assert "max_write_buffer" in log()[0]
    assert reported == []


def test_the_error_of_a_client_is_reported(pair, log, reported):
    p = pair()
    on_loop(p.client.destroy, error_of("ECONNRESET"))
    assert wait_until(lambda: reported)
    assert log() == []


def test_with_an_error_listener_there_is_no_line(pair, log, reported):
    p = pair()
    heard = Recorder(p.peer, "error", "close")
    p.peer.destroy(error_of("ECONNRESET"))
    heard.wait("close")
    assert heard.names == ["error", "close"]
    assert (log(), reported) == ([], [])


def test_a_call_that_waits_hears_it(bare, log, reported):
    srv = bare()
    with raw_client(srv):
        sock = srv.accept(5)
        sock.destroy(error_of("ECONNRESET"))
        with pytest.raises(pynet.NetError, match="made ECONNRESET"):
            sock.read_exactly(1, 5)
    assert (log(), reported) == ([], [])


def test_an_error_listener_that_comes_late_hears_it(bare, log, reported):
    srv = bare()
    with raw_client(srv):
        sock = srv.accept(5)
        sock.destroy(error_of("ECONNRESET"))
        Recorder(sock, "error").wait("error")
    assert (log(), reported) == ([], [])


def test_a_handler_of_the_user_gets_it(server, log, uncaught):
    error = error_of("ECONNRESET")
    fail(server(), error)
    assert [exc for exc, emitter in uncaught] == [error]
    assert isinstance(uncaught[0][1], pynet.Socket)
    assert log() == []


def test_a_pipeline_without_a_callback(server, log, reported):
    srv = server(lambda sock: pynet.pipeline(sock, sock) and sock.destroy(error_of("EPIPE")))
    with raw_client(srv) as client:
        assert client.recv(1) == b""
        assert wait_until(log)
    assert "EPIPE" in log()[0]
    assert reported == []


def test_a_pipeline_of_a_client_is_reported(pair, log, reported):
    p = pair()
    error = error_of("EPIPE")
    on_loop(lambda: pynet.pipeline(p.client, p.client) and p.client.destroy(error))
    assert wait_until(lambda: reported)
    assert log() == []


# --- in run() ---


SERVER = """
    import socket, struct, sys, pynet
    def main():
        global server
        server = pynet.create_server(lambda sock: sock.pipe(sock)).listen(0, "127.0.0.1")
        def client():
            sock = socket.create_connection(server.address()[:2])
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return sock
        def one(sock):
            sock.on("close", lambda had_error: print("closed", had_error) or again())
        server.on("connection", one)
        client().close()
    def again():
        if not rest:
            return server.close()
        rest.pop()
        sock = socket.create_connection(server.address()[:2])
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    rest = [1, 2]
"""


@pytest.mark.parametrize("options", ["", ', on_uncaught="log"'])
def test_it_does_not_end_run(script, options):
    done = script(f"{SERVER}\n    pynet.run(main{options})\n    print('over')")
    assert done.stdout.splitlines() == ["closed True"] * 3 + ["over"]
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and "ECONNRESET" in lines[0], done.stderr


def test_a_handler_of_the_user_gets_it_in_run(script):
    done = script(f"""{SERVER}
    pynet.set_uncaught_handler(lambda exc, emitter: print("handler", exc.code))
    pynet.run(main)
    """)
    assert done.stdout.splitlines() == ["handler ECONNRESET", "closed True"] * 3
    assert done.stderr == ""


# --- the limit ---


def test_many_are_counted_and_said_in_one_line(server, log, monkeypatch):
    monkeypatch.setattr(_run.lost, "interval", 100_000)
    srv = server()
    for code in ["ECONNRESET"] * 4 + ["EPIPE"] * 2:
        fail(srv, error_of(code))
    _run.lost.flush()
    assert "made ECONNRESET" in log()[0]
    assert log()[1:] == ["5 more connections are lost: ECONNRESET 3, EPIPE 2"]


def test_the_count_is_said_after_the_interval(server, log, monkeypatch):
    monkeypatch.setattr(_run.lost, "interval", 0.1)
    srv = server()
    while not any("more connections are lost: ECONNRESET" in line for line in log()):
        fail(srv, error_of("ECONNRESET"))


def test_after_a_quiet_interval_the_next_one_is_said_at_once(server, log, monkeypatch):
    monkeypatch.setattr(_run.lost, "interval", 0.0)
    srv = server()
    fail(srv, error_of("ECONNRESET"))
    fail(srv, error_of("EPIPE"))
    assert ["made ECONNRESET" in log()[0], "made EPIPE" in log()[1]] == [True, True]


def test_the_limit_does_not_keep_run(script):
    done = script(
        f"{SERVER}\n    import time\n    began = time.monotonic()\n    pynet.run(main)\n"
        "    print(time.monotonic() - began < 5)"
    )
    assert done.stdout.splitlines()[-1] == "True"


def test_a_log_handler_that_raises_costs_nothing_else(server, log, monkeypatch):
    seen = []
    monkeypatch.setattr("sys.unraisablehook", seen.append)

    class Broken(logging.Handler):
        def emit(self, record):
            raise ZeroDivisionError

    broken = Broken()
    logging.getLogger("pynet.server").addHandler(broken)
    try:
        fail(server(), error_of("ECONNRESET"))
        assert wait_until(lambda: seen)
    finally:
        logging.getLogger("pynet.server").removeHandler(broken)
    assert seen[0].exc_type is ZeroDivisionError
