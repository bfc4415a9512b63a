"""Socket.set_timeout(): `timeout` after so long without activity."""

import math
import socket
import time

import pytest

import pynet
from helpers import Recorder, on_loop, target


def test_fires_once_without_activity(pair):
    p = pair()
    log = Recorder(p.client, "timeout", "close")
    assert p.client.timeout is None
    start = time.monotonic()
    assert p.client.set_timeout(20, log.note("callback")) is p.client
    log.wait("callback")
    assert time.monotonic() - start >= 0.019
    assert p.client.timeout == 20
    pynet.set_timeout(log.note("later"), 60)
    log.wait("later")
    assert log.entries == [("timeout", ()), ("callback", ()), ("later", ())]
    assert p.client.destroyed is False


@pytest.mark.parametrize("activity", ["read", "write"])
def test_activity_arms_it_again(pair, activity):
    p = pair()
    p.client.resume()
    p.peer.resume()
    log = Recorder(p.client, "timeout")
    p.client.set_timeout(15)
    for times in (1, 2, 3):
        log.wait("timeout", times=times)
        (p.peer if activity == "read" else p.client).write(b"x")


@pytest.mark.parametrize("activity", ["read", "write"])
def test_activity_puts_it_off(pair, activity):
    p = pair()
    p.peer.resume()
    log = Recorder(p.client, "data", "timeout")
    done = time.monotonic() + 0.25

    def more():
        if time.monotonic() < done:
            (p.peer if activity == "read" else p.client).write(b"x")
            pynet.set_timeout(more, 5)
        else:
            log.note("quiet")()

    def start():
        p.client.set_timeout(100)
        more()

    on_loop(start)
    log.wait("timeout")
    assert log.names.index("quiet") < log.names.index("timeout")


def test_zero_switches_it_off_and_removes_the_callback(pair):
    p = pair()
    log = Recorder(p.client, "timeout")
    callback = log.note("callback")
    p.client.set_timeout(15, callback)
    assert p.client.listener_count("timeout") == 2
    p.client.set_timeout(0, callback)
    assert p.client.listener_count("timeout") == 1
    assert p.client.timeout == 0
    pynet.set_timeout(log.note("later"), 40)
    log.wait("later")
    assert log.names == ["later"]


def test_on_a_socket_that_was_never_connected():
    sock = pynet.Socket()
    log = Recorder(sock, "timeout")
    sock.set_timeout(5)
    log.wait("timeout")
    sock.destroy()


def test_assigning_it_is_set_timeout(pair):
    p = pair()
    log = Recorder(p.client, "timeout")
    p.client.timeout = 10
    assert p.client.timeout == 10
    log.wait("timeout")


@pytest.mark.parametrize("off", [0, None])
def test_assigning_it_switches_it_off(pair, off):
    p = pair()
    log = Recorder(p.client, "timeout")
    with pynet.turn():
        p.client.set_timeout(10)
        p.client.timeout = off
    assert p.client.timeout == off
    pynet.set_timeout(log.note("later"), 40)
    log.wait("later")
    assert log.names == ["later"]


def test_it_may_be_switched_off_by_its_own_listener(pair):
    p = pair()
    log = Recorder(p.client)

    def off():
        p.client.timeout = None
        log.note("off")()

    p.client.on("timeout", off).set_timeout(5)
    log.wait("off")
    assert p.client.timeout is None


@pytest.mark.parametrize(
    ("value", "kind"), [("5", TypeError), (True, TypeError), (-1, ValueError), (math.nan, ValueError)]
)
def test_assigning_a_bad_time_raises_and_changes_nothing(pair, value, kind):
    p = pair()
    p.client.timeout = 5000
    with pytest.raises(kind):
        p.client.timeout = value
    with pytest.raises(TypeError):
        del p.client.timeout
    assert p.client.timeout == 5000


def test_assigning_it_on_a_destroyed_socket_does_nothing():
    sock = pynet.Socket()
    sock.destroy()
    sock.timeout = 5
    assert sock.timeout is None


