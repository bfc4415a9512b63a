"""connect() to a name with several addresses: order, races, errors, and the events meanwhile."""

from __future__ import annotations

import contextlib
import errno
import socket

import pytest

import pynet
from helpers import Recorder

EVENTS = ("lookup", "connectionAttempt", "connectionAttemptFailed", "connectionAttemptTimeout", "connect", "ready")
EVENTS += ("error", "close")


def gives(*addresses):
    """A lookup function that finds these, at once."""

    def lookup(hostname, options, callback):
        answers = [(text, 6 if ":" in text else 4) for text in addresses]
        callback(None, answers) if options.get("all") else callback(None, *answers[0])

    return lookup


def connect(port, *addresses, **options):
    """A socket that connects to a name with these addresses, and its recorder: nothing has happened yet."""
    with pynet.turn():
        sock = pynet.connect(port=port, host="some.name", lookup=gives(*addresses), **options)
        return sock, Recorder(sock, *EVENTS)


def tried(seen, event="connectionAttempt"):
    return [args[0] for args in seen.args(event)]


@pytest.fixture
def refusing():
    """A port of the loopback addresses on which no socket listens."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]


@pytest.fixture
def listening():
    """A port with a listener on 127.0.0.1."""
    server = pynet.create_server().listen(0, "127.0.0.1")
    yield server.address().port
    server.close()


@contextlib.contextmanager
def good_on(address):
    """A listener of Python's own on this address; made first, as another connection may use the port there."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as listener:
        listener.bind((address, 0))
        listener.listen()
        yield listener


