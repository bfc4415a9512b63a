"""pynet.run() and pynet.stop(): which thread drives, until when, and which one after that."""

import threading
import time

import pytest

import pynet
from helpers import on_loop, printed, wait_until


def later(function, ms=1):
    return pynet.set_timeout(function, ms)


def test_with_nothing_to_do_it_returns_at_once():
    assert pynet.run() is None
    assert pynet.run(None) is None


def test_main_runs_once_on_the_calling_thread_before_anything_is_dispatched():
    order = []

    def main():
        pynet.next_tick(order.append, "tick")
        pynet.set_immediate(order.append, "immediate")
        pynet.set_timeout(order.append, 1, "timer")
        time.sleep(0.02)
        order.append(threading.current_thread())
        return "ignored"

    assert pynet.run(main) is None
    assert order[:2] == [threading.current_thread(), "tick"]
    assert sorted(order[2:]) == ["immediate", "timer"]


def test_nothing_that_was_under_way_is_dispatched_before_main_returns():
    order = []
    on_loop(lambda: None)

    def main():
        order.append("main")
        time.sleep(0.02)
        order.append("main over")

    with pynet.turn():
        pynet.next_tick(order.append, "old tick")
        timer = later(lambda: order.append("old timer"))
    # The background thread may have them first: what counts is that none comes inside main().
    pynet.run(main)
    assert order.index("main over") == order.index("main") + 1
    assert wait_until(lambda: len(order) == 4), order
    pynet.clear_timeout(timer)


