"""Waits for `data` and `readable` lose nothing: what a wait does not take stays in the socket for the next reader."""

from __future__ import annotations

import asyncio
import threading
from concurrent import futures

import pytest

import pynet
from helpers import Recorder, on_loop, run_coroutine, two_turns, wait_until
from pynet import _private

MANY = bytes(range(256)) * 2000


def code_of(caught):
    return getattr(caught.value, "code", None)


# --- data: between two waits ---


def by_wait(sock):
    return sock.wait("data", timeout=5)


def by_result(sock):
    return pynet.once(sock, "data").result(5)


@pytest.mark.parametrize("one", [by_wait, by_result])
@pytest.mark.parametrize("end", ["client", "peer"])
def test_a_loop_of_waits_gets_every_byte(pair, one, end):
    p = pair()
    reader, writer = (p.client, p.peer) if end == "client" else (p.peer, p.client)
    writer.end(MANY)
    got = b""
    while len(got) < len(MANY):
        got += one(reader)
    assert got == MANY


def test_a_loop_of_awaits_gets_every_byte(pair):
    p = pair()
    p.peer.end(MANY)

    async def main():
        got = b""
        while len(got) < len(MANY):
            got += await pynet.once(p.client, "data")
            await asyncio.sleep(0)
        return got

    assert run_coroutine(main()) == MANY


def test_a_loop_of_waits_gets_every_character(pair):
    p = pair()
    p.client.set_encoding("utf8")
    text = "käse " * 40_000
    p.peer.end(text)
    got = ""
    while len(got) < len(text):
        got += p.client.wait("data", timeout=5)
    assert got == text


def test_waits_below_run_get_every_byte(script):
    done = script(
        """
        import threading, pynet

        got = []

        def read(sock):
            while len(b"".join(got)) < 300_000:
                got.append(sock.wait("data", timeout=10))
            sock.destroy()

        def main():
            def serve(sock):
                sock.end(b"x" * 300_000)
                server.close()

            server = pynet.create_server(serve).listen(0, "127.0.0.1")
            client = pynet.connect(server.address())
            readers.append(threading.Thread(target=read, args=(client,)))
            readers[0].start()

        readers = []
        pynet.run(main)
        readers[0].join()
        print(len(b"".join(got)))
        """
    )
    assert (done.stdout, done.stderr) == ("300000\n", "")


def comes(p, data):
    """Sends it, and returns when the loop has emitted or queued it."""
    total = p.client.bytes_read + len(data)
    p.peer.write(data)
    assert wait_until(lambda: p.client.bytes_read == total)
    two_turns()


def test_chunks_that_come_while_a_wait_begins(pair, monkeypatch):
    p = pair()
    real = _private.listen

    def listen(emitter, event, function):
        real(emitter, event, function)
        if event == "data":
            comes(p, b"first")
            comes(p, b"second")

    monkeypatch.setattr(_private, "listen", listen)
    assert p.client.wait("data", timeout=5) == b"first"
    monkeypatch.undo()
    assert p.client.wait("data", timeout=5) == b"second"


def test_a_chunk_that_comes_while_a_wait_times_out(pair, monkeypatch):
    p = pair()
    real = _private.unlisten
    this = threading.get_ident()

    def unlisten(emitter, event, function):
        if event == "data" and threading.get_ident() == this and p.client.bytes_read == 0:
            comes(p, b"first")
        real(emitter, event, function)

    monkeypatch.setattr(_private, "unlisten", unlisten)
    with pytest.raises(TimeoutError):
        p.client.wait("data", timeout=0.01)
    monkeypatch.undo()
    assert p.client.wait("data", timeout=5) == b"first"


def test_a_frame_is_read_behind_an_awaited_greeting(pair):
    p = pair()
    p.peer.write(b"hello")
    assert p.client.wait("data", timeout=5) == b"hello"
    p.peer.write(b"frame")
    assert wait_until(lambda: p.client.readable_length == 5)
    assert p.client.read_exactly(5, timeout=5) == b"frame"


def test_a_listener_behind_a_wait_gets_the_rest(pair):
    p = pair()
    p.peer.write(b"hello")
    p.client.wait("data", timeout=5)
    p.peer.write(b"rest")
    assert wait_until(lambda: p.client.readable_length == 4)
    log = Recorder(p.client, "data").wait("data")
    assert log.data() == b"rest"


def test_the_flow_stops_with_the_wait_that_started_it(pair):
    p = pair()
    p.peer.write(b"hello")
    p.client.wait("data", timeout=5)
    assert p.client.readable_flowing is None


