"""AbortSignal.timeout() and any(), and what keeps a signal alive."""

from __future__ import annotations

import gc
import sys
import threading
import time
import tracemalloc
import weakref

import pytest

import pynet
from helpers import wait_until

LONG = 4294967295


@pytest.fixture
def log():
    return []


def gone(ref):
    gc.collect()
    return ref() is None


def listener(_event):
    pass


# --- timeout() ---
# What is to be said before the time is up is said in a turn(): the loop may be faster than the next line.


def test_timeout_aborts_with_a_timeout_error():
    fired = threading.Event()
    with pynet.turn():
        signal = pynet.AbortSignal.timeout(1)
        signal.add_event_listener("abort", lambda _event: fired.set())
    assert fired.wait(5)
    assert signal.aborted
    assert type(signal.reason) is pynet.NetTimeoutError
    assert (str(signal.reason), signal.reason.code) == ("The operation was aborted due to timeout", "TIMEOUT_ERR")
    with pytest.raises(TimeoutError):
        signal.throw_if_aborted()


def test_timeout_is_not_early():
    begun = time.monotonic()
    signal = pynet.AbortSignal.timeout(30)
    assert wait_until(lambda: signal.aborted)
    assert time.monotonic() - begun >= 0.030


@pytest.mark.parametrize("ms", [0, 1, 1.0])
def test_short_timeouts(ms):
    with pynet.turn():
        signal = pynet.AbortSignal.timeout(ms)
        assert not signal.aborted
    assert wait_until(lambda: signal.aborted)


def test_long_timeouts_are_not_cut():
    """Where set_timeout() counts more than 31 bits as 1 ms."""
    signal = pynet.AbortSignal.timeout(LONG)
    short = pynet.AbortSignal.timeout(2)
    assert wait_until(lambda: short.aborted)
    assert not signal.aborted


def test_listeners_of_a_timeout_are_called_by_the_loop(log):
    in_a_tick = []

    def on_abort(_event):
        log.append(threading.current_thread())
        pynet.next_tick(in_a_tick.append, len(log))
        signal.add_event_listener("abort", log.append)

    with pynet.turn():
        signal = pynet.AbortSignal.timeout(1)
        signal.add_event_listener("abort", on_abort)
    assert wait_until(lambda: in_a_tick)
    assert log[0] is not threading.current_thread()
    assert in_a_tick == [1]


def test_exceptions_of_a_timeouts_listeners_are_reported(log):
    error = ValueError("mine")

    def fail(_event):
        raise error

    previous = pynet.set_uncaught_handler(lambda exc, _emitter: log.append(exc))
    try:
        with pynet.turn():
            signal = pynet.AbortSignal.timeout(1)
            signal.onabort = fail
            signal.add_event_listener("abort", lambda _event: log.append("second"))
        assert wait_until(lambda: len(log) == 2)
    finally:
        pynet.set_uncaught_handler(previous)
    assert log == ["second", error]


def test_timeout_does_not_keep_run_going(script):
    result = script("""
        import pynet

        def main():
            pynet.AbortSignal.timeout(60_000).add_event_listener("abort", print)

        pynet.run(main)
        print("over")
    """)
    assert result.stdout == "over\n"


def test_run_raises_what_ends_the_program(script):
    result = script("""
        import sys
        import pynet

        def main():
            pynet.AbortSignal.timeout(1).add_event_listener("abort", lambda _event: sys.exit("bye"))
            pynet.set_timeout(print, 10_000, "not this")

        try:
            pynet.run(main)
        except SystemExit as error:
            print("run", error)
    """)
    assert result.stdout == "run bye\n"


def test_timeout_that_nobody_holds_goes_away():
    signal = pynet.AbortSignal.timeout(LONG)
    ref = weakref.ref(signal)
    del signal
    assert ref() is None


def test_timeout_with_a_listener_stays_until_it_fires(log):
    with pynet.turn():
        signal = pynet.AbortSignal.timeout(20)
        signal.add_event_listener("abort", log.append)
    ref = weakref.ref(signal)
    del signal
    assert not gone(ref) or log
    assert wait_until(lambda: log)
    log.clear()
    assert wait_until(lambda: gone(ref))


@pytest.mark.parametrize("how", ["listener", "onabort"])
def test_timeout_goes_away_when_its_listener_does(how):
    signal = pynet.AbortSignal.timeout(LONG)
    if how == "listener":
        signal.add_event_listener("abort", listener)
    else:
        signal.onabort = listener
    ref = weakref.ref(signal)
    del signal
    assert not gone(ref)
    if how == "listener":
        ref().remove_event_listener("abort", listener)
    else:
        ref().onabort = None
    assert gone(ref)


# --- any() ---


