"""monitor_event_loop_delay(). A time is only bounded from below: the machine may be loaded."""

from __future__ import annotations

import gc
import math
import time

import pytest

import pynet
from helpers import on_loop, printed, run_script, wait_until

MS = 1_000_000


@pytest.fixture
def monitor():
    """A function that makes an enabled histogram: monitor(resolution)."""
    made = []

    def make(resolution):
        made.append(pynet.monitor_event_loop_delay(resolution))
        assert made[-1].enable() is True
        return made[-1]

    yield make
    for histogram in made:
        histogram.disable()


def test_a_new_histogram_is_empty():
    histogram = pynet.monitor_event_loop_delay()
    assert (histogram.count, histogram.exceeds, histogram.min, histogram.max) == (0, 0, 0, 0)
    assert math.isnan(histogram.mean)
    assert math.isnan(histogram.stddev)
    assert histogram.percentile(50) == 0
    assert histogram.percentiles == {100: 0}


def test_values_are_the_times_between_two_firings(monitor):
    histogram = monitor(2)
    assert wait_until(lambda: histogram.count >= 5)
    histogram.disable()
    assert 2 * MS <= histogram.min <= histogram.mean <= histogram.max
    assert histogram.min <= histogram.percentile(50) <= histogram.percentile(99) <= histogram.max


def test_a_listener_that_blocks_shows_in_the_largest_value(monitor):
    histogram = monitor(1)
    assert wait_until(lambda: histogram.count >= 1)
    on_loop(time.sleep, 0.05)
    assert wait_until(lambda: histogram.max >= 50 * MS)
    assert histogram.percentile(100) == histogram.max


def test_percentiles_halve_the_distance_to_100(monitor):
    histogram = monitor(1)
    assert wait_until(lambda: histogram.count >= 20)
    histogram.disable()
    percentiles = histogram.percentiles
    keys = list(percentiles)
    assert keys[:3] == [0, 50, 75]
    assert keys[-1] == 100
    assert percentiles[0] >= histogram.min
    assert percentiles[100] == histogram.max
    assert list(percentiles.values()) == sorted(percentiles.values())
    assert percentiles[50] == histogram.percentile(50)


def test_enable_and_disable_say_whether_they_did_something():
    histogram = pynet.monitor_event_loop_delay()
    assert [histogram.disable(), histogram.enable(), histogram.enable(), histogram.disable(), histogram.disable()] == [
        False,
        True,
        False,
        True,
        False,
    ]


def test_a_disabled_histogram_counts_nothing(monitor):
    histogram = monitor(1)
    assert wait_until(lambda: histogram.count >= 1)
    histogram.disable()
    count = histogram.count
    on_loop(time.sleep, 0.01)
    on_loop(int)
    assert histogram.count == count


def test_the_time_in_which_it_was_disabled_is_no_value(monitor):
    histogram = monitor(1)
    histogram.disable()
    time.sleep(0.05)  # the time is what is tested
    start = time.monotonic()
    histogram.enable()
    assert wait_until(lambda: histogram.count >= 1)
    histogram.disable()
    assert histogram.max <= (time.monotonic() - start) * 1e9


def test_reset_forgets_the_values(monitor):
    histogram = monitor(1)
    assert wait_until(lambda: histogram.count >= 2)
    histogram.disable()
    histogram.reset()
    assert (histogram.count, histogram.max, histogram.percentiles) == (0, 0, {100: 0})


def test_within_a_block_it_is_enabled():
    with pynet.monitor_event_loop_delay(1) as histogram:
        assert wait_until(lambda: histogram.count >= 1)
        assert repr(histogram).startswith("<pynet.IntervalHistogram enabled, ")
    assert not histogram.disable()
    assert repr(histogram) == f"<pynet.IntervalHistogram disabled, {histogram.count} values>"


def test_an_enabled_histogram_can_be_freed():
    timers = pynet.metrics()["timers"]
    histogram = pynet.monitor_event_loop_delay()
    histogram.enable()
    assert pynet.metrics()["timers"] == timers + 1
    del histogram
    gc.collect()
    assert pynet.metrics()["timers"] == timers


def test_it_does_not_keep_run_going():
    script = """
        import pynet
        histogram = pynet.monitor_event_loop_delay(1)
        pynet.run(histogram.enable)
        print(pynet.active())
    """
    assert printed(run_script(script)) == ["[]"]


def test_the_time_between_two_runs_is_no_value():
    script = """
        import time, pynet
        histogram = pynet.monitor_event_loop_delay(1)
        def wait(count):
            def look():
                if histogram.count < count:
                    pynet.set_timeout(look, 1)
            look()
        pynet.run(lambda: (histogram.enable(), wait(1)))
        time.sleep(10)
        pynet.run(lambda: wait(histogram.count + 1))
        print(histogram.max < 10e9)
    """
    script = script.replace("time.sleep(10)", "time.sleep(1)").replace("10e9", "1e9")
    assert printed(run_script(script)) == ["True"]


def test_it_counts_on_in_the_child_of_a_fork_after_enable():
    script = """
        import os, pynet
        histogram = pynet.monitor_event_loop_delay(1)
        histogram.enable()
        if os.fork() == 0:
            histogram.disable()
            histogram.enable()
            before = histogram.count
            while histogram.count <= before:
                pynet.run_in_loop(int).result(5)
            print("child", flush=True)
            os._exit(0)
        os.wait()
        print("parent", flush=True)
        os._exit(0)
    """
    assert printed(run_script(script)) == ["child", "parent"]


@pytest.mark.parametrize("form", [{"resolution": 5}, 5, None])
def test_forms_of_the_argument(form):
    assert pynet.monitor_event_loop_delay(form).count == 0
    assert pynet.monitor_event_loop_delay(resolution=20).count == 0


@pytest.mark.parametrize(
    ("value", "error", "code"),
    [
        (0, ValueError, "ERR_OUT_OF_RANGE"),
        (-1, ValueError, "ERR_OUT_OF_RANGE"),
        (2**31, ValueError, "ERR_OUT_OF_RANGE"),
        (10**30, ValueError, "ERR_OUT_OF_RANGE"),
        (1.5, TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
        ("10", TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_a_wrong_resolution_is_refused(value, error, code):
    with pytest.raises(error, match='"resolution"') as caught:
        pynet.monitor_event_loop_delay(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ValueError), (-1, ValueError), (100.1, ValueError), (math.nan, ValueError), ("1", TypeError)],
)
def test_a_wrong_percentile_is_refused(value, error):
    with pytest.raises(error, match='"percentile"'):
        pynet.monitor_event_loop_delay().percentile(value)


def test_the_type_cannot_be_called():
    with pytest.raises(TypeError, match="IntervalHistogram"):
        pynet.IntervalHistogram()


def test_nodes_spelling_is_the_same_function():
    assert pynet.monitorEventLoopDelay is pynet.monitor_event_loop_delay