def test_a_wait_that_takes_too_long_leaves_what_comes_after_it(pair):
    p = pair()
    with pytest.raises(TimeoutError):
        p.client.wait("data", timeout=0)
    p.peer.write(b"late")
    assert wait_until(lambda: p.client.readable_length == 4)
    assert p.client.read_exactly(4, timeout=5) == b"late"


def test_a_future_that_is_dropped_leaves_what_comes_after_it(pair):
    p = pair()
    future = pynet.once(p.client, "data")
    del future
    p.peer.write(b"late")
    assert wait_until(lambda: p.client.readable_length == 4)


def test_a_wait_that_ends_in_the_tick_that_a_readable_listener_leaves_stops_the_flow(pair):
    p = pair()

    def within_one_tick():
        p.client.on("readable", read)
        future = pynet.once(p.client, "data")
        future.cancel()
        p.client.off("readable", read)

    def read():
        return

    on_loop(within_one_tick)
    p.peer.write(b"late")
    assert wait_until(lambda: p.client.readable_length == 4)


def test_two_waits_for_one_chunk_both_get_it_and_leave_the_rest(pair):
    p = pair()
    waits = [pynet.once(p.client, "data") for _ in range(2)]
    p.peer.write(b"first")
    assert [wait.result(5) for wait in waits] == [b"first"] * 2
    p.peer.write(b"rest")
    assert p.client.read_exactly(4, timeout=5) == b"rest"


# --- data: who asked for the flow keeps it ---


def test_a_listener_beside_a_wait_keeps_the_flow(pair):
    p = pair()
    log = Recorder(p.client, "data")
    p.peer.write(b"one")
    p.client.wait("data", timeout=5)
    p.peer.write(b"two")
    log.wait_for(lambda: log.data() == b"onetwo")


def test_a_listener_that_comes_after_a_wait_keeps_the_flow(pair):
    p = pair()
    future = pynet.once(p.client, "data")
    log = Recorder(p.client, "data")
    p.peer.write(b"one")
    future.result(5)
    p.peer.write(b"two")
    log.wait_for(lambda: log.data() == b"onetwo")


@pytest.mark.parametrize("before", [True, False])
def test_resume_keeps_the_flow_after_a_wait(pair, before):
    p = pair()
    if before:
        p.client.resume()
    future = pynet.once(p.client, "data")
    if not before:
        p.client.resume()
    p.peer.write(b"one")
    future.result(5)
    assert p.client.readable_flowing is True


def test_a_pause_holds_a_wait_for_data(pair):
    p = pair()
    future = pynet.once(p.client, "data")
    on_loop(p.client.pause)
    p.peer.write(b"one")
    assert wait_until(lambda: p.client.readable_length == 3)
    assert not future.done()
    p.client.resume()
    assert future.result(5) == b"one"


# --- data: a wait that is given up when the chunk has come ---


def test_a_cancelled_task_puts_the_chunk_back_that_has_come_meanwhile(pair):
    p = pair()

    async def main():
        future = pynet.once(p.client, "data")

        async def wait():
            return await future

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0)
        p.peer.write(b"chunk")
        assert wait_until(future.done)  # the task is not awake yet
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert future.cancelled()
        return await pynet.once(p.client, "data")

    assert run_coroutine(main()) == b"chunk"


def test_an_interrupted_wait_puts_the_chunk_back_that_has_come_meanwhile(pair, monkeypatch):
    p = pair()

    def interrupted(future, timeout=None):
        assert wait_until(future.done)
        raise KeyboardInterrupt

    p.peer.write(b"chunk")
    with monkeypatch.context() as patch:
        patch.setattr(futures.Future, "result", interrupted)
        with pytest.raises(KeyboardInterrupt):
            p.client.wait("data", timeout=5)
    assert p.client.wait("data", timeout=5) == b"chunk"


def test_a_wait_that_is_cancelled_while_the_chunk_comes_puts_it_back(pair):
    p = pair()
    future = pynet.once(p.client, "data")
    futures.Future.cancel(future)  # the listener is still there, as while it is being called
    p.peer.write(b"chunk")
    assert p.client.wait("data", timeout=5) == b"chunk"


def test_a_chunk_that_a_listener_got_as_well_is_not_put_back(pair):
    p = pair()
    log = Recorder(p.client, "data")
    future = pynet.once(p.client, "data")
    futures.Future.cancel(future)
    p.peer.write(b"one")
    log.wait("data")
    p.peer.write(b"two")
    log.wait_for(lambda: log.data().endswith(b"two"))
    assert log.data() == b"onetwo"


