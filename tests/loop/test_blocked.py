"""set_slow_listener() and watch_blocked()."""

from __future__ import annotations

import logging
import sys
import threading
import time

import pytest

import pynet
from helpers import on_loop, printed, run_script, wait_until

ANY = 1e-9  # each call takes so long
NEVER = 1000


@pytest.fixture
def slow():
    """A function that switches the reports on, and returns the list of them."""

    def begin(seconds=ANY):
        seen = []
        pynet.set_slow_listener(seconds, seen.append)
        return seen

    yield begin
    pynet.set_slow_listener(None)


@pytest.fixture
def watch():
    yield pynet.watch_blocked
    pynet.watch_blocked(None)


# --- set_slow_listener() ---


def test_a_listener_is_reported_with_its_event_and_its_emitter(slow, pair):
    ends = pair()
    got = []

    def on_data(data):
        time.sleep(0.01)
        got.append(data)

    ends.peer.on("data", on_data)
    seen = slow(0.01)
    ends.client.write(b"x")
    assert wait_until(lambda: seen)
    report = next(each for each in seen if each.listener is on_data)
    assert (report.event, report.emitter) == ("data", ends.peer)
    assert report.seconds >= 0.01
    assert isinstance(report, pynet.SlowListener)


def test_a_callback_is_reported_without_an_event(slow, pair):
    ends = pair()
    seen = slow()

    def written(err):
        """The callback."""

    ends.client.write(b"x", written)
    assert wait_until(lambda: written in [each.listener for each in seen])
    report = next(each for each in seen if each.listener is written)
    assert report.event is None


def test_the_callback_of_a_timer_has_no_emitter(slow):
    seen = slow()
    called = threading.Event()
    pynet.set_timeout(called.set, 1)
    assert called.wait(5)
    assert wait_until(lambda: seen)
    assert (seen[0].event, seen[0].emitter) == (None, None)


def test_a_fast_listener_is_not_reported(slow):
    seen = slow(NEVER)
    on_loop(int)
    on_loop(int)
    assert seen == []


def test_only_the_outermost_call_is_reported(slow):
    emitter = pynet.EventEmitter()

    def inner():
        """A listener that the outer callback calls."""

    emitter.on("inner", inner)
    seen = slow()
    on_loop(emitter.emit, "inner")
    on_loop(int)
    assert inner not in [each.listener for each in seen]
    assert seen


def test_what_is_emitted_outside_of_the_loop_is_not_reported(slow):
    emitter = pynet.EventEmitter()
    emitter.on("x", int)
    seen = slow()
    emitter.emit("x")
    assert seen == []


def test_a_once_listener_is_reported_as_the_function(slow):
    emitter = pynet.EventEmitter()
    server = pynet.Server()

    def listening():
        """A listener that is called once."""

    server.once("listening", listening)
    seen = slow()
    server.listen(0, "127.0.0.1")
    assert wait_until(lambda: listening in [each.listener for each in seen])
    server.shutdown(0).result(5)
    del emitter


def test_a_listener_that_raises_is_reported_and_its_exception_is_uncaught(slow):
    errors = []
    previous = pynet.set_uncaught_handler(lambda exc, emitter: errors.append(type(exc)))
    try:

        def fail():
            raise LookupError

        seen = slow()
        pynet.next_tick(fail)
        assert wait_until(lambda: errors)
        assert fail in [each.listener for each in seen]
        assert errors == [LookupError]
    finally:
        pynet.set_uncaught_handler(previous)


def test_a_handler_may_switch_it_off_and_may_raise(monkeypatch):
    hooked, calls = [], []
    monkeypatch.setattr(sys, "unraisablehook", lambda args: hooked.append(args.exc_type))

    def handler(slow):
        calls.append(slow)
        pynet.set_slow_listener(None)
        raise LookupError

    pynet.set_slow_listener(ANY, handler)
    on_loop(int)
    on_loop(int)
    assert wait_until(lambda: hooked == [LookupError])
    assert len(calls) == 1


def test_without_a_handler_it_is_logged(caplog):
    def slow_one():
        """A callback."""

    with caplog.at_level(logging.WARNING, "pynet"):
        pynet.set_slow_listener(ANY)
        try:
            called = threading.Event()
            pynet.next_tick(slow_one)
            pynet.next_tick(called.set)
            assert called.wait(5)
        finally:
            pynet.set_slow_listener(None)
    texts = [record.getMessage() for record in caplog.records]
    assert any(text.startswith("callback slow_one (test_blocked.py:") and text.endswith(" s") for text in texts), texts


def test_the_log_names_the_event_and_the_emitter(caplog):
    server = pynet.Server()

    @server.on("listening")
    def on_listening():
        """A listener."""

    with caplog.at_level(logging.WARNING, "pynet"):
        pynet.set_slow_listener(ANY)
        try:
            server.listen(0, "127.0.0.1")
            assert wait_until(lambda: "on_listening" in caplog.text)
        finally:
            pynet.set_slow_listener(None)
    server.shutdown(0).result(5)
    assert "listener on_listening (test_blocked.py:" in caplog.text
    assert "of listening of <pynet.Server listening" in caplog.text


