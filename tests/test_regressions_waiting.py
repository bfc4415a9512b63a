"""Bugs of waiting, loops and frames that a review found: each test fails without its repair."""

from __future__ import annotations

import pytest

import pynet
from helpers import wait_until
from pynet import _private, _reading


def ends_after_a_search(p, monkeypatch, module, name, which, data):
    """The which-th search that finds nothing is followed by the peer's last data and its end, before any other look."""
    real = getattr(module, name)
    missed = []

    def search(*args):
        found = real(*args)
        if found is None:
            missed.append(found)
            if len(missed) == which:
                p.peer.end(data)
                assert wait_until(lambda: _private.at_end(p.client))
        return found

    monkeypatch.setattr(module, name, search)


def test_lines_that_come_with_the_end_while_nobody_looks_are_lines(pair, monkeypatch):
    p = pair()
    ends_after_a_search(p, monkeypatch, _reading, "_read_until", 1, b"one\ntwo\nthree")
    assert list(p.client.lines()) == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("read_exactly", lambda sock: sock.read_exactly(4, timeout=5)),
        ("read_until", lambda sock: sock.read_until(b"\n", timeout=5)),
    ],
)
def test_a_frame_that_comes_with_the_end_while_nobody_looks_is_complete(pair, monkeypatch, name, call):
    p = pair()
    ends_after_a_search(p, monkeypatch, _private, name, 2, b"one\n")
    assert call(p.client) == b"one\n"


def test_who_is_woken_and_waits_again_is_not_woken_again_by_the_same_event(pair):
    watch = _reading.Watch(pair().client)
    woken = []

    def wake():
        woken.append(True)
        if len(woken) < 100:
            watch._wakers.append(wake)

    watch._wakers.append(wake)
    watch._wake()
    assert len(woken) == 1


def test_a_future_of_the_parent_is_refused_in_a_forked_child(script):
    done = script("""
        import asyncio, os, sys, pynet
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.wait("connect")
        future = pynet.once(client, "end")
        async def await_it():
            await future
        pid = os.fork()
        if pid == 0:
            for call in (future.result, future.exception, lambda: asyncio.run(await_it())):
                try:
                    call()
                except pynet.NetError as error:
                    print(error.code)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        client.destroy()
        server.close()
    """)
    assert done.stdout.splitlines() == ["ERR_FORKED"] * 3


def test_daemon_threads_that_wait_at_exit_get_an_error(script):
    done = script("""
        import asyncio, atexit, threading
        threads, codes = [], []

        def last():  # registered before pynet: called after it has closed everything
            for thread in threads:
                thread.join(10)
            print(len(codes), set(codes), flush=True)

        atexit.register(last)
        import pynet

        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        server.unref()
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.wait("connect")
        from pynet import _exit

        async def frame():
            await client.read_exactly(1)

        async def event():
            await pynet.once(client, "data")

        def run(work):
            try:
                work()
            except pynet.NetError as error:
                codes.append(error.code)

        future = pynet.once(client, "end")
        works = [
            lambda: client.wait("close"), lambda: server.wait("close"), lambda: list(client),
            lambda: next(client.lines()), lambda: client.read_until(b"x"), future.result, future.exception,
            lambda: asyncio.run(frame()), lambda: asyncio.run(event()),
        ]
        for work in works:
            threads.append(threading.Thread(target=run, args=(work,), daemon=True))
            threads[-1].start()
        while len(_exit.blocked) < len(works):
            pass
    """)
    # exception() gives the error instead of raising it.
    assert done.stdout == "8 {'ERR_LOOP_CLOSED'}\n", done.stderr


def test_who_has_waited_is_not_kept_for_the_exit(pair):
    from pynet import _exit

    p = pair()
    before = len(_exit.blocked)
    with pytest.raises(TimeoutError):
        p.client.read_exactly(1, timeout=0.01)
    with pytest.raises(TimeoutError):
        p.client.wait("data", timeout=0.01)
    with pytest.raises(TimeoutError):
        pynet.once(p.client, "data").exception(0.01)
    assert len(_exit.blocked) == before


def test_after_a_frame_is_given_up_no_more_than_the_mark_is_kept(pair):
    p = pair({"high_water_mark": 1000})
    with pytest.raises(TimeoutError):
        p.client.read_exactly(50_000_000, timeout=0)
    sent = 20_000_000
    p.peer.write(b"x" * sent)
    assert wait_until(lambda: p.client.readable_length >= 1000)
    # The system's buffers take part of it; the rest has to stay with the peer.
    assert not wait_until(lambda: p.client.readable_length > 1_000_000, timeout=0.2)
    assert p.client.read_exactly(sent, timeout=20) == b"x" * sent
