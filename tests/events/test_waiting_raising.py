"""Waits are answered also when a listener of the same event raises."""

from __future__ import annotations

import asyncio
import threading
from concurrent import futures
from typing import ClassVar

import pytest

import pynet
from helpers import run_coroutine, two_turns, wait_until, waits
from pynet import _reading


@pytest.fixture
def uncaught_errors(uncaught_errors):
    """A wait may be answered before the loop's thread has reported what the listener raised."""
    yield uncaught_errors
    two_turns()


def raises(*args):
    raise ZeroDivisionError("a listener")


def in_thread(function, *args):
    """Runs it in a thread of its own; a Future of what it gives."""
    future = futures.Future()

    def work():
        try:
            future.set_result(function(*args))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


def close(p):
    p.client.destroy()


def fail(p):
    p.client.destroy(ValueError("mine"))


def send(p):
    p.peer.write(b"x")


def end_of_peer(p):
    p.peer.end()


def end(p):
    p.client.end()


@pytest.mark.parametrize(
    ("event", "act"),
    [("close", close), ("error", fail), ("data", send), ("readable", send), ("end", end_of_peer), ("finish", end)],
)
def test_a_wait_is_answered_though_a_listener_raises(pair, uncaught_errors, event, act):
    p = pair({"allow_half_open": True}, allow_half_open=True)
    p.client.on(event, raises)
    future = pynet.once(p.client, event)
    act(p)
    future.result(5)
    assert wait_until(lambda: [type(error) for error in uncaught_errors] == [ZeroDivisionError])


def test_a_wait_for_connect_is_answered_though_a_listener_raises(server, where, uncaught_errors):
    srv = server()
    address = srv.address()
    with pynet.turn():
        client = pynet.connect(address) if not isinstance(address, str) else pynet.connect({"path": address})
        client.on("connect", raises)
        future = pynet.once(client, "connect")
    assert future.result(5) is None
    client.destroy()


def test_a_wait_of_a_server_is_answered_though_a_listener_raises(where, uncaught_errors):
    srv = pynet.Server().on("close", raises).on("listening", raises)
    listening = pynet.once(srv, "listening")
    srv.listen(*where)
    assert wait_until(lambda: len(uncaught_errors) == 1)
    assert listening.result(5) is None
    closed = pynet.once(srv, "close")
    srv.close()
    assert closed.result(5) is None
    assert wait_until(lambda: len(uncaught_errors) == 2)


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_a_wait_for_an_error_of_a_server_is_answered_though_a_listener_raises(where, server, uncaught_errors):
    busy = server().address()
    srv = pynet.Server().on("error", raises)
    future = pynet.once(srv, "listening")
    srv.listen(busy) if isinstance(busy, str) else srv.listen(busy.port, busy.address)
    assert future.exception(5).code == "EADDRINUSE"


@pytest.mark.parametrize("event", ["close", "error"])
def test_readers_in_threads_end_though_a_listener_raises(pair, uncaught_errors, event):
    p = pair()
    p.client.on(event, raises)
    if event == "close":
        p.client.on("error", lambda err: None)
    readers = [in_thread(list, p.client), in_thread(p.client.read_exactly, 10)]
    p.client.destroy(ValueError("mine"))
    for reader in readers:
        with pytest.raises(ValueError, match="mine"):
            reader.result(5)


def test_a_loop_of_a_task_ends_though_a_listener_raises(pair, uncaught_errors):
    p = pair()
    p.client.on("error", raises)

    async def main():
        task = asyncio.ensure_future(anext(aiter(p.client)))
        await asyncio.sleep(0)
        p.client.destroy(ValueError("mine"))
        return await task

    with pytest.raises(ValueError, match="mine"):
        run_coroutine(main())


def test_a_loop_over_a_server_ends_though_a_listener_raises(bare, uncaught_errors):
    srv = bare()
    srv.on("close", raises)
    loop = in_thread(list, srv)
    assert wait_until(lambda: pynet._private.iter_next(srv) is None)
    srv.close()
    assert loop.result(5) == []


def test_every_wait_is_answered_though_a_listener_raises():
    """More of them than the emitter notes on the stack."""
    emitter = pynet.EventEmitter()
    before = [pynet.once(emitter, "event") for _ in range(10)]
    emitter.on("event", raises)
    after = [pynet.once(emitter, "event") for _ in range(10)]
    with pytest.raises(ZeroDivisionError):
        emitter.emit("event", 1)
    assert [future.result(0) for future in before + after] == [1] * 20


