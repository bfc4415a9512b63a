"""AwaitableCall as a coroutine: driven by hand, by eager tasks and by __await__() of other objects."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import weakref
from collections.abc import Coroutine

import pytest

import hosts
from helpers import run_coroutine, waits


def begun(coroutine):
    """What send(None) gives: a future when it waits."""
    return coroutine.send(None)


def test_what_is_there_needs_no_future(pair):
    p = pair()
    p.peer.write(b"abcd")

    async def main():
        assert await p.client.read_exactly(1) == b"a"
        with pytest.raises(StopIteration) as stopped:
            begun(p.client.read_exactly(3))
        return stopped.value.value

    assert run_coroutine(main()) == b"bcd"


def test_what_is_there_needs_no_step_of_the_asyncio_loop(pair):
    p = pair()
    p.peer.write(b"abcd")

    async def main():
        assert await p.client.read_exactly(1) == b"a"
        steps = []
        asyncio.get_running_loop().call_soon(steps.append, 1)
        assert await p.client.read_exactly(2) == b"bc"
        assert await p.client.read_until(b"d") == b"d"
        return len(steps)

    assert run_coroutine(main()) == 0


def test_driven_by_hand(pair):
    p = pair()

    async def main():
        call = p.client.read_exactly(2)
        assert isinstance(call, Coroutine)
        future = begun(call)
        assert asyncio.isfuture(future) and future._asyncio_future_blocking
        p.peer.write(b"a")
        again = begun(call)  # too early: it looks, and waits on
        assert asyncio.isfuture(again)
        p.peer.write(b"b")
        again._asyncio_future_blocking = False  # as a task does that waits for it
        await asyncio.wait_for(again, 5)
        with pytest.raises(StopIteration) as stopped:
            begun(call)
        return stopped.value.value

    assert run_coroutine(main()) == b"ab"


def test_thrown_into(pair):
    p = pair()

    async def main():
        for begin in (False, True):
            call = p.client.read_exactly(2)
            if begin:
                begun(call)
                assert waits() == before + 1
            with pytest.raises(ZeroDivisionError, match="mine"):
                call.throw(ZeroDivisionError("mine"))
            assert waits() == before
            with pytest.raises(RuntimeError, match="used already"):
                begun(call)

    before = waits()
    run_coroutine(main())


@pytest.mark.parametrize(
    "args", [(), (1,), (ValueError, "x", "no traceback"), (ValueError, None, None, None), (object(),), (int,)]
)
def test_thrown_into_with_what_is_no_exception(pair, args):
    async def main():
        call = pair().client.read_exactly(2)
        with pytest.raises(TypeError):
            call.throw(*args)
        call.close()

    run_coroutine(main())


def test_throw_with_a_class_a_value_and_a_traceback(pair):
    async def main():
        client = pair().client
        for args in ((ValueError,), (ValueError, "x"), (ValueError, ValueError("x"), None)):
            call = client.read_exactly(2)
            with pytest.raises(ValueError):
                call.throw(*args)

    run_coroutine(main())


def test_close_ends_the_wait_and_loses_nothing(pair):
    p = pair()

    async def main():
        call = p.client.read_exactly(2)
        begun(call)
        call.close()
        call.close()
        p.peer.write(b"ab")
        return await p.client.read_exactly(2, timeout=5)

    assert run_coroutine(main()) == b"ab"


def test_another_object_awaits_it(pair):
    p = pair()

    class Frame:
        def __await__(self):
            return (yield from p.client.read_exactly(2).__await__())

    async def main():
        task = asyncio.create_task(asyncio.wait_for(Frame(), 5))
        await asyncio.sleep(0)
        p.peer.write(b"ab")
        return await task

    assert run_coroutine(main()) == b"ab"


def test_it_is_not_iterable_before_it_is_awaited(pair):
    async def main():
        call = pair().client.read_exactly(2)
        with pytest.raises(TypeError, match="write await sock"):
            list(call)
        with pytest.raises(TypeError):
            bytes(call)
        call.close()

    run_coroutine(main())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="no eager tasks")
def test_an_eager_task(pair):
    p = pair()

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(asyncio.eager_task_factory)
        p.peer.write(b"ab")
        first = await asyncio.create_task(p.client.read_exactly(2))
        task = asyncio.create_task(p.client.read_exactly(2))
        assert not task.done()
        p.peer.write(b"cd")
        return first, await task

    assert run_coroutine(main()) == (b"ab", b"cd")


def test_uvloop(pair):
    hosts.require("uvloop")
    import uvloop

    p = pair()

    async def main():
        p.peer.write(b"a")
        tasks = [asyncio.create_task(p.client.read_exactly(2)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        p.peer.write(b"bcd")
        return await asyncio.gather(*tasks, return_exceptions=True)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        first, second, third = runner.run(main())
    assert (first, third) == (b"ab", b"cd") and isinstance(second, asyncio.CancelledError)


def test_the_context_of_the_task_stays(pair):
    p = pair()
    variable = contextvars.ContextVar("variable")

    async def read():
        variable.set("mine")
        await p.client.read_exactly(1)
        return variable.get()

    async def main():
        task = asyncio.create_task(read())
        await asyncio.sleep(0)
        p.peer.write(b"x")
        return await task

    assert run_coroutine(main()) == "mine"


def test_a_waiting_task_that_nothing_else_keeps_goes_on(pair):
    p = pair()
    got = []

    async def read():
        got.append(await p.client.read_exactly(1))

    async def main():
        asyncio.ensure_future(read())
        await asyncio.sleep(0)
        gc.collect()
        p.peer.write(b"x")
        while not got:
            await asyncio.sleep(0)

    run_coroutine(main())
    assert got == [b"x"]


def test_a_cycle_with_a_call_that_has_ended_is_freed(pair):
    class Holder:
        pass

    async def main():
        holder = Holder()
        holder.call = pair().client.read_exactly(1)
        holder.call.close()
        holder.me = holder
        return weakref.ref(holder), weakref.ref(holder.call)

    refs = run_coroutine(main())
    gc.collect()
    assert [ref() for ref in refs] == [None, None]


def test_many_calls_are_reused_and_stay_apart(pair):
    p = pair()

    async def main():
        calls = [p.client.read_exactly(1) for _ in range(300)]
        shown = {repr(call) for call in calls}
        for call in calls:
            call.close()
        del calls, call
        p.peer.write(bytes(range(200)))
        got = [await p.client.read_exactly(1) for _ in range(200)]
        return shown, b"".join(got)

    assert run_coroutine(main()) == ({"<pynet: await sock.read_exactly(1)>"}, bytes(range(200)))


def test_a_timeout_of_a_task_that_waits_leaves_no_timer(pair):
    p = pair()

    async def main():
        for _ in range(3):
            with pytest.raises(TimeoutError, match=r"read_exactly\(\) has waited for 0.01 seconds"):
                await p.client.read_exactly(1, timeout=0.01)
        p.peer.write(b"ab")
        assert await p.client.read_exactly(1, timeout=5) == b"a"
        call = p.client.read_exactly(2, timeout=0.001)
        begun(call)
        call.close()
        await asyncio.sleep(0.01)
        return await p.client.read_exactly(1)

    assert run_coroutine(main()) == b"b"


def test_a_task_on_one_asyncio_loop_and_a_task_on_another(pair):
    p = pair()

    async def first():
        return await p.client.read_exactly(2)

    async def main():
        before = waits()
        other = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(first())))
        while waits() == before:
            await asyncio.sleep(0)
        mine = asyncio.create_task(p.client.read_exactly(2))
        await asyncio.sleep(0)
        p.peer.write(b"abcd")
        return await asyncio.gather(other, mine)

    assert run_coroutine(main()) == [b"ab", b"cd"]


def test_outside_of_asyncio_it_cannot_wait(pair):
    async def main():
        return pair().client.read_exactly(1)

    call = run_coroutine(main())
    with pytest.raises(RuntimeError, match="no running event loop"):
        begun(call)


def test_it_has_no_constructor(pair):
    async def main():
        call = pair().client.read_exactly(1)
        call.close()
        return type(call)

    kind = run_coroutine(main())
    with pytest.raises(TypeError):
        kind()


def test_a_call_that_is_driven_by_hand_and_dropped_waits_no_more(pair):
    p = pair()
    before = waits()

    async def main():
        call = p.client.read_exactly(2, timeout=60)
        begun(call)
        assert waits() == before + 1
        del call
        gc.collect()
        assert waits() == before
        p.peer.write(b"ab")
        return await p.client.read_exactly(2, timeout=5)

    assert run_coroutine(main()) == b"ab"