def test_any_is_aborted_with_the_first(log):
    one, two = pynet.AbortController(), pynet.AbortController()
    signal = pynet.AbortSignal.any(controller.signal for controller in (one, two))
    signal.add_event_listener("abort", lambda event: log.append((event.target, event.target.reason)))
    assert not signal.aborted
    two.abort("two")
    one.abort("one")
    assert log == [(signal, "two")]
    assert signal.reason == "two"


def test_any_of_one_that_has_been_aborted_is_aborted():
    aborted = [pynet.AbortSignal.abort(reason) for reason in ("first", "second")]
    signal = pynet.AbortSignal.any([pynet.AbortController().signal, *aborted])
    assert signal.aborted
    assert signal.reason == "first"
    assert signal not in aborted


def test_any_of_nothing_is_never_aborted():
    signal = pynet.AbortSignal.any([])
    assert not pynet.AbortSignal.any([signal]).aborted


def test_all_are_aborted_before_the_first_listener_and_called_source_first(log):
    controller = pynet.AbortController()
    first = pynet.AbortSignal.any([controller.signal, controller.signal])
    second = pynet.AbortSignal.any([pynet.AbortController().signal, first])
    signals = {"source": controller.signal, "first": first, "second": second}
    for name in ("second", "first", "source"):
        signals[name].add_event_listener(
            "abort", lambda _event, name=name: log.append((name, all(s.aborted for s in signals.values())))
        )
    controller.abort("why")
    assert log == [("source", True), ("first", True), ("second", True)]
    assert first.reason == second.reason == "why"


def test_timeouts_within_any_that_nobody_holds(log):
    with pynet.turn():
        signal = pynet.AbortSignal.any([pynet.AbortController().signal, pynet.AbortSignal.timeout(20)])
        signal.add_event_listener("abort", lambda event: log.append(event.target.reason))
    ref = weakref.ref(signal)
    del signal
    gc.collect()
    assert wait_until(lambda: log)
    assert isinstance(log.pop(), TimeoutError)
    assert wait_until(lambda: gone(ref))


def test_timeouts_within_any_that_is_held():
    signal = pynet.AbortSignal.any([pynet.AbortSignal.timeout(5)])
    gc.collect()
    assert wait_until(lambda: signal.aborted)


def test_any_with_a_listener_lives_as_long_as_its_source(log):
    controller = pynet.AbortController()
    signal = pynet.AbortSignal.any([controller.signal])
    signal.add_event_listener("abort", log.append)
    ref = weakref.ref(signal)
    del signal
    assert not gone(ref)
    controller.abort()
    assert len(log) == 1
    log.clear()
    assert gone(ref)


def test_any_with_a_listener_goes_with_its_sources():
    controllers = [pynet.AbortController() for _ in range(3)]
    signal = pynet.AbortSignal.any(controller.signal for controller in controllers)
    signal.add_event_listener("abort", lambda _event, signal=signal, controllers=controllers: signal)
    refs = [weakref.ref(signal), *(weakref.ref(controller) for controller in controllers)]
    del signal
    assert not gone(refs[0])
    del controllers
    assert all(gone(ref) for ref in refs)


def test_any_goes_away_when_its_listener_does():
    controller = pynet.AbortController()
    signal = pynet.AbortSignal.any([controller.signal])
    signal.onabort = listener
    ref = weakref.ref(signal)
    del signal
    assert not gone(ref)
    ref().onabort = None
    assert ref() is None


def test_ten_thousand_of_any_over_one_signal_leave_nothing_behind():
    controller, other = pynet.AbortController(), pynet.AbortSignal.timeout(LONG)
    signals = [controller.signal, other]

    def make():
        for _ in range(10_000):
            signal = pynet.AbortSignal.any(signals)
            signal.add_event_listener("abort", listener)
            signal.remove_event_listener("abort", listener)

    make()
    gc.collect()
    references = sys.getrefcount(controller.signal), sys.getrefcount(other)
    tracemalloc.start()
    try:
        make()
        del signals[2:]
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < 10_000
    finally:
        tracemalloc.stop()
    assert (sys.getrefcount(controller.signal), sys.getrefcount(other)) == references


def test_an_iterable_may_do_as_it_likes():
    controller = pynet.AbortController()

    def signals():
        yield controller.signal
        controller.abort("meanwhile")
        yield pynet.AbortController().signal

    assert pynet.AbortSignal.any(signals()).reason == "meanwhile"

    def failing():
        yield controller.signal
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        pynet.AbortSignal.any(failing())


# --- collection ---