@pytest.mark.parametrize("value", [1, "x", object()])
def test_main_must_be_callable(value):
    with pytest.raises(TypeError) as caught:
        pynet.run(value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert '"main"' in str(caught.value)


def test_a_coroutine_function_as_main_is_refused():
    async def main():
        pass

    with pytest.raises(TypeError):
        pynet.run(main)


def test_options_are_checked():
    with pytest.raises(ValueError) as caught:
        pynet.run(on_uncaught="nonsense")
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"
    with pytest.raises(TypeError) as caught:
        pynet.run(on_uncaught=1)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    with pytest.raises(TypeError, match="signals"):
        pynet.run(signal=True)
    with pytest.raises(TypeError):
        pynet.run(None, True)


def test_a_referenced_timer_holds_it_an_unreferenced_one_does_not():
    fired = []
    began = time.monotonic()

    def main():
        later(lambda: fired.append("ref"), 30)
        later(lambda: fired.append("unref"), 60_000).unref()

    pynet.run(main)
    assert fired == ["ref"]
    assert time.monotonic() - began >= 0.03


def test_ref_and_unref_of_a_timer_may_change():
    timers = []

    def main():
        timers.append(later(lambda: None, 60_000))
        timers.append(later(lambda: timers[0].unref(), 5))

    pynet.run(main)
    pynet.clear_timeout(timers[0])


def test_an_interval_holds_it_until_it_is_cleared():
    calls = []

    def main():
        def call():
            calls.append(1)
            if len(calls) == 3:
                pynet.clear_interval(timer)

        timer = pynet.set_interval(call, 1)

    pynet.run(main)
    assert len(calls) == 3


def test_a_server_holds_it_until_it_is_closed(where):
    log = []

    def main():
        server = pynet.create_server(lambda sock: None).listen(*where)
        server.on("close", lambda: log.append("close"))
        later(lambda: log.append("still"), 20)
        later(server.close, 40)

    pynet.run(main)
    assert log == ["still", "close"]


def test_an_unreferenced_server_does_not_hold_it(where):
    server = pynet.create_server(lambda sock: None)

    def main():
        server.listen(*where).unref()

    pynet.run(main)
    assert server.listening
    server.ref()
    later(server.close, 5)
    pynet.run()
    assert not server.listening


def test_a_connection_holds_it_and_unref_lets_it_go(pair):
    p = pair()
    p.server.unref()
    p.peer.unref()
    began = time.monotonic()
    later(p.client.unref, 30)
    pynet.run()
    assert time.monotonic() - began >= 0.03
    assert not p.client.destroyed


def test_it_serves_both_sides_of_a_conversation(where):
    log = []

    def main():
        def on_connection(sock):
            sock.pipe(sock)
            sock.on("close", lambda had: server.close())

        server = pynet.create_server(on_connection).listen(*where)
        address = server.address()
        client = pynet.connect(address if isinstance(address, str) else address.port)
        client.on("data", lambda data: (log.append(data), client.end()))
        client.write("hello")

    pynet.run(main)
    assert log == [b"hello"]


# --- stop() ---


def test_stop_without_run_does_nothing():
    assert pynet.stop() is None
    fired = []
    pynet.run(lambda: later(lambda: fired.append(1)))
    assert fired == [1]


def test_stop_in_main_returns_after_the_first_turn_and_run_goes_on_later():
    fired = []

    def main():
        pynet.next_tick(fired.append, "tick")
        later(lambda: fired.append("timer"), 30)
        pynet.stop()

    pynet.run(main)
    assert fired == ["tick"]
    time.sleep(0.05)
    assert fired == ["tick"], "nobody drives: nothing fires"
    pynet.run()
    assert fired == ["tick", "timer"]


def test_stop_in_a_listener_lets_the_turn_end():
    log = []

    def main():
        pynet.set_immediate(lambda: (log.append("a"), pynet.stop(), pynet.next_tick(log.append, "tick of a")))
        pynet.set_immediate(log.append, "b")

    pynet.run(main)
    assert log == ["a", "tick of a", "b"]


def test_stop_from_another_thread(server):
    listening = server()
    stopper = threading.Timer(0.03, pynet.stop)
    began = time.monotonic()
    pynet.run(stopper.start)
    assert time.monotonic() - began < 5
    stopper.join()
    assert listening.listening, "nothing is closed by stop()"


def test_stop_in_the_middle_of_many_calls_loses_none():
    calls = []
    for _ in range(20):

        def main():
            for i in range(50):
                pynet.set_immediate(calls.append, i)
            pynet.set_immediate(pynet.stop)

        pynet.run(main)
    pynet.run()
    assert calls == list(range(50)) * 20


# --- which thread drives ---


def driver_of_a_call():
    return on_loop(threading.current_thread).name


def test_the_background_hands_over_and_takes_up_again(server):
    listening = server()
    assert driver_of_a_call() == "pynet"
    for _ in range(3):
        seen = []

        def main():
            later(lambda: (seen.append(threading.current_thread()), pynet.stop()), 2)  # noqa: B023

        pynet.run(main)
        assert seen == [threading.main_thread()]
        assert driver_of_a_call() == "pynet"
    assert listening.listening


def test_after_run_nobody_drives_until_a_call_needs_it(server):
    server()
    on_loop(lambda: None)
    pynet.run(pynet.stop)
    for thread in threading.enumerate():
        if thread.name == "pynet":
            thread.join(5)
    assert "pynet" not in [t.name for t in threading.enumerate()]
    assert driver_of_a_call() == "pynet"


def test_the_hand_over_waits_for_a_listener_that_is_under_way():
    inside, log = threading.Event(), []

    def slow():
        inside.set()
        time.sleep(0.1)
        log.append("background")

    pynet.next_tick(slow)
    assert inside.wait(5)
    pynet.run(lambda: log.append("main"))
    assert log == ["background", "main"]


def test_after_an_exception_leaves_run_the_background_takes_over(server):
    listening = server()

    def main():
        raise LookupError("x")

    with pytest.raises(LookupError):
        pynet.run(main)
    closed = threading.Event()
    listening.close(lambda err: closed.set())
    assert closed.wait(5)


def test_run_on_another_thread_drives_there():
    seen, errors = [], []

    def work():
        try:
            pynet.run(lambda: later(lambda: seen.append(threading.current_thread())))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert (seen, errors) == ([thread], [])


def test_two_threads_run_one_drives_the_other_is_told():
    outcomes, started = [], threading.Barrier(2)

    def work():
        started.wait()
        try:
            pynet.run(lambda: later(lambda: None, 100))
            outcomes.append("ran")
        except RuntimeError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(10)
    assert sorted(outcomes) == ["ran", "run() is active already"]


def test_other_thread_that_needs_a_driver_while_run_prepares_starts_none(script):
    """Between taking over and driving run() calls Python; another thread could start a second driver."""
    done = script("""
        import signal, threading
        import pynet
        set_wakeup_fd = signal.set_wakeup_fd

        def slow(*args, **kwargs):
            other = threading.Thread(target=pynet.set_timeout, args=(lambda: None, 1))
            other.start()
            other.join()
            return set_wakeup_fd(*args, **kwargs)
        signal.set_wakeup_fd = slow

        def look():
            print([t.name for t in threading.enumerate()])
            pynet.stop()
        pynet.run(lambda: pynet.set_timeout(look, 5))
        """)
    assert printed(done) == ["['MainThread']"]


# --- where run() is refused ---


def refusal(match):
    with pytest.raises(RuntimeError, match=match) as caught:
        pynet.run(lambda: pytest.fail("main was called"))
    assert caught.type is RuntimeError
    return True


def test_run_inside_a_background_listener_is_refused():
    assert on_loop(refusal, "inside a listener")


def test_run_inside_a_foreground_listener_is_refused():
    seen = []
    pynet.run(lambda: later(lambda: seen.append(refusal("active already|inside a listener"))))
    assert seen == [True]


def test_run_inside_main_is_refused():
    seen = []
    pynet.run(lambda: seen.append(refusal("active already|inside a listener")))
    assert seen == [True]


def test_run_inside_a_turn_is_refused():
    with pynet.turn():
        assert refusal(r"turn\(\)")
        with pynet.turn():
            assert refusal(r"turn\(\)")
    pynet.run()


def test_run_while_another_thread_runs_is_refused():
    running, timers = threading.Event(), []
    thread = threading.Thread(target=pynet.run, args=(lambda: (timers.append(later(print, 60_000)), running.set()),))
    thread.start()
    assert running.wait(5)
    try:
        assert refusal("active already")
    finally:
        pynet.clear_timeout(timers[0])
        thread.join(5)
    assert not thread.is_alive()


def test_run_waits_for_a_turn_block_of_another_thread():
    entered, leave, log = threading.Event(), threading.Event(), []

    def hold():
        with pynet.turn():
            entered.set()
            leave.wait(5)
            log.append("left")

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(5)
    threading.Timer(0.05, leave.set).start()
    pynet.run(lambda: log.append("main"))
    thread.join(5)
    assert log == ["left", "main"]


def test_when_main_raises_its_ticks_wait_for_the_next_run():
    log = []

    def main():
        pynet.next_tick(log.append, "tick")
        raise ValueError("from main")

    with pytest.raises(ValueError, match="from main"):
        pynet.run(main)
    assert log == []
    pynet.run()
    assert log == ["tick"]