# --- data and readable: after the end ---


@pytest.mark.parametrize("event", ["data", "readable"])
def test_a_wait_for_data_after_the_end_raises(pair, event):
    p = pair({"allow_half_open": True})
    p.peer.end()
    p.client.wait("end", timeout=5)
    with pytest.raises(pynet.NetError) as caught:
        p.client.wait(event, timeout=5)
    assert code_of(caught) == "ERR_STREAM_PREMATURE_CLOSE"


def test_the_end_ends_a_wait_for_data(pair):
    p = pair({"allow_half_open": True})
    future = pynet.once(p.client, "data")
    p.peer.end()
    assert isinstance(future.exception(5), pynet.NetError)
    assert not p.client.destroyed


# --- readable: what is buffered is heard of ---


def left_until(sock):
    assert sock.read_until("\n", timeout=5) == b"one\n"


def left_exactly(sock):
    assert sock.read_exactly(2, timeout=5) == b"on"


def left_lines(sock):
    for line in sock.lines():
        assert line == b"one"
        break


def left_loop(sock):
    for chunk in sock:
        sock.unshift(chunk)
        break


def left_late(sock):
    with pytest.raises(TimeoutError):
        sock.read_exactly(1000, timeout=0)


def left_wait(sock):
    sock.wait("readable", timeout=5)


def left_listener(sock):
    heard = threading.Event()
    sock.on("readable", heard.set)
    assert heard.wait(5)
    sock.off("readable", heard.set)


def left_all_listeners(sock):
    heard = threading.Event()
    sock.on("readable", heard.set)
    assert heard.wait(5)
    sock.remove_all_listeners("readable")


READERS = [left_until, left_exactly, left_lines, left_loop, left_late, left_wait, left_listener, left_all_listeners]


def hears_by_wait(sock):
    sock.wait("readable", timeout=5)


def hears_by_once(sock):
    pynet.once(sock, "readable").result(5)


def hears_by_listener(sock):
    heard = threading.Event()
    sock.on("readable", heard.set)
    assert heard.wait(5)


@pytest.mark.parametrize("hears", [hears_by_wait, hears_by_once, hears_by_listener])
@pytest.mark.parametrize("leave", READERS)
def test_what_a_reader_has_left_is_readable_at_once(pair, leave, hears):
    p = pair()
    p.peer.write(b"one\ntwo\nthree\n")
    leave(p.client)
    hears(p.client)
    assert p.client.read().endswith(b"three\n")


def test_a_listener_that_takes_the_place_of_another_hears_of_what_is_buffered(pair):
    """Both in one call: Node's new listener hears nothing."""
    p = pair()
    p.peer.write(b"kept")
    old = Recorder(p.client, "readable").wait("readable")
    new = Recorder(pynet.EventEmitter())

    def replace():
        p.client.remove_all_listeners("readable")
        p.client.on("readable", new.note("new"))

    on_loop(replace)
    new.wait("new")
    assert (old.names, p.client.read()) == (["readable"], b"kept")


def test_a_second_listener_beside_the_first_is_not_told_again(pair):
    """As in Node: `readable` comes for what is new."""
    p = pair()
    p.peer.write(b"kept")
    first = Recorder(p.client, "readable").wait("readable")
    second = Recorder(p.client, "readable")
    p.peer.write(b"more")
    second.wait("readable")
    assert (len(first.names), len(second.names)) == (2, 1)


def test_awaited_readable_after_a_frame(pair):
    p = pair()
    p.peer.write(b"one\ntwo\n")

    async def main():
        first = await p.client.read_until("\n")
        await pynet.once(p.client, "readable")
        return first, p.client.read()

    assert run_coroutine(main()) == (b"one\n", b"two\n")


# --- the end behind a frame ---


@pytest.mark.parametrize("event", ["end", "finish", "close"])
@pytest.mark.parametrize("awaits", [False, True], ids=["thread", "task"])
def test_a_wait_behind_a_frame_that_took_all_that_was_left_hears_of_the_end(pair, event, awaits):
    p = pair()
    p.peer.end(b"all")
    assert wait_until(lambda: pynet._private.at_end(p.client))
    assert p.client.read_exactly(3, timeout=5) == b"all"
    if awaits:

        async def main():
            await pynet.once(p.client, event)

        run_coroutine(main())
    else:
        p.client.wait(event, timeout=5)
    assert p.client.readable_ended