def test_listeners_after_one_that_raises_are_not_called():
    """As in Node."""
    emitter = pynet.EventEmitter()
    called = []
    emitter.on("event", raises)
    emitter.on("event", called.append)
    with pytest.raises(ZeroDivisionError):
        emitter.emit("event", 1)
    assert called == []


def test_below_run_a_wait_is_answered_before_run_raises(script):
    done = script(
        """
        import pynet

        def main():
            def connected():
                futures.append(pynet.once(client, "close"))
                client.destroy()

            def raises(had_error):
                print("answered", futures[0].done())
                raise ZeroDivisionError

            server = pynet.create_server().listen(0, "127.0.0.1").unref()
            client = pynet.connect(server.address())
            client.on("close", raises)
            client.on("connect", connected)

        futures = []
        try:
            pynet.run(main)
        except ZeroDivisionError:
            print("raised, answered", futures[0].done())
        """
    )
    assert (done.stdout, done.stderr) == ("answered False\nraised, answered True\n", "")


# --- a listener of a wait that fails, as without memory ---


def failing(monkeypatch, owner, name, times):
    """The method raises MemoryError the first `times` times that the loop calls it."""
    real, left = getattr(owner, name), [None] * times

    def method(self, *args):
        if left and pynet._private.inside():
            left.pop()
            raise MemoryError
        return real(self, *args)

    monkeypatch.setattr(owner, name, method)
    return left


class FailingLock:
    """A lock of threading whose release() raises MemoryError at first, as one of gevent may."""

    left: ClassVar[list[None]] = []
    real = threading.Lock

    def __init__(self):
        self._lock = self.real()
        self.acquire, self.locked = self._lock.acquire, self._lock.locked

    def __enter__(self):
        return self._lock.acquire()

    def __exit__(self, *exc):
        self._lock.release()

    def release(self):
        if self.left:
            self.left.pop()
            raise MemoryError
        self._lock.release()


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("reads", [list, lambda sock: sock.read_exactly(1)], ids=["loop", "frame"])
def test_a_reader_is_woken_though_waking_fails_at_first(pair, monkeypatch, reads, times):
    p = pair()
    p.client.on("error", lambda err: None)
    monkeypatch.setattr(threading, "Lock", FailingLock)
    before = waits()
    reader = in_thread(reads, p.client)
    assert wait_until(lambda: waits() > before)
    FailingLock.left[:] = [None] * times
    p.client.destroy(ValueError("mine"))
    with pytest.raises(ValueError, match="mine"):
        reader.result(5)
    assert FailingLock.left == []


def test_a_task_is_woken_though_waking_fails_at_first(pair, monkeypatch):
    p = pair()
    left = [None] * 3

    async def main():
        loop = asyncio.get_running_loop()
        real = loop.call_soon_threadsafe

        def failing(callback, *args, **options):
            if left and args == (loop,):
                left.pop()
                raise MemoryError
            return real(callback, *args, **options)

        tasks = [asyncio.ensure_future(p.client.read_exactly(1)), asyncio.ensure_future(anext(aiter(p.client)))]
        await asyncio.sleep(0)
        monkeypatch.setattr(loop, "call_soon_threadsafe", failing)
        p.peer.write("xy")
        return [await task for task in tasks]

    assert run_coroutine(main()) == [b"x", b"y"]
    assert left == []


def test_a_loop_over_a_server_ends_though_waking_fails_at_first(server, monkeypatch, uncaught_errors):
    srv = server()
    srv.remove_all_listeners("connection")
    left = failing(monkeypatch, _reading.Waiters, "_wake", 3)
    reader = in_thread(list, srv)
    assert wait_until(lambda: waits() > 0)
    srv.close()
    assert reader.result(5) == []
    assert left == []


@pytest.mark.parametrize("method", ["_settle", "_look"])
def test_a_wait_is_answered_though_its_listener_fails_at_first(pair, monkeypatch, uncaught_errors, method):
    p = pair()
    waiting = pynet.once(p.client, "close")
    result = in_thread(waiting.result, 5)
    failing(monkeypatch, pynet.Future, method, 2)
    p.client.destroy()
    assert result.result(5) is False


def test_a_waker_that_fails_is_called_again():
    waiters, called = _reading.Waiters(), []

    def waker():
        called.append(1)
        if len(called) == 1:
            raise MemoryError

    waiters._wakers.append(waker)
    with pytest.raises(MemoryError):
        waiters._wake()
    waiters._wake()
    waiters._wake()
    assert called == [1, 1]
