"""In which order timers, immediates, ticks and I/O come: what real Node shows for the same scripts."""

from __future__ import annotations

import threading
import time

import pytest

import pynet
from helpers import on_loop


class Log(list):
    """A list of what happened, with note(x) as a callback and done() to wait for."""

    def __init__(self):
        super().__init__()
        self._over = threading.Event()

    def note(self, name):
        return lambda: self.append(name)

    def done(self):
        self._over.set()

    def wait(self):
        assert self._over.wait(5), f"only {list(self)}"
        return list(self)


@pytest.fixture
def log():
    return Log()


def test_timers_in_the_order_of_their_deadlines(log):
    def start():
        for name, ms in [(9, 9), (1, 1), (5, 5), ("1b", 1), (0, 0)]:
            pynet.set_timeout(log.note(name), ms)
        pynet.set_timeout(log.done, 15)

    on_loop(start)
    assert log.wait() == [1, "1b", 0, 5, 9]


def test_many_timers_with_equal_delays_keep_their_order(log):
    def start():
        for i in range(2000):
            pynet.set_timeout(log.append, 3, i)
        pynet.set_timeout(log.done, 3)

    on_loop(start)
    assert log.wait() == list(range(2000))


def test_a_late_loop_keeps_the_order_of_the_deadlines(log):
    def start():
        pynet.set_timeout(log.note("20"), 20)
        pynet.set_timeout(log.note("10"), 10)
        pynet.set_timeout(log.note("15"), 15)
        time.sleep(0.03)
        pynet.set_timeout(log.done, 1)

    on_loop(start)
    assert log.wait() == ["10", "15", "20"]


def test_ticks_run_between_two_timers_that_are_due(log):
    def start():
        pynet.set_timeout(lambda: (log.append("a"), pynet.next_tick(log.note("tick of a"))), 2)
        pynet.set_timeout(log.note("b"), 2)
        pynet.set_timeout(log.done, 3)

    on_loop(start)
    assert log.wait() == ["a", "tick of a", "b"]


def test_the_order_inside_an_io_callback(pair, log):
    """Real Node: s, n, nn, i, ni, i2, t, i3."""
    p = pair()

    def first_immediate():
        log.append("i")
        pynet.next_tick(log.note("ni"))
        pynet.set_immediate(lambda: (log.append("i3"), log.done()))

    def on_data(data):
        pynet.set_timeout(log.note("t"), 0)
        pynet.set_immediate(first_immediate)
        pynet.set_immediate(log.note("i2"))
        pynet.next_tick(lambda: (log.append("n"), pynet.next_tick(log.note("nn"))))
        time.sleep(0.005)
        log.append("s")

    p.peer.on("data", on_data)
    p.client.write(b"x")
    assert log.wait() == ["s", "n", "nn", "i", "ni", "i2", "t", "i3"]


def test_inside_a_timer_an_immediate_comes_before_a_new_timer(log):
    def start():
        pynet.set_timeout(lambda: (log.append("t"), log.done()), 0)
        pynet.set_immediate(log.note("i"))

    pynet.set_timeout(start, 1)
    assert log.wait() == ["i", "t"]


def test_a_timer_set_by_a_timer_waits_for_the_next_pass(log):
    def start():
        pynet.set_timeout(lambda: (time.sleep(0.003), pynet.set_timeout(log.note("new"), 1), time.sleep(0.003)), 1)
        pynet.set_timeout(log.note("old"), 1)
        pynet.set_timeout(log.done, 15)

    on_loop(start)
    assert log.wait() == ["old", "new"]


def test_immediates_set_by_immediates_wait_for_the_next_turn(log):
    def again(n):
        log.append(n)
        if n < 3:
            pynet.set_immediate(again, n + 1)
        else:
            log.done()

    def start():
        pynet.set_immediate(again, 0)
        pynet.set_immediate(log.note("second"))

    on_loop(start)
    assert log.wait() == [0, "second", 1, 2, 3]


def test_ticks_run_to_the_end_before_anything_else(log):
    def again(n):
        log.append(n)
        if n < 50:
            pynet.next_tick(again, n + 1)

    def start():
        pynet.set_immediate(log.done)
        pynet.set_timeout(log.note("timer"), 0)
        time.sleep(0.002)
        again(0)

    on_loop(start)
    assert [n for n in log.wait() if n != "timer"] == list(range(51))
    assert log.index(50) == 50


def test_a_tick_runs_after_the_call_that_made_it(log):
    def start():
        pynet.next_tick(log.note("tick"))
        log.append("rest")
        pynet.next_tick(log.done)

    on_loop(start)
    assert log.wait() == ["rest", "tick"]


def test_the_order_of_a_whole_script_in_the_foreground():
    log = []

    def main():
        pynet.set_timeout(log.append, 1, "timer")
        pynet.set_immediate(log.append, "immediate")
        pynet.next_tick(log.append, "tick")
        log.append("main")

    pynet.run(main)
    assert log[:2] == ["main", "tick"]
    assert sorted(log[2:]) == ["immediate", "timer"]


def test_nothing_runs_before_main_returns():
    log = []

    def main():
        pynet.set_timeout(log.append, 0, "timer")
        pynet.set_immediate(log.append, "immediate")
        time.sleep(0.01)
        log.append("main")

    pynet.run(main)
    assert log[0] == "main" and len(log) == 3


def test_calls_from_another_thread_in_order(log):
    with pynet.turn():
        pynet.set_immediate(log.note("immediate"))
        pynet.next_tick(log.note("tick"))
        pynet.next_tick(log.note("tick 2"))
        pynet.set_timeout(log.done, 20)
    assert log.wait() == ["tick", "tick 2", "immediate"]
