"""accept(), and wait("connection"): from the queue that `for sock in server` takes from, so that none is lost."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import weakref

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, run_coroutine, two_turns, wait_until, waits
from server_loops import InThread


def accept(srv):
    return srv.accept(5)


def wait(srv):
    return srv.wait("connection", 5)


def future(srv):
    return pynet.once(srv, "connection").result(5)


def awaited(srv):
    async def one():
        return await srv.accept(5)

    return run_coroutine(one())


@pytest.fixture(params=[accept, wait, future, awaited])
def take(request):
    """The ways to take the next connection."""
    return request.param


def waiting(take, srv):
    """A thread in which the call waits."""
    thread = InThread(take, srv)
    assert wait_until(waits)
    return thread


@pytest.fixture
def clients():
    """clients(srv, count): connections of Python's own."""
    with contextlib.ExitStack() as stack:
        yield lambda srv, count=1: [stack.enter_context(raw_client(srv)) for _ in range(count)]


@pytest.fixture
def made_in_a_listener(where):
    """A server that was made and listens in a listener: it accepts all the time."""
    srv = on_loop(lambda: pynet.Server().listen(*where))
    yield srv
    srv.shutdown(0)


# --- nothing is lost ---


def test_a_loop_of_calls_gets_each_connection(bare, take, clients):
    srv = bare()
    all_clients = clients(srv, 5)
    for _ in all_clients:
        take(srv).end(b"hi")
    assert [client.recv(10) for client in all_clients] == [b"hi"] * 5


def test_beside_a_listener_nothing_is_lost_between_two_calls(bare, take, clients):
    srv = bare()
    log = Recorder(srv, "connection")
    first = waiting(take, srv)
    clients(srv, 5)
    log.wait("connection", times=5)
    assert [first.join(), *(take(srv) for _ in range(4))] == [args[0] for args in log.args("connection")]


def test_in_a_server_of_a_listener_nothing_is_lost_between_two_calls(made_in_a_listener, clients):
    srv = made_in_a_listener
    waiting = pynet.once(srv, "connection")
    all_clients = clients(srv, 5)
    socks = [waiting.result(5)]
    two_turns()
    socks += [srv.accept(5) for _ in range(4)]
    for sock in socks:
        sock.end(b"hi")
    assert [client.recv(10) for client in all_clients] == [b"hi"] * 5


def test_between_two_calls_connections_wait_in_the_kernel(bare, take, clients):
    srv = bare()
    clients(srv, 3)
    take(srv)
    two_turns()
    assert len(srv.connections) == 1


def test_a_call_that_takes_too_long_loses_none(bare, clients):
    srv = bare()
    with pytest.raises(TimeoutError):
        srv.accept(0)
    client = clients(srv)[0]
    two_turns()
    assert srv.connections == []
    srv.accept(5).end(b"hi")
    assert client.recv(10) == b"hi"


def test_an_await_that_is_cancelled_loses_none(bare, clients):
    srv = bare()

    async def main():
        task = asyncio.ensure_future(srv.accept())
        await asyncio.sleep(0)
        task.cancel()
        client = clients(srv)[0]
        (await srv.accept(5)).end(b"hi")
        return client.recv(10)

    assert run_coroutine(main()) == b"hi"


def test_an_await_that_is_cancelled_with_its_result_puts_it_back(bare, clients):
    srv = bare()

    async def main():
        task = asyncio.ensure_future(srv.accept())
        await asyncio.sleep(0)
        client = clients(srv)[0]
        assert wait_until(lambda: srv.connections)  # blocks this asyncio loop: the task has not seen it yet
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        (await srv.accept(5)).end(b"hi")
        return client.recv(10)

    assert run_coroutine(main()) == b"hi"


def test_what_a_call_puts_back_comes_first(bare, clients):
    srv = bare()
    ours = clients(srv, 2)
    first = srv.accept(5)
    pynet._private.put_back(srv, first)
    assert [srv.accept(5) is first, srv.accept(5) is first] == [True, False]
    assert len(ours) == 2


def test_each_of_many_threads_gets_its_own(bare, clients):
    srv = bare()
    threads = [InThread(accept, srv) for _ in range(8)]
    clients(srv, 8)
    assert len({thread.join() for thread in threads}) == 8


