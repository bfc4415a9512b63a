"""run_in_loop(): a call on the thread of the loop, and a Future of its result."""

from __future__ import annotations

import asyncio
import threading

import pytest

import isolated
import pynet
from helpers import on_loop, run_coroutine


class Boom(Exception):
    pass


def fails():
    raise Boom


def test_the_result():
    assert pynet.run_in_loop(lambda a, b: a + b, 1, 2).result(5) == 3


def test_the_thread_is_that_of_the_loop():
    assert pynet.run_in_loop(threading.get_ident).result(5) == on_loop(threading.get_ident) != threading.get_ident()


def test_it_runs_where_listeners_run(pair):
    """What is done in one call is one step, as in a listener."""
    p = pair()
    seen = []
    p.client.on("close", lambda had_error: seen.append("close"))

    def step():
        p.client.destroy()
        seen.append("step")

    pynet.run_in_loop(step).result(5)
    on_loop(lambda: None)
    assert seen == ["step", "close"]


def test_an_exception_is_that_of_the_future_and_not_uncaught():
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        with pytest.raises(Boom):
            pynet.run_in_loop(fails).result(5)
        on_loop(lambda: None)
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


def test_await():
    async def main():
        assert await pynet.run_in_loop(lambda: "x") == "x"
        with pytest.raises(Boom):
            await pynet.run_in_loop(fails)

    run_coroutine(main())


def test_a_cancelled_call_is_not_made():
    seen = []
    with pynet.turn():
        future = pynet.run_in_loop(seen.append, 1)
        assert future.cancel()
    on_loop(lambda: None)
    assert seen == [] and future.cancelled()


def test_a_cancelled_await_cancels_the_call():
    seen = []

    async def main():
        with pynet.turn():
            task = asyncio.ensure_future(asyncio.wait_for(waits(), 0))
            await asyncio.wait([task])
        on_loop(lambda: None)

    async def waits():
        await pynet.run_in_loop(seen.append, 1)

    run_coroutine(main())
    assert seen == []


def test_inside_a_listener_it_comes_later_and_cannot_be_waited_for():
    seen = []

    def listener():
        future = pynet.run_in_loop(seen.append, "later")
        seen.append("now")
        with pytest.raises(RuntimeError):
            future.result()
        return future

    on_loop(listener).result(5)
    assert seen == ["now", "later"]


def test_a_dropped_future_is_called_all_the_same():
    called = threading.Event()
    pynet.run_in_loop(called.set)
    assert called.wait(5)


def test_add_done_callback():
    done = threading.Event()
    seen = []
    pynet.run_in_loop(lambda: 5).add_done_callback(lambda future: (seen.append(future.result()), done.set()))
    assert done.wait(5) and seen == [5]


def test_in_run():
    seen = []
    pynet.run(lambda: pynet.run_in_loop(lambda: seen.append(1)) and None)
    assert seen == [1]


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, SystemExit])
def test_what_leaves_run_leaves_it(leaving):
    def leaves():
        raise leaving

    futures = []
    with pytest.raises(leaving):
        pynet.run(lambda: futures.append(pynet.run_in_loop(leaves)))
    assert isinstance(futures[0].exception(5), leaving)


async def coroutine():
    pass


@pytest.mark.parametrize("function", [None, 5, coroutine])
def test_what_it_refuses(function):
    with pytest.raises(TypeError) as caught:
        pynet.run_in_loop(function)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_repr():
    with pynet.turn():
        future = pynet.run_in_loop(fails)
        assert repr(future) == "<pynet.Future pending, a call of fails>"
    assert future.exception(5)
    assert repr(future) == "<pynet.Future failed, a call of fails>"


def test_at_the_exit_the_call_is_not_made_and_its_future_fails():
    out = isolated.check(
        """
        import atexit
        @atexit.register  # before pynet is imported: it runs when the loop is closed
        def after_the_loop():
            for wait in future.result, lambda: pynet.run_in_loop(print):
                try:
                    wait()
                except pynet.NetError as error:
                    print(error.code)
        import pynet, threading, time
        inside = threading.Event()
        def stay():
            inside.set()
            try:
                while True:
                    pynet.next_tick(int)
                    time.sleep(0.01)
            except pynet.NetError:
                pass  # the loop is closed
        pynet.next_tick(stay)
        assert inside.wait(10)
        future = pynet.run_in_loop(print)
        """
    )
    assert out == "ERR_LOOP_CLOSED\nERR_LOOP_CLOSED\n"


def test_in_a_forked_child_a_future_of_the_parent_is_dead():
    out = isolated.check(
        """
        import os, pynet
        pynet.run_in_loop(lambda: None).result(5)
        with pynet.turn():
            future = pynet.run_in_loop(lambda: None)
            child = os.fork()
        if child == 0:
            try:
                future.result(5)
            except pynet.NetError as error:
                print(error.code, flush=True)
            print(pynet.run_in_loop(lambda: "alive").result(5), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        """
    )
    assert out == "ERR_FORKED\nalive\n"
