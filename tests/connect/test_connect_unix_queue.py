"""connect() to a unix server whose queue is full: with connect_timeout it tries again."""

from __future__ import annotations

import socket
import sys
import threading

import pytest

import pynet
from helpers import Recorder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no EAGAIN there")


@pytest.fixture
def full(tmp_path):
    """(listening socket, path) of a server whose queue is full."""
    path = str(tmp_path / "full")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(0)
        waiting = []
        while True:
            sock = socket.socket(socket.AF_UNIX)
            sock.setblocking(False)
            waiting.append(sock)
            try:
                sock.connect(path)
            except BlockingIOError:
                break
        yield listening, path
        for sock in waiting:
            sock.close()


def test_it_connects_when_there_is_room(full):
    listening, path = full
    client = pynet.connect(path, connect_timeout=20)
    log = Recorder(client, "connectionAttempt", "connectionAttemptFailed", "connect", "error")
    threading.Timer(0.05, lambda: listening.accept()[0].close()).start()
    log.wait("connect")
    assert "error" not in log.names and "connectionAttemptFailed" not in log.names
    assert not client.connecting
    client.destroy()


def test_what_was_written_meanwhile_is_sent(full):
    listening, path = full
    with pynet.connect(path, connect_timeout=20) as client:
        client.on("connect", lambda: None)
        client.write(b"early")
        listening.accept()[0].close()
    assert client.bytes_written == 5


def test_connect_timeout_ends_it(full):
    _, path = full
    client = pynet.connect(path, connect_timeout=0.05)
    log = Recorder(client, "error", "close")
    log.wait("close")
    assert log["error"].code == "ETIMEDOUT"


def test_without_connect_timeout_it_fails_at_once(full):
    _, path = full
    log = Recorder(pynet.connect(path), "error", "close")
    log.wait("close")
    assert log["error"].code == "EAGAIN"


def test_destroy_ends_it(full):
    listening, path = full
    client = pynet.connect(path, connect_timeout=20)
    log = Recorder(client, "connect", "close")
    client.destroy()
    log.wait("close")
    listening.accept()[0].close()
    pynet.set_timeout(log.note("later"), 30)
    log.wait("later")
    assert log.names == ["close", "later"]


def test_another_error_meanwhile_is_reported(full, tmp_path):
    listening, path = full
    client = pynet.connect(path, connect_timeout=20)
    log = Recorder(client, "error", "close")
    pynet.set_timeout(listening.close, 20)
    log.wait("close")
    assert log["error"].code == "ECONNREFUSED"


def test_it_keeps_run_going(full):
    listening, path = full
    seen = []

    def main():
        client = pynet.connect(path, connect_timeout=20)
        client.on("connect", lambda: (seen.append("connect"), client.destroy()))
        pynet.set_timeout(lambda: listening.accept()[0].close(), 20).unref()

    pynet.run(main)
    assert seen == ["connect"]