def test_a_connection_wakes_one_of_many_waits(bare, clients):
    srv = bare()
    looked = []

    class Watched(pynet.Future):
        def _look(self):
            looked.append(self)
            return super()._look()

    waits = [Watched(srv, "connection") for _ in range(20)]
    del looked[:]
    clients(srv)
    waits[0].result(5)
    assert wait_until(lambda: len(looked) >= 2)
    two_turns()
    assert len(set(looked)) <= 2  # the first takes it, the second finds nothing
    for call in waits:
        call.cancel()


def test_a_wait_that_is_given_up_does_not_stop_the_others(bare, clients):
    srv = bare()
    waits = [pynet.once(srv, "connection") for _ in range(6)]
    for call in waits[::2]:
        call.cancel()
    clients(srv, 3)
    assert len({call.result(5) for call in waits[1::2]}) == 3


def test_a_wait_that_is_dropped_does_not_stop_the_others(bare, clients):
    srv = bare()
    waits = [pynet.once(srv, "connection") for _ in range(6)]
    del waits[::2]
    clients(srv, 3)
    assert len({call.result(5) for call in waits}) == 3


def test_a_server_without_a_hash(where, clients):
    class Server(pynet.Server):
        __hash__ = None

    srv = Server().listen(*where)
    client = clients(srv)[0]
    srv.accept(5).end(b"hi")
    assert client.recv(10) == b"hi"
    srv.close()


def test_it_shares_the_connections_with_a_loop(bare, clients):
    srv = bare()
    loop = iter(srv)
    clients(srv, 3)
    socks = {next(loop), srv.accept(5), next(loop)}
    assert len(socks) == 3
    loop.close()


def test_a_loop_that_is_left_keeps_its_connection_for_the_next_call(bare, where, clients):
    srv = bare(listen=False)
    with pytest.raises(TimeoutError):
        srv.accept(0)
    loop = iter(srv)
    srv.listen(*where)
    pynet._private.iter_next(srv)
    client = clients(srv)[0]
    assert wait_until(lambda: srv.connections)
    loop.close()
    srv.accept(5).end(b"hi")
    assert client.recv(10) == b"hi"


# --- the end ---


@pytest.mark.parametrize("end", [pynet.Server.close, pynet.Server.shutdown])
def test_a_call_that_waits_ends_with_the_server(bare, take, end):
    srv = bare()
    call = waiting(take, srv)
    end(srv)
    with pytest.raises(pynet.NetError) as caught:
        call.join()
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_a_server_that_has_closed_gives_none_while_connections_are_open(bare, take, clients):
    srv = bare()
    clients(srv)
    take(srv)
    srv.close()
    with pytest.raises(pynet.NetError, match="closed before"):
        take(srv)


def test_what_was_not_taken_is_destroyed_when_the_server_closes(bare, clients):
    srv = bare()
    loop = iter(srv)
    clients(srv, 2)
    srv.accept(5).destroy()
    pynet._private.iter_next(srv)  # the loop asks: one is accepted in advance
    assert wait_until(lambda: len(srv.connections) == 1)
    loop.close()
    closed = Recorder(srv, "close")
    srv.close()
    closed.wait("close")
    assert srv.connections == []


def test_closing_destroys_none_that_a_listener_has_received(bare, clients):
    srv = bare()
    with pytest.raises(TimeoutError):
        srv.accept(0)
    log = Recorder(srv, "connection")
    clients(srv)
    log.wait("connection")
    srv.close()
    two_turns()
    assert not log["connection"].destroyed
    log["connection"].destroy()


def test_it_may_begin_before_listen(bare, where, clients):
    srv = bare(listen=False)
    call = waiting(accept, srv)
    srv.listen(*where)
    client = clients(srv)[0]
    call.join().end(b"hi")
    assert client.recv(10) == b"hi"


def test_it_may_be_called_after_the_next_listen(bare, where, clients):
    srv = bare()
    clients(srv)
    srv.accept(5).destroy()
    srv.close()
    srv.wait("close", 5)
    srv.listen(*where)
    client = clients(srv)[0]
    srv.accept(5).end(b"hi")
    assert client.recv(10) == b"hi"


def test_the_error_of_listen_is_raised(bare, refused):
    srv = bare(listen=False)
    call = waiting(accept, srv)
    srv.on("error", lambda err: None)
    srv.listen(refused[1], refused[0])
    with pytest.raises(OSError) as caught:
        call.join()
    assert caught.value.code == "EADDRINUSE"


# --- what it does not keep ---


