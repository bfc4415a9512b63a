"""reconnecting(): connects again after each loss, with delays that grow, until stop() or a limit."""

from __future__ import annotations

import threading
import time

import pytest

import pynet
from helpers import Recorder, target, wait_until

FAST = (0.005, 0.02)


@pytest.fixture
def reconnecting():
    made = []

    def make(*args, **options):
        client = pynet.reconnecting(*args, **{"backoff": FAST, **options})
        made.append(client)
        return client

    yield make
    for client in made:
        client.stop(destroy=True)


def test_it_connects_and_gives_the_socket(server, reconnecting):
    client = reconnecting(target(server(lambda sock: sock.write("hi"))))
    log = Recorder(client, "connected")
    sock = log.wait("connected")["connected"]
    assert client.socket is sock
    assert sock.read_exactly(2, timeout=5) == b"hi"


def test_after_a_loss_it_connects_again(server, reconnecting):
    peers = []
    client = reconnecting(target(server(peers.append)))
    log = Recorder(client, "connected", "lost", "giving_up")
    log.wait("connected")
    first = client.socket
    peers[0].end()
    first.resume()
    log.wait("connected", times=2)
    assert log.names == ["connected", "lost", "connected"]
    assert log["lost"] is None
    assert client.socket is not first


def test_lost_has_the_error(server, reconnecting):
    client = reconnecting(target(server()))
    log = Recorder(client, "connected", "lost")
    log.wait("connected")
    error = OSError("gone")
    client.socket.destroy(error)
    log.wait("connected", times=2)
    assert log["lost"] is error


def test_failed_attempts_are_silent_until_one_connects(where, tmp_path, kind, reconnecting):
    srv = pynet.create_server(lambda sock: None).listen(*where)
    address = target(srv)
    srv.shutdown(0).result(5)
    client = reconnecting(address)
    log = Recorder(client, "connected", "lost", "giving_up")
    time.sleep(0.05)
    assert log.entries == []
    place = (address["port"], "127.0.0.1") if kind == "tcp" else (address["path"],)
    again = pynet.create_server(lambda sock: None).listen(*place)
    log.wait("connected")
    client.stop(destroy=True)
    again.close()


def test_max_attempts(tmp_path, reconnecting):
    client = reconnecting(tmp_path / "none", max_attempts=3)
    log = Recorder(client, "giving_up", "lost", "connected")
    log.wait("giving_up")
    assert log.names == ["giving_up"]
    assert log["giving_up"].code == "ENOENT"
    assert client.stopped and client.socket is None


def test_max_elapsed(tmp_path, reconnecting):
    start = time.monotonic()
    client = reconnecting(tmp_path / "none", max_elapsed=0.05)
    Recorder(client, "giving_up").wait("giving_up")
    assert time.monotonic() - start < 5


def test_one_attempt_only(tmp_path, reconnecting):
    Recorder(reconnecting(tmp_path / "none", max_attempts=1), "giving_up").wait("giving_up")


def test_the_delays_grow(monkeypatch, tmp_path, reconnecting):
    delays = []
    real = pynet._pynet.set_timeout

    def set_timeout(callback, ms, *args):
        delays.append(ms)
        return real(callback, 1, *args)

    monkeypatch.setattr(pynet._pynet, "set_timeout", set_timeout)
    client = reconnecting(tmp_path / "none", backoff=(0.1, 0.5), jitter=False, max_attempts=6)
    Recorder(client, "giving_up").wait("giving_up")
    assert delays == pytest.approx([100, 200, 400, 500, 500])


def test_jitter_shortens_them(monkeypatch, tmp_path, reconnecting):
    delays = []
    real = pynet._pynet.set_timeout

    def set_timeout(callback, ms, *args):
        delays.append(ms)
        return real(callback, 1, *args)

    monkeypatch.setattr(pynet._pynet, "set_timeout", set_timeout)
    client = reconnecting(tmp_path / "none", backoff=(0.1, 0.1), max_attempts=20)
    Recorder(client, "giving_up").wait("giving_up")
    assert all(50 <= delay <= 100 for delay in delays)
    assert len(set(delays)) > 1


def test_stop_leaves_the_live_socket(server, reconnecting):
    client = reconnecting(target(server()))
    log = Recorder(client, "connected", "lost")
    sock = log.wait("connected")["connected"]
    client.stop()
    assert not sock.destroyed and client.socket is None and client.stopped
    sock.destroy()
    assert sock.wait("close", timeout=5) is False
    assert log.names == ["connected"]


def test_stop_destroys_it(server, reconnecting):
    client = reconnecting(target(server()))
    sock = Recorder(client, "connected").wait("connected")["connected"]
    client.stop(destroy=True)
    assert sock.destroyed


def test_stop_cancels_an_attempt(server, reconnecting):
    with pynet.turn():
        client = reconnecting(target(server()))
        log = Recorder(client, "connected", "giving_up")
        client.stop()
    done = threading.Event()
    pynet.set_timeout(done.set, 30)
    assert done.wait(5)
    assert log.entries == []


def test_stop_in_a_listener(server, reconnecting):
    peers = []
    client = reconnecting(target(server(peers.append)))
    log = Recorder(client, "connected", "lost")
    client.on("lost", lambda err: client.stop())
    log.wait("connected")
    client.socket.destroy()
    log.wait("lost")
    done = threading.Event()
    pynet.set_timeout(done.set, 60)
    assert done.wait(5)
    assert len(peers) == 1


def test_a_late_listener_hears_of_the_connection(server, reconnecting):
    client = reconnecting(target(server()))
    assert wait_until(lambda: client.socket is not None)
    log = Recorder(client, "connected")
    log.wait("connected")
    assert log["connected"] is client.socket


def test_an_aborted_signal_gives_up(server, reconnecting):
    controller = pynet.AbortController()
    client = reconnecting(target(server()), signal=controller.signal)
    log = Recorder(client, "connected", "lost", "giving_up")
    log.wait("connected")
    controller.abort()
    log.wait("giving_up")
    assert log.names == ["connected", "lost", "giving_up"]
    assert isinstance(log["giving_up"], pynet.AbortError)


def test_it_keeps_run_going_between_attempts(tmp_path):
    given_up = []

    def main():
        client = pynet.reconnecting(tmp_path / "none", backoff=FAST, max_attempts=3)
        client.on("giving_up", given_up.append)

    pynet.run(main)
    assert len(given_up) == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"backoff": 1}, TypeError),
        ({"backoff": (1,)}, TypeError),
        ({"backoff": ("1", 2)}, TypeError),
        ({"backoff": (0, 1)}, ValueError),
        ({"backoff": (2, 1)}, ValueError),
        ({"max_attempts": 0}, ValueError),
        ({"max_attempts": 1.5}, TypeError),
        ({"max_attempts": True}, TypeError),
        ({"max_elapsed": "1"}, TypeError),
        ({"max_elapsed": -1}, ValueError),
        ({"nonsense": 1}, TypeError),
        ({"port": 70000}, ValueError),
    ],
)
def test_wrong_arguments(options, error):
    with pytest.raises(error):
        pynet.reconnecting(**{"port": 80, **options})