@contextlib.contextmanager
def full(address="127.0.0.9", port=0):
    """A listener with a full queue, which keeps connects waiting: its port, and a function that makes room."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(3):
            client = stack.enter_context(socket.socket(listener.family))
            client.setblocking(False)
            client.connect_ex(listener.getsockname())

        def make_room():
            listener.settimeout(5)
            for _ in range(2):
                stack.enter_context(listener.accept()[0])

        yield listener.getsockname()[1], make_room


@contextlib.contextmanager
def good_and_full(address):
    """A listener of Python's own on this address, and a full one on the same port of another: that port, and a function
    that makes room. Another program may have the port there: then it is another port."""
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            with contextlib.ExitStack() as attempt, contextlib.suppress(OSError):
                good = attempt.enter_context(good_on(address))
                port, make_room = attempt.enter_context(full(port=good.getsockname()[1]))
                stack.push(attempt.pop_all())
                break
        yield good, port, make_room


# --- order ---


@pytest.mark.parametrize("mode", ["race", "serial"])
def test_families_alternate_and_each_address_is_tried_once(refusing, mode):
    sock, seen = connect(
        refusing, "127.0.0.2", "127.0.0.3", "127.0.0.2", "::1", "127.0.0.4", "127.0.0.2", happy_eyeballs=mode
    )
    seen.wait("close")
    assert tried(seen) == ["127.0.0.2", "::1", "127.0.0.3", "127.0.0.4"]
    assert sock.auto_select_family_attempted_addresses == [
        f"{address}:{refusing}" for address in ("127.0.0.2", "::1", "127.0.0.3", "127.0.0.4")
    ]


def test_a_failed_attempt_is_no_error_when_a_later_one_connects(listening):
    sock, seen = connect(listening, "127.0.0.2", "127.0.0.1")
    seen.wait("ready")
    assert seen.names == [
        "lookup", "lookup", "connectionAttempt", "connectionAttemptFailed", "connectionAttempt", "connect", "ready"
    ]  # fmt: skip
    assert sock.auto_select_family_attempted_addresses == [f"127.0.0.2:{listening}", f"127.0.0.1:{listening}"]
    assert sock.remote_address == "127.0.0.1"
    sock.destroy()


def test_the_list_of_attempted_addresses_is_a_copy(listening):
    sock, seen = connect(listening, "127.0.0.2", "127.0.0.1")
    seen.wait("ready")
    sock.auto_select_family_attempted_addresses.clear()
    assert len(sock.auto_select_family_attempted_addresses) == 2
    sock.destroy()


def test_the_list_of_attempted_addresses_is_that_of_the_last_connect(listening):
    def again(*args):
        sock.off("connectionAttempt", again)
        sock.destroy()
        sock.connect(port=listening, host="other.name", lookup=gives("127.0.0.3", "127.0.0.1"))

    sock, seen = connect(listening, "127.0.0.2", "127.0.0.1")
    sock.on("connectionAttempt", again)
    seen.wait("ready")
    assert sock.auto_select_family_attempted_addresses == [f"127.0.0.3:{listening}", f"127.0.0.1:{listening}"]
    sock.destroy()


def test_one_address_alone_is_no_race(refusing):
    sock, seen = connect(refusing, "127.0.0.2", "127.0.0.2")
    seen.wait("close")
    assert not isinstance(seen["error"], pynet.AggregateError)
    assert sock.auto_select_family_attempted_addresses is None


# --- errors ---


def test_when_all_fail_the_error_is_an_aggregate_of_the_kind_of_the_first(refusing):
    _, seen = connect(refusing, "127.0.0.2", "::1")
    error = seen.wait("close")["error"]
    assert isinstance(error, pynet.AggregateError)
    assert isinstance(error, ConnectionRefusedError)
    assert error.code == "ECONNREFUSED"
    assert [(e.address, e.port) for e in error.errors] == [("127.0.0.2", refusing), ("::1", refusing)]


def test_the_text_of_an_aggregate_names_each_address(refusing):
    _, seen = connect(refusing, "127.0.0.2", "::1")
    error = seen.wait("close")["error"]
    assert str(error) == f"connect ECONNREFUSED 127.0.0.2:{refusing}, ::1:{refusing} (all 2 addresses failed)"
    assert error.strerror == str(error)


def test_the_text_of_an_aggregate_says_what_differs(refusing):
    _, seen = connect(refusing, "127.0.0.2", "::1", "127.0.0.3", block_list=pynet.BlockList(["::1"]))
    error = seen.wait("close")["error"]
    first, blocked, last = map(str, error.errors)
    assert str(error) == f"{first}, {blocked}, {last} (all 3 addresses failed)"


def test_the_text_of_an_aggregate_says_another_code_of_the_same_call():
    with full() as (port, _):
        _, seen = connect(
            port, "127.0.0.9", "127.0.0.2", happy_eyeballs="serial", auto_select_family_attempt_timeout=10
        )
        text = str(seen.wait("close")["error"])
    assert text == f"connect ETIMEDOUT 127.0.0.9:{port}, ECONNREFUSED 127.0.0.2:{port} (all 2 addresses failed)"


def test_the_text_of_an_aggregate_of_many_is_short(refusing):
    _, seen = connect(refusing, *(f"127.0.0.{n}" for n in range(2, 42)))
    text = str(seen.wait("close")["error"])
    assert text.endswith(f", 127.0.0.9:{refusing}, ... (all 40 addresses failed)")


def test_in_a_serial_run_a_time_that_is_up_is_an_error_of_the_aggregate():
    with full() as (port, _):
        _, seen = connect(
            port, "127.0.0.9", "127.0.0.2", happy_eyeballs="serial", auto_select_family_attempt_timeout=10
        )
        error = seen.wait("close")["error"]
    assert [e.code for e in error.errors] == ["ETIMEDOUT", "ECONNREFUSED"]
    assert error.code == "ETIMEDOUT"


@pytest.mark.parametrize("mode", ["race", "serial"])
def test_destroy_tells_the_attempts_that_are_under_way(mode):
    with full() as (port, _):
        sock, seen = connect(
            port, "127.0.0.9", "127.0.0.1", "::1", happy_eyeballs=mode, auto_select_family_attempt_timeout=10
        )
        sock.once("connectionAttemptTimeout", lambda *args: sock.destroy())
        seen.wait("close")
    assert seen.names[-1] == "close"
    told = [(args[0], args[3].code) for args in seen.args("connectionAttemptFailed")]
    # In a serial run the attempt whose time is up is over.
    assert told == ([("127.0.0.9", "ECANCELED")] if mode == "race" else [])


# --- racing ---


def test_an_attempt_whose_time_is_up_may_still_win_the_race():
    with full() as (port, make_room):
        sock, seen = connect(port, "127.0.0.9", "127.0.0.2", auto_select_family_attempt_timeout=10)
        seen.wait("connectionAttemptFailed")
        make_room()
        seen.wait("ready")
        assert seen.names == [
            "lookup", "lookup", "connectionAttempt", "connectionAttemptTimeout", "connectionAttempt",
            "connectionAttemptFailed", "connect", "ready",
        ]  # fmt: skip
        assert sock.remote_address == "127.0.0.9"
        assert sock.auto_select_family_attempted_addresses == [f"127.0.0.2:{port}", f"127.0.0.9:{port}"]
        sock.destroy()


def test_a_second_address_wins_while_the_first_is_kept_waiting():
    with good_and_full("::1") as (good, port, _):
        sock, seen = connect(port, "127.0.0.9", "::1", auto_select_family_attempt_timeout=10)
        seen.wait("ready")
        assert sock.remote_address == "::1"
        assert tried(seen, "connectionAttemptTimeout") == ["127.0.0.9"]
        assert tried(seen, "connectionAttemptFailed") == []
        sock.end(b"hi")
        peer, _ = good.accept()
        with peer:
            peer.settimeout(5)
            assert peer.recv(10) == b"hi"
            assert sock.bytes_written == 2
        sock.destroy()


@pytest.mark.parametrize(("before", "while_racing", "stays"), [("ref", "unref", False), ("unref", "ref", True)])
def test_unref_while_racing_holds_for_the_winner(before, while_racing, stays):
    with full() as (port, make_room):
        seen = []

        def main():
            sock = pynet.connect(
                port=port,
                host="some.name",
                lookup=gives("127.0.0.9", "127.0.0.2"),
                auto_select_family_attempt_timeout=10,
            )
            getattr(sock, before)()
            sock.on("connectionAttemptFailed", lambda *args: (getattr(sock, while_racing)(), make_room()))
            sock.on("ready", lambda: pynet.set_timeout(lambda: (seen.append("later"), sock.destroy()), 100).unref())
            sock.on("close", lambda had_error: seen.append("close"))
            seen.append(sock)

        pynet.run(main)
        assert seen[1:] == (["later", "close"] if stays else [])
        seen[0].destroy()


def test_what_was_written_before_goes_to_the_winner():
    with good_and_full("127.0.0.1") as (good, port, _):
        sock, seen = connect(port, "127.0.0.9", "127.0.0.1", auto_select_family_attempt_timeout=10)
        sock.write(b"early")
        seen.wait("ready")
        peer, _ = good.accept()
        with peer:
            peer.settimeout(5)
            assert peer.recv(10) == b"early"
        sock.destroy()


def test_a_race_is_lost_by_all_when_all_refuse_late():
    with full() as (port, _):
        sock, seen = connect(port, "127.0.0.9", "127.0.0.2", "::1", auto_select_family_attempt_timeout=10)
        seen.wait("connectionAttemptFailed", 2)
        assert sock.connecting
        sock.destroy()
        seen.wait("close")
    assert "error" not in seen.names


@pytest.mark.posix_only("the request of an attempt ends a turn after its handle")
def test_many_racing_attempts_leave_nothing_behind():
    with good_on("127.0.0.1") as good, contextlib.ExitStack() as stack:
        port = good.getsockname()[1]
        slow = [f"127.0.0.{n}" for n in range(20, 28)]
        for address in slow:
            stack.enter_context(full(address, port))
        sock, seen = connect(port, *slow, "127.0.0.1", auto_select_family_attempt_timeout=10)
        seen.wait("ready", timeout=10)
        assert sock.auto_select_family_attempted_addresses == [f"{a}:{port}" for a in [*slow, "127.0.0.1"]]
        assert pynet._pynet._counts()["requests"] == 0
        sock.destroy()


# --- options ---


def test_off_it_tries_the_first_address_only(refusing):
    with pynet.turn():
        sock = pynet.connect(
            port=refusing, host="some.name", lookup=gives("127.0.0.2", "127.0.0.1"), auto_select_family=False
        )
        seen = Recorder(sock, *EVENTS)
    seen.wait("close")
    assert tried(seen) == ["127.0.0.2"]
    assert seen["error"].errno == errno.ECONNREFUSED


def test_the_default_of_happy_eyeballs_is_race():
    assert pynet.get_default_happy_eyeballs() == "race"
    try:
        pynet.set_default_happy_eyeballs("serial")
        assert pynet.getDefaultHappyEyeballs() == "serial"
        with full() as (port, _):
            _, seen = connect(port, "127.0.0.9", "127.0.0.2", auto_select_family_attempt_timeout=10)
            assert seen.wait("close")["error"].code == "ETIMEDOUT"
    finally:
        pynet.set_default_happy_eyeballs("race")


def test_auto_select_family_is_on_by_default(refusing):
    assert pynet.get_default_auto_select_family() is True
    try:
        pynet.set_default_auto_select_family(False)
        assert pynet.getDefaultAutoSelectFamily() is False
        _, seen = connect(refusing, "127.0.0.2", "127.0.0.1")
        seen.wait("close")
        assert tried(seen) == ["127.0.0.2"]
    finally:
        pynet.set_default_auto_select_family(True)