def test_connections_that_close_are_not_kept_for_a_call_that_never_comes(bare):
    srv = bare()
    with pytest.raises(TimeoutError):
        srv.accept(0)
    gone = []
    srv.on("connection", lambda sock: gone.append(weakref.ref(sock)) or sock.end())
    for _ in range(10):
        with raw_client(srv) as client:
            assert client.recv(1) == b""
    assert wait_until(lambda: not srv.connections)

    def dead():
        gc.collect()
        return sum(ref() is None for ref in gone)

    assert wait_until(lambda: dead() >= 9)


def test_a_call_is_not_seen(bare):
    srv = bare()
    seen = Recorder(srv, "newListener")
    call = pynet.once(srv, "connection")
    assert (srv.event_names(), srv.listeners("connection")) == (["newListener"], [])
    call.cancel()
    assert seen.names == []


# --- where it must not wait ---


def test_in_a_listener_it_is_refused(bare):
    srv = bare()
    with pytest.raises(RuntimeError, match=r"accept\(\) would wait for ever inside a listener"):
        on_loop(srv.accept)


def test_wrong_timeouts(bare):
    srv = bare()
    with pytest.raises(TypeError):
        srv.accept("1")
    with pytest.raises(ValueError):
        srv.accept(-1)


def test_beside_run(script):
    done = script("""
        import threading, pynet
        server = pynet.Server().listen(0, "127.0.0.1")
        def serve():
            for _ in range(3):
                server.accept(5).end("bye")
            server.close()
        threading.Thread(target=serve).start()
        clients = [pynet.connect(server.address()) for _ in range(3)]
        for client in clients:
            client.on("data", print)
        pynet.run()
    """)
    assert done.stdout == "b'bye'\n" * 3 and done.stderr == ""


# --- several calls ---


def test_tasks_get_connections_in_the_order_of_their_calls(bare):
    srv = bare()

    async def main():
        tasks = [asyncio.create_task(srv.accept(5)) for _ in range(4)]
        await asyncio.sleep(0)
        tasks.pop(1).cancel()
        got = []
        for i, task in enumerate(tasks):
            with raw_client(srv) as client:
                client.sendall(bytes([i]))
                got.append(await (await task).read_exactly(1, timeout=5))
        return got

    assert run_coroutine(main()) == [b"\0", b"\1", b"\2"]


def test_what_is_kept_is_given_without_a_step_of_the_asyncio_loop(bare):
    srv = bare()

    seen = []
    srv.on("connection", seen.append)

    async def main():
        with pytest.raises(TimeoutError):
            await srv.accept(0)  # from now on connections are kept
        with raw_client(srv), raw_client(srv):
            first = await srv.accept(5)
            while len(seen) < 2:
                await asyncio.sleep(0)
            await asyncio.to_thread(two_turns)
            steps = []
            asyncio.get_running_loop().call_soon(steps.append, 1)
            second = await srv.accept(5)
            return len(steps), [first, second] == seen

    assert run_coroutine(main()) == (0, True)


def test_calls_and_futures_and_loops_together_get_each_connection_once(bare):
    srv = bare()
    got = []

    async def loop():
        async for sock in srv:
            got.append(sock)

    async def accept():
        while True:
            got.append(await srv.accept())

    async def future():
        while True:
            got.append(await pynet.once(srv, "connection"))

    async def main():
        tasks = [asyncio.ensure_future(each()) for each in (loop, accept, future, accept)]
        await asyncio.sleep(0)
        clients = [await asyncio.to_thread(raw_client, srv) for _ in range(40)]
        while len(got) < 40:
            await asyncio.sleep(0)
        srv.close()
        for sock in [*got, *clients]:
            sock.close()
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        return len(clients), [getattr(end, "code", end) for end in ends]

    closed = "ERR_STREAM_PREMATURE_CLOSE"
    assert run_coroutine(main()) == (40, [None, closed, closed, closed])
    assert len(set(map(id, got))) == 40


def test_an_accept_in_an_asyncio_loop_that_is_closed_does_not_stop_the_next_one(bare):
    srv = bare()
    loop = asyncio.new_event_loop()

    async def begin():
        task = asyncio.ensure_future(srv.accept())
        await asyncio.sleep(0)
        return task

    task = loop.run_until_complete(begin())
    loop.close()
    with raw_client(srv) as client:
        client.sendall(b"x")
        assert srv.accept(5).read_exactly(1, timeout=5) == b"x"
    task._log_destroy_pending = False
