"""Socket.set_read_timeout(): `timeout` when the peer has sent nothing for so long, whatever is written."""

import math
import socket
import time

import pytest

import pynet
from helpers import Recorder, on_loop, wait_until


def writing(sock, every=5):
    """Writes now and then, as a gateway that pings."""
    timer = pynet.set_interval(sock.write, every, b"ping")
    sock.on("close", lambda failed: pynet.clear_interval(timer))
    return timer


def test_what_is_written_does_not_count(pair):
    p = pair()
    p.peer.resume()
    log = Recorder(p.client, "timeout")
    writing(p.client)
    start = time.monotonic()
    assert p.client.set_read_timeout(0.06) is p.client
    log.wait("timeout")
    assert time.monotonic() - start >= 0.059
    assert not p.client.destroyed
    p.client.destroy()


def test_what_the_peer_sends_puts_it_off(pair):
    p = pair()
    log = Recorder(p.client, "timeout")
    p.client.resume()
    done = time.monotonic() + 0.25

    def more():
        if time.monotonic() < done:
            p.peer.write(b"x")
            pynet.set_timeout(more, 5)
        else:
            log.note("quiet")()

    def start():
        p.client.set_read_timeout(0.1)
        more()

    on_loop(start)
    log.wait("timeout")
    assert log.names.index("quiet") < log.names.index("timeout")


def test_it_fires_once_until_the_peer_sends_again(pair):
    p = pair()
    p.client.resume()
    log = Recorder(p.client, "timeout")
    p.client.set_read_timeout(0.02)
    for times in (1, 2, 3):
        log.wait("timeout", times=times)
        p.peer.write(b"x")
    p.client.destroy()


def test_the_callback_is_called_once_and_removed_with_zero(pair):
    p = pair()
    log = Recorder(p.client, "timeout")
    p.client.set_read_timeout(0.02, log.note("callback"))
    log.wait("callback")
    assert p.client.listener_count("timeout") == 1
    callback = log.note("never")
    p.client.set_read_timeout(100, callback)
    assert p.client.listener_count("timeout") == 2
    p.client.set_read_timeout(0, callback)
    assert p.client.listener_count("timeout") == 1


def test_a_paused_socket_does_not_count(pair):
    p = pair()
    log = Recorder(p.client, "timeout")
    p.client.resume()
    p.client.set_read_timeout(0.03)

    def fill():
        p.client.pause()
        p.peer.write(b"x" * 1_000_000)

    on_loop(fill)
    assert wait_until(lambda: p.client.readable_length >= p.client.readable_high_water_mark)
    pynet.set_timeout(log.note("later"), 100)
    log.wait("later")
    assert log.names == ["later"]
    p.client.resume()
    log.wait("timeout")


def test_after_the_end_of_the_peer_it_does_not_fire(pair):
    p = pair({"allow_half_open": True})
    log = Recorder(p.client, "timeout", "end")
    p.client.resume()
    p.client.set_read_timeout(0.03)
    p.peer.end()
    log.wait("end")
    pynet.set_timeout(log.note("later"), 80)
    log.wait("later")
    assert log.names == ["end", "later"]


def test_both_timeouts_at_once(pair):
    p = pair()
    p.peer.resume()
    log = Recorder(p.client, "timeout")
    p.client.set_timeout(5000)
    p.client.set_read_timeout(0.02)
    log.wait("timeout")
    assert (p.client.timeout, p.client.read_timeout) == (5000, 0.02)
    p.client.timeout = None
    assert (p.client.timeout, p.client.read_timeout) == (None, 0.02)
    p.client.set_timeout(20)
    p.client.set_read_timeout(0)
    assert p.client.read_timeout is None
    log.wait("timeout", times=2)


def test_it_counts_in_a_pipe(pair):
    """A pipe between two sockets has a fast path, which counts no activity."""
    p = pair()
    mine, other = socket.socketpair()
    with other:
        dest = p.client.pipe(pynet.Socket(mine.detach()))
        p.peer.write(b"x" * 1000)
        assert len(other.recv(1000, socket.MSG_WAITALL)) == 1000
        count_in_a_pipe(p)
        dest.destroy()


def count_in_a_pipe(p):
    log = Recorder(p.client, "timeout")
    p.client.set_read_timeout(0.02)
    log.wait("timeout")
    p.peer.write(b"x")
    log.wait("timeout", times=2)


def test_destroy_cancels_it(pair):
    p = pair()
    log = Recorder(p.client, "timeout", "close")
    with pynet.turn():
        p.client.set_read_timeout(0.01)
        p.client.destroy()
    log.wait("close")
    pynet.set_timeout(log.note("later"), 30)
    log.wait("later")
    assert log.names == ["close", "later"]
    assert p.client.set_read_timeout(1) is p.client


@pytest.mark.parametrize(
    ("value", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError), (math.nan, ValueError)]
)
def test_a_wrong_value_changes_nothing(pair, value, error):
    sock = pair().client
    sock.set_read_timeout(7)
    with pytest.raises(error):
        sock.set_read_timeout(value)
    assert sock.read_timeout == 7
