"""Methods that block, on a thread with a running asyncio loop: what can be awaited, and what raises."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
import threading
import warnings

import pytest

import pynet
from helpers import run_coroutine, wait_until
from pynet._awaitable import is_dropped

CALLS = {
    "sock.read_exactly(4)": lambda sock: sock.read_exactly(4),
    "sock.read_until(b'\\n')": lambda sock: sock.read_until(b"\n"),
    "sock.wait('data')": lambda sock: sock.wait("data"),
}


@pytest.fixture(params=CALLS)
def call(request):
    """(text, function): one of the methods that block."""
    return request.param, CALLS[request.param]


def test_it_can_be_awaited(pair, call):
    p = pair()
    p.peer.write(b"abc\n")

    async def main():
        return await call[1](p.client)

    assert run_coroutine(main()) == b"abc\n"


@pytest.mark.parametrize("wrap", [asyncio.create_task, lambda c: asyncio.wait_for(c, 5), lambda c: asyncio.gather(c)])
def test_it_is_a_coroutine_for_asyncio(pair, call, wrap):
    p = pair()
    p.peer.write(b"abc\n")

    async def main():
        return await wrap(call[1](p.client))

    assert run_coroutine(main()) in (b"abc\n", [b"abc\n"])


def test_a_task_for_it_that_no_variable_keeps(pair, call):
    p = pair()
    p.peer.write(b"abc\n")

    async def main():
        got = []
        asyncio.create_task(call[1](p.client)).add_done_callback(lambda task: got.append(task.result()))
        while not got:
            await asyncio.sleep(0)
        return got

    assert run_coroutine(main()) == [b"abc\n"]


def test_repr_says_how_to_write_it(pair, call):
    async def main():
        pending = call[1](pair().client)
        pending.close()
        return repr(pending)

    assert run_coroutine(main()) == f"<pynet: await {call[0]}>"


def test_when_it_is_never_awaited_a_warning_says_so(pair, call):
    async def main():
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            unused = call[1](pair().client)
            del unused
            gc.collect()
        return [(w.category, str(w.message), w.filename) for w in seen]

    text = f"{call[0]} was never awaited: write await {call[0]}"
    assert run_coroutine(main()) == [(RuntimeWarning, text, __file__)]


def test_used_as_the_data_it_says_what_is_missing(pair, call):
    async def main():
        pending = call[1](pair().client)
        with pytest.raises(AttributeError) as caught:
            pending.decode()
        pending.close()
        return str(caught.value)

    assert run_coroutine(main()).endswith(f"write await {call[0]}")


def test_a_plain_function_that_a_coroutine_calls_gets_it_too(pair):
    client = pair().client

    def helper():
        return client.read_exactly(1)

    async def main():
        pending = helper()
        pending.close()
        return repr(pending)

    assert run_coroutine(main()) == "<pynet: await sock.read_exactly(1)>"


def test_result_in_another_thread(pair, call):
    p = pair()
    p.peer.write(b"abc\n")

    async def main():
        return await asyncio.to_thread(call[1](p.client).result, 5)

    assert run_coroutine(main()) == b"abc\n"


def test_result_takes_no_longer_than_its_timeout(pair, call):
    async def main():
        with pytest.raises(TimeoutError):
            await asyncio.to_thread(call[1](pair().client).result, 0.01)

    run_coroutine(main())


def test_result_on_the_thread_of_the_asyncio_loop_raises(pair, call):
    async def main():
        pending = call[1](pair().client)
        with pytest.raises(RuntimeError) as caught:
            pending.result(5)
        pending.close()
        return str(caught.value)

    assert run_coroutine(main()).endswith(f"write await {call[0]}")


def test_it_cannot_be_used_twice(pair, call):
    p = pair()
    p.peer.write(b"abc\n")

    async def main():
        pending = call[1](p.client)
        await pending
        with pytest.raises(RuntimeError):
            await pending
        with pytest.raises(RuntimeError):
            await asyncio.to_thread(pending.result, 1)

    run_coroutine(main())


def test_accept(bare):
    srv = bare()  # without listeners it accepts nothing before accept()

    async def main():
        client = pynet.connect(srv.address())
        pending = srv.accept()
        shown = repr(pending)
        sock = await pending
        sock.destroy()
        client.destroy()
        return shown

    assert run_coroutine(main()) == "<pynet: await server.accept()>"


def test_wait_with_a_timeout(pair):
    async def main():
        with pytest.raises(TimeoutError, match="no 'data' within 0.01 seconds"):
            await pair().client.wait("data", timeout=0.01)

    run_coroutine(main())


def test_an_awaited_wait_that_is_cancelled_loses_no_data(pair):
    p = pair()

    async def main():
        task = asyncio.create_task(p.client.wait("data"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        p.peer.write(b"x")
        return await p.client.wait("data", timeout=5)

    assert run_coroutine(main()) == b"x"


def test_a_wait_whose_result_is_thrown_away_raises(pair):
    async def main():
        with pytest.raises(RuntimeError, match=r"write await sock\.wait\('connect'\)"):
            pair().client.wait("connect")
        with pytest.raises(RuntimeError, match=r"write await server\.wait\('close'\)"):
            pynet.Server().wait("close", timeout=1)

    run_coroutine(main())


LOOPS = {
    "async for chunk in sock": lambda sock: iter(sock),
    "async for line in sock.lines()": lambda sock: iter(sock.lines()),
}


@pytest.mark.parametrize("instead", LOOPS)
def test_loops_over_a_socket_raise(pair, instead):
    async def main():
        with pytest.raises(RuntimeError) as caught:
            LOOPS[instead](pair().client)
        return str(caught.value)

    assert run_coroutine(main()).endswith(f"write {instead}")


@pytest.mark.parametrize("method", ["chunks", "iterator"])
def test_loops_over_its_chunks_raise(pair, method):
    async def main():
        with pytest.raises(RuntimeError, match="write async for chunk in sock"):
            iter(getattr(pair().client, method)(timeout=5))

    run_coroutine(main())


def test_a_loop_that_began_elsewhere_raises_when_it_would_block(pair):
    loop = iter(pair().client)

    async def main():
        with pytest.raises(RuntimeError, match="write async for chunk in sock"):
            next(loop)

    run_coroutine(main())


def test_loops_over_a_server_raise(server):
    async def main():
        with pytest.raises(RuntimeError, match="write async for sock in server"):
            iter(server())

    run_coroutine(main())


BIG = bytes(32 << 20)  # more than the kernel takes while the peer does not read
UNFINISHED = {
    "pynet.once(sock, 'data')": lambda sock, server: pynet.once(sock, "data"),
    "pynet.once(server, 'drop')": lambda sock, server: pynet.once(server, "drop"),
    "server.shutdown()": lambda sock, server: server.shutdown(),
    "sock.drain()": lambda sock, server: sock.write(BIG) or sock.drain(timeout=5),
    "sock.flush()": lambda sock, server: sock.write(BIG) or sock.flush(timeout=5),
    "sock.send_file(file)": lambda sock, server: sock.write(BIG) or sock.send_file(io.BytesIO(b"x")),
}


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
@pytest.mark.parametrize("method", ["result", "exception"])
@pytest.mark.parametrize("text", UNFINISHED)
def test_an_unfinished_future_raises(pair, method, text):
    p = pair({"allow_half_open": True}, allow_half_open=True)  # neither end closes by itself

    async def main():
        future = UNFINISHED[text](p.client, p.server)
        with pytest.raises(RuntimeError) as caught:
            getattr(future, method)(1)
        return str(caught.value)

    assert run_coroutine(main()).endswith(f"write await {text}")


def test_a_finished_future_answers(pair):
    client = pair().client
    done = pynet.run_in_loop(lambda: 5)
    assert wait_until(done.done)

    async def main():
        return done.result(), pynet.once(client, "connect").result()

    assert run_coroutine(main()) == (5, None)


def test_another_thread_may_block(pair):
    p = pair()
    got = []

    async def main():
        thread = threading.Thread(target=lambda: got.append(p.client.read_exactly(1, timeout=5)))
        thread.start()
        p.peer.write(b"x")
        await asyncio.to_thread(thread.join)

    run_coroutine(main())
    assert got == [b"x"]


def test_what_counts_as_thrown_away():
    """Also for a method of a subclass in Python, whose call leaves another trace in the frame than one in C."""
    seen = []

    class Mine(pynet.Socket):
        def wait(self, *args, **options):
            seen.append(is_dropped(sys._getframe(1)))
            return [args]

    def take(value):
        return value

    sock = Mine()
    sock.wait("x")
    sock.wait("x", timeout=5)
    sock.wait(*["x"])
    assert seen == [True] * 3
    seen.clear()
    kept = sock.wait("x")
    take(sock.wait("x"))
    several = [sock.wait("x"), sock.wait("y")]
    (lambda: sock.wait("x"))()
    assert seen == [False] * 5 and kept and several