def test_circles_are_collected():
    class Reason:
        pass

    controller, reason = pynet.AbortController(), Reason()
    controller.signal.add_event_listener("abort", lambda _event, controller=controller: controller)
    controller.signal.onabort = lambda _event, controller=controller: controller
    aborted = pynet.AbortController()
    reason.signal = aborted.signal
    aborted.abort(reason)
    refs = [weakref.ref(x) for x in (controller, controller.signal, aborted, aborted.signal, reason)]
    del controller, aborted, reason
    assert all(gone(ref) for ref in refs)


def test_listeners_are_let_go_after_the_abort():
    class Listener:
        def __call__(self, _event):
            pass

    one, two, controller = Listener(), Listener(), pynet.AbortController()
    controller.signal.add_event_listener("abort", one)
    controller.signal.add_event_listener("abort", two, once=True)
    refs = [weakref.ref(one), weakref.ref(two)]
    controller.abort()
    del one, two
    assert all(gone(ref) for ref in refs)


def test_long_chains_of_reasons_are_freed():
    signal = None
    for _ in range(200_000):
        signal = pynet.AbortSignal.abort(signal)
    ref = weakref.ref(signal)
    del signal
    assert ref() is None


def test_what_a_dying_listener_does_is_safe(log):
    controller = pynet.AbortController()
    signal = controller.signal

    class Listener:
        def __call__(self, _event):
            log.append("called")

        def __del__(self):
            signal.add_event_listener("abort", log.append)
            controller.abort("by __del__")

    one = Listener()
    signal.add_event_listener("abort", one)
    signal.add_event_listener("abort", lambda _event: log.append("other"))
    signal.remove_event_listener("abort", one)
    del one
    assert log[0] == "other"
    assert log[1].target is signal
    assert signal.reason == "by __del__"


# --- threads and processes ---


def test_many_threads_abort_add_and_remove():
    calls = []
    for _ in range(30):
        controller = pynet.AbortController()
        start = threading.Barrier(4)

        def work(controller=controller, start=start):
            start.wait()
            for _ in range(50):
                controller.signal.add_event_listener("abort", listener)
                signal = pynet.AbortSignal.any([controller.signal])
                signal.add_event_listener("abort", listener, once=True)
                controller.signal.remove_event_listener("abort", listener)

        def abort(controller=controller, start=start):
            controller.signal.add_event_listener("abort", calls.append)
            start.wait()
            controller.abort()

        threads = [threading.Thread(target=target) for target in (work, work, work, abort)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(calls) == 30


def test_child_of_a_fork(script):
    """What is not of the loop works; timers of the parent never fire, new ones do."""
    result = script("""
        import gc, os, pynet

        with pynet.turn():
            timeout = pynet.AbortSignal.timeout(300)
            timeout.add_event_listener("abort", lambda _event: print("old", os.getpid() == parent, flush=True))
            both = pynet.AbortSignal.any([timeout])
            both.onabort = lambda _event: print("both", os.getpid() == parent, flush=True)
        controller = pynet.AbortController()
        controller.signal.add_event_listener("abort", lambda _event: print("controller", flush=True))
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            controller.abort()
            fresh = pynet.AbortSignal.timeout(350)
            fresh.add_event_listener("abort", lambda _event: print("fresh", timeout.aborted, both.aborted, flush=True))
            pynet.run(lambda: pynet.set_timeout(lambda: None, 400))
            both.onabort = None
            del both, timeout
            gc.collect()
            os._exit(0)
        os.waitpid(pid, 0)
        pynet.run(lambda: pynet.set_timeout(lambda: None, 350))
    """)
    assert result.stderr == ""
    assert sorted(result.stdout.split("\n")[:-1]) == ["both True", "controller", "fresh False False", "old True"]


def test_signals_at_the_interpreters_end(script):
    result = script("""
        import atexit

        over = []
        atexit.register(over.append, True)  # called after pynet's own

        import pynet

        # With globals of its own: those of the script are to be freed, although the signals are not.
        late = eval("lambda event: over and print(event)", {"over": over})
        timeouts = [pynet.AbortSignal.timeout(ms) for ms in (5, 60_000)]
        for signal in (*timeouts, pynet.AbortSignal.any(timeouts)):
            signal.onabort = late
        controller = pynet.AbortController()
        controller.signal.onabort = lambda _event: 1 / 0
        controller.signal.add_event_listener("abort", lambda _event: print("second"))

        class Last:
            def __del__(self, controller=controller, print=print, set_handler=pynet.set_uncaught_handler,
                        timeout=pynet.AbortSignal.timeout, NetError=pynet.NetError):
                set_handler(lambda exc, _emitter: print("handler", exc))
                controller.abort()
                try:
                    timeout(1)
                except NetError as error:
                    print(error.code)

        last = Last()
    """)
    assert result.stderr == ""
    assert result.stdout.split("\n")[:-1] == ["handler division by zero", "second", "ERR_LOOP_CLOSED"]