def test_as_an_option_of_connect(server):
    srv = server(lambda sock: sock.resume())
    client = pynet.connect({**target(srv), "timeout": 100})
    log = Recorder(client, "timeout")
    assert client.timeout == 100
    log.wait("timeout")
    client.destroy()


def test_destroy_cancels_it(pair):
    p = pair()
    log = Recorder(p.client, "timeout", "close")
    with pynet.turn():
        p.client.set_timeout(10)
        p.client.destroy()
    log.wait("close")
    pynet.set_timeout(log.note("later"), 30)
    log.wait("later")
    assert log.names == ["close", "later"]
    assert p.client.set_timeout(10) is p.client


def test_a_long_write_that_makes_progress_is_activity(pair):
    """The peer reads a little, again and again, for longer than the timeout."""
    p = pair()
    for sock, option in ((p.client, socket.SO_SNDBUF), (p.peer, socket.SO_RCVBUF)):
        # With the kernel's large buffers, many small reads pass before it takes more from the writer.
        with socket.socket(fileno=socket.dup(sock.fileno())) as copy:
            copy.setsockopt(socket.SOL_SOCKET, option, 65536)
    here, there = Recorder(p.client, "timeout", "finish"), Recorder(p.peer, "data", "end")
    p.peer.pause()

    def sip(until):
        p.peer.resume()
        if time.monotonic() < until:
            p.peer.once("data", lambda data: p.peer.pause())
            pynet.set_timeout(sip, 10, until)

    def start():
        p.client.write(b"x" * 8_000_000)
        p.client.end()
        p.client.set_timeout(500)
        sip(time.monotonic() + 0.75)

    on_loop(start)
    here.wait("finish", timeout=20)
    assert here.names == ["finish"]
    there.wait("end", timeout=20)
    assert len(there.data()) == 8_000_000


@pytest.mark.parametrize(
    ("args", "kind", "code"),
    [
        (("5",), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((True,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((None,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((-1,), ValueError, "ERR_OUT_OF_RANGE"),
        ((float("nan"),), ValueError, "ERR_OUT_OF_RANGE"),
        ((float("inf"),), ValueError, "ERR_OUT_OF_RANGE"),
        ((5, "callback"), TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_bad_arguments_raise_and_change_nothing(args, kind, code):
    sock = pynet.Socket()
    with pytest.raises(kind) as info:
        sock.set_timeout(*args)
    assert info.value.code == code
    assert (sock.timeout, sock.listener_count("timeout")) == (None, 0)


def test_too_long_a_time_is_cut_with_a_warning():
    sock = pynet.Socket()
    with pytest.warns(pynet.TimeoutOverflowWarning):
        sock.set_timeout(2**31)
    sock.destroy()


def test_it_does_not_keep_run_going(script):
    done = script(
        """
        import pynet
        pynet.run(lambda: pynet.Socket().set_timeout(5000, lambda: print("fired")))
        print("over")
        """,
        timeout=5,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


@pytest.mark.parametrize("method", ["set_timeout", "set_read_timeout"])
def test_a_slow_listener_of_newListener_does_not_cost_the_callback(pair, method):
    """The time starts when the callback is there, however long it takes to add it."""
    p = pair()
    log = Recorder(p.client)
    sooner = log.note("sooner")

    def slowly(event, callback):
        if event == "timeout":
            pynet.set_timeout(sooner, 60)
            log.wait("sooner")  # the loop runs on while we wait

    p.client.on("newListener", slowly)
    getattr(p.client, method)({"set_timeout": 20, "set_read_timeout": 0.02}[method], log.note("callback"))
    log.wait("callback")


def test_a_listener_of_newListener_may_switch_it_off_again(pair):
    p = pair()
    log = Recorder(p.client)

    def off(event, callback):
        p.client.timeout = None

    p.client.on("newListener", off).set_timeout(5, log.note("callback"))
    assert p.client.timeout is None
    pynet.set_timeout(log.note("later"), 40)
    log.wait("later")
    assert log.names == ["later"]