# --- watch_blocked() ---


def block_until(event):
    """A callback that blocks the loop until the report has come."""
    assert event.wait(30)


def test_a_turn_that_lasts_is_reported_while_it_lasts_with_the_stack(watch):
    seen, reported = [], threading.Event()

    def handler(blocked):
        seen.append((blocked, threading.current_thread().name))
        reported.set()

    watch(0.01, handler)
    thread = on_loop(threading.get_ident)
    on_loop(block_until, reported, timeout=40)
    blocked, name = seen[0]
    assert blocked.seconds >= 0.01
    assert blocked.thread == thread
    assert "block_until" in [frame.name for frame in blocked.stack]
    assert blocked.stack[-1].name == "wait"  # the innermost call is the last
    assert blocked.held is False
    assert name == "pynet-watch"
    assert isinstance(blocked, pynet.Blocked)


def test_a_turn_is_reported_once(watch):
    seen = []
    watch(0.005, seen.append)

    def block():
        assert wait_until(lambda: seen)
        time.sleep(0.05)  # several looks of the watcher

    on_loop(block)
    assert len(seen) == 1


def test_a_turn_block_that_holds_the_loop_is_reported_as_such(watch):
    seen = []
    on_loop(int)
    watch(0.01, seen.append)
    with pynet.turn():
        pynet.next_tick(int)
        assert wait_until(lambda: seen)
    assert seen[0].held is True


def test_an_idle_loop_is_not_reported(watch):
    seen = []
    watch(0.002, seen.append)
    on_loop(int)
    seen.clear()
    time.sleep(0.05)  # the loop waits meanwhile
    assert [blocked for blocked in seen if blocked.seconds >= 0.05] == []


def test_none_ends_the_watch():
    pynet.watch_blocked(0.01, print)
    pynet.watch_blocked(0.01, print)
    pynet.watch_blocked(None)
    assert wait_until(lambda: "pynet-watch" not in {thread.name for thread in threading.enumerate()}, timeout=20)


def test_an_exception_of_the_handler_is_logged_and_the_watch_goes_on(watch, caplog):
    seen = []

    def handler(blocked):
        seen.append(blocked)
        raise LookupError("broken handler")

    with caplog.at_level(logging.ERROR, "pynet"):
        watch(0.005, handler)
        on_loop(lambda: wait_until(lambda: len(seen) == 1))
        on_loop(lambda: wait_until(lambda: len(seen) >= 2))
    assert len(seen) >= 2
    assert "the handler of watch_blocked() has raised" in caplog.text
    assert "broken handler" in caplog.text


def test_without_a_handler_the_stack_is_logged(watch, caplog):
    with caplog.at_level(logging.WARNING, "pynet"):
        watch(0.005)
        on_loop(lambda: wait_until(lambda: "wait_until" in caplog.text))
    assert "the loop has not gone on for 0." in caplog.text


def test_it_does_not_keep_run_going():
    script = """
        import pynet
        pynet.watch_blocked(10)
        pynet.run(int)
        print(pynet.active())
    """
    assert printed(run_script(script)) == ["[]"]


def test_the_child_of_a_fork_can_watch_again():
    script = """
        import os, threading, pynet
        pynet.watch_blocked(10)
        if os.fork() == 0:
            seen = threading.Event()
            pynet.watch_blocked(0.01, lambda blocked: seen.set())
            pynet.run(lambda: pynet.set_immediate(seen.wait, 10))
            print(seen.is_set(), flush=True)
            os._exit(0)
        os.wait()
        os._exit(0)
    """
    assert printed(run_script(script)) == ["True"]


# --- arguments ---


@pytest.mark.parametrize("function", [pynet.set_slow_listener, pynet.watch_blocked])
@pytest.mark.parametrize(
    ("seconds", "error", "code"),
    [
        (0, ValueError, "ERR_OUT_OF_RANGE"),
        (-1, ValueError, "ERR_OUT_OF_RANGE"),
        (float("nan"), ValueError, "ERR_OUT_OF_RANGE"),
        ("1", TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_wrong_seconds_are_refused(function, seconds, error, code):
    with pytest.raises(error, match='"seconds"') as caught:
        function(seconds)
    assert caught.value.code == code


def test_ctrl_c_in_the_handler_of_slow_listeners_ends_run():
    script = """
        import signal
        import pynet

        def main():
            pynet.set_slow_listener(1e-9, lambda slow: signal.raise_signal(signal.SIGINT))
            pynet.set_timeout(lambda: None, 1)

        try:
            pynet.run(main)
        except KeyboardInterrupt:
            print("Ctrl-C")
    """
    assert printed(run_script(script)) == ["Ctrl-C"]


@pytest.mark.parametrize("function", [pynet.set_slow_listener, pynet.watch_blocked])
def test_a_wrong_handler_is_refused(function):
    with pytest.raises(TypeError, match='"handler"'):
        function(1, 5)


@pytest.mark.parametrize("function", [pynet.set_slow_listener, pynet.watch_blocked])
@pytest.mark.parametrize("seconds", [1, 1e300, float("inf")])
def test_any_number_above_0_is_taken(function, seconds):
    function(seconds, print)
    function(None)
