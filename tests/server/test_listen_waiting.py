"""Waits and loops that begin when listen() has failed, or before it: they end, and say why."""

from __future__ import annotations

import asyncio
import threading
from concurrent import futures

import pytest

import pynet
from helpers import Recorder, listeners_of, on_loop, run_coroutine, wait_until
from pipe_names import needs_names_in_use


def listen_there(srv, busy):
    """listen() where another server listens."""
    address = busy.address()
    needs_names_in_use(address)
    return srv.listen(address) if isinstance(address, str) else srv.listen(address.port, address.address)


@pytest.fixture
def failed(where, server):
    """A server whose listen() has failed, and a listener has heard of it."""
    busy = server()
    srv = pynet.Server()
    heard = Recorder(srv, "error")
    listen_there(srv, busy)
    heard.wait("error")
    yield srv
    srv.shutdown(0)


@pytest.fixture
def fresh():
    """A server that has never listened."""
    srv = pynet.Server()
    yield srv
    srv.shutdown(0)


def in_thread(function):
    """Runs it in a thread of its own; a Future of what it gives."""
    future = futures.Future()

    def work():
        try:
            future.set_result(function())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


# --- listen() has failed ---


def wait_listening(srv):
    srv.wait("listening", timeout=5)


def wait_connection(srv):
    srv.wait("connection", timeout=5)


def result_listening(srv):
    pynet.once(srv, "listening").result(5)


def loop(srv):
    for sock in srv:
        sock.destroy()


def await_listening(srv):
    async def main():
        await pynet.once(srv, "listening")

    run_coroutine(main())


def loop_async(srv):
    async def main():
        async for sock in srv:
            sock.destroy()

    run_coroutine(main())


WAITS = [wait_listening, wait_connection, result_listening, loop, await_listening, loop_async]


@pytest.mark.parametrize("wait", WAITS)
def test_a_wait_after_a_failed_listen_raises_its_error(failed, wait):
    with pytest.raises(OSError, match="EADDRINUSE") as caught:
        wait(failed)
    assert caught.value.code == "EADDRINUSE"


def test_each_wait_after_a_failed_listen_raises(failed):
    for _ in range(3):
        with pytest.raises(OSError, match="EADDRINUSE"):
            failed.wait("listening", timeout=5)


def test_wait_for_error_after_a_failed_listen_gives_it(failed):
    assert failed.wait("error", timeout=5).code == "EADDRINUSE"


def test_a_wait_in_the_listener_of_the_error_fails(where, server):
    busy = server()
    srv, waits = pynet.Server(), []
    srv.on("error", lambda err: waits.append((err, pynet.once(srv, "listening"))))
    listen_there(srv, busy)
    assert wait_until(lambda: waits)
    assert waits[0][1].exception(5) is waits[0][0]


def test_a_failed_lookup_is_raised_by_later_waits():
    srv = pynet.Server()
    heard = Recorder(srv, "error")
    srv.listen(0, "nowhere.invalid")
    heard.wait("error", timeout=20)
    with pytest.raises(pynet.NetError) as caught:
        srv.wait("listening", timeout=5)
    assert caught.value is heard["error"]


def test_an_uncaught_error_of_listen_is_raised_by_later_waits(where, server, uncaught_errors):
    busy = server()
    srv = pynet.Server()
    with pynet.turn():  # elsewhere listen() raises
        listen_there(srv, busy)
    assert wait_until(lambda: uncaught_errors)
    with pytest.raises(OSError, match="EADDRINUSE"):
        srv.wait("listening", timeout=5)


def test_an_error_that_no_listener_has_heard_is_heard_by_the_wait(where, server, uncaught_errors):
    busy = server()
    srv = pynet.Server()
    with pynet.turn():  # elsewhere listen() raises
        listen_there(srv, busy)
    with pytest.raises(OSError, match="EADDRINUSE"):
        srv.wait("listening", timeout=5)
    on_loop(lambda: None)
    assert uncaught_errors == []


def test_listen_again_forgets_the_error(failed, tmp_path):
    failed.listen(str(tmp_path / "other.sock"))
    assert failed.wait("listening", timeout=5) is None


def test_listen_again_in_the_listener_of_the_error_forgets_it(where, server, tmp_path):
    busy = server()
    srv = pynet.Server()
    srv.on("error", lambda err: srv.listen(str(tmp_path / "other.sock")))
    listen_there(srv, busy)
    assert wait_until(lambda: srv.listening)
    assert srv.wait("listening", timeout=5) is None
    srv.close()


def test_leaving_a_with_block_after_a_failed_listen_raises_nothing(failed):
    async def main():
        async with failed:
            await asyncio.sleep(0)

    run_coroutine(main())


# --- a signal that was aborted already ---


def test_wait_for_listening_with_an_aborted_signal_raises(where):
    srv = pynet.Server()
    with pynet.turn():
        srv.listen(*where, signal=pynet.AbortSignal.abort())
        waits = pynet.once(srv, "listening")
        assert not waits.done()
    with pytest.raises(pynet.NetError) as caught:
        waits.result(5)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_listen_again_in_the_tick_of_an_aborted_signal_stays(where):
    srv = pynet.Server()

    def twice():
        srv.listen(*where, signal=pynet.AbortSignal.abort())
        srv.close()
        srv.listen(*where)

    on_loop(twice)
    assert srv.wait("listening", timeout=5) is None
    on_loop(lambda: None)
    assert srv.listening
    srv.close()


# --- before listen() ---


def test_shutdown_ends_a_loop_that_began_before_listen(fresh):
    ended = in_thread(lambda: list(fresh))
    assert wait_until(lambda: listeners_of(fresh))
    assert fresh.shutdown().result(5) == 0
    assert ended.result(5) == []


@pytest.mark.parametrize("event", ["listening", "connection"])
def test_shutdown_ends_a_wait_that_began_before_listen(fresh, event):
    future = pynet.once(fresh, event)
    fresh.shutdown()
    assert future.exception(5).code == "ERR_STREAM_PREMATURE_CLOSE"


def test_shutdown_answers_a_wait_for_close_that_began_before_listen(fresh):
    future = pynet.once(fresh, "close")
    fresh.shutdown()
    assert future.result(5) is None


def test_a_second_shutdown_ends_a_loop_too(fresh):
    fresh.shutdown()
    assert list(fresh) == []


def test_listen_after_shutdown_begins_anew(fresh, where):
    fresh.shutdown().result(5)
    fresh.listen(*where)
    assert fresh.wait("listening", timeout=5) is None
    with pytest.raises(TimeoutError):
        fresh.wait("close", timeout=0)


def test_shutdown_after_a_failed_listen_ends_the_waits_that_come(failed):
    failed.shutdown().result(5)
    assert failed.wait("close", timeout=5) is None
