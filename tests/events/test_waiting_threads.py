"""wait(), once() and drain() in threads: states, results, errors, timeouts, and where they are refused."""

from __future__ import annotations

import concurrent.futures
import gc
import threading
import time
import weakref

import pytest

import pynet
from helpers import Recorder, listeners_of, on_loop, peer_text, target, wait_until, waits

BIG = b"x" * 8_000_000


def start(function, *args):
    """Runs function(*args) in a thread; a Future of what it gives."""
    future = concurrent.futures.Future()

    def work():
        try:
            future.set_result(function(*args))
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


# --- states that are reached ---


def test_connect_and_ready_are_answered_while_and_after_connecting(server):
    client = pynet.connect(target(server()))
    assert client.wait("connect", timeout=5) is None
    assert client.wait("connect", timeout=0) is None
    assert client.wait("ready", timeout=0) is None
    client.destroy()


@pytest.mark.parametrize("event", ["connect", "ready"])
@pytest.mark.parametrize("end", ["client", "peer"])
def test_connect_and_ready_raise_on_a_closed_socket(pair, event, end):
    sock = getattr(pair(), end)
    log = Recorder(sock, "close")
    sock.destroy()
    log.wait("close")
    with pytest.raises(pynet.NetError) as caught:
        sock.wait(event, timeout=5)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_connect_raises_the_error_of_a_closed_socket(pair):
    sock = pair().client
    log = Recorder(sock, "error", "close")
    sock.destroy(ValueError("mine"))
    log.wait("close")
    with pytest.raises(ValueError, match="mine"):
        sock.wait("connect", timeout=5)


def test_an_accepted_socket_is_connected_from_the_start(pair):
    assert pair().peer.wait("connect", timeout=0) is None


def test_a_new_life_is_not_connected_yet(server, tmp_path):
    client = pynet.connect(target(server()))
    client.wait("connect", timeout=5)
    client.destroy()
    client.wait("close", timeout=5)
    client.connect({"path": str(tmp_path / "nobody")})
    with pytest.raises(FileNotFoundError):
        client.wait("connect", timeout=5)


def test_listening_is_answered_while_the_server_listens(where):
    srv = pynet.create_server()
    with pytest.raises(TimeoutError):
        srv.wait("listening", timeout=0)
    srv.listen(*where)
    assert srv.wait("listening", timeout=5) is None
    srv.close()
    assert srv.wait("close", timeout=5) is None
    assert srv.wait("close", timeout=0) is None
    with pytest.raises(pynet.NetError) as caught:
        srv.wait("listening", timeout=5)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_a_server_that_listens_again_is_not_closed(where):
    srv = pynet.create_server().listen(*where)
    srv.close()
    srv.wait("close", timeout=5)
    srv.listen(*where)
    with pytest.raises(TimeoutError):
        srv.wait("close", timeout=0)
    srv.close()
    assert srv.wait("close", timeout=5) is None


def test_a_closed_server_that_looks_a_name_up_may_be_waited_for():
    srv = pynet.create_server().listen(0, "127.0.0.1")
    with pynet.turn():
        srv.close()
        srv.listen(0, "localhost")
        first = pynet.once(srv, "listening")
        assert not first.done()
    assert first.result(timeout=5) is None
    srv.close()
    srv.wait("close", timeout=5)
    with pynet.turn():
        srv.listen(0, "localhost")
        second = pynet.once(srv, "listening")
        assert not second.done()
    assert second.result(timeout=5) is None
    srv.close()
    assert srv.wait("close", timeout=5) is None


def test_end_finish_and_close_are_answered_before_and_after(pair):
    p = pair()
    ended = start(p.client.wait, "end", 5)
    p.peer.end()
    p.client.resume()
    assert ended.result(5) is None
    assert p.client.wait("finish", timeout=5) is None
    assert p.client.wait("close", timeout=5) is False
    assert [p.client.wait(name, timeout=0) for name in ("end", "finish", "close")] == [None, None, False]


def test_close_tells_whether_there_was_an_error(pair):
    p = pair()
    heard = Recorder(p.client, "error", "close")
    p.client.destroy(ValueError("mine"))
    heard.wait("close")
    assert p.client.wait("close", timeout=0) is True


def test_drain_is_answered_at_once_when_nothing_is_to_be_drained(pair):
    p = pair()
    assert p.client.drain().result(timeout=0) is None
    assert p.client.wait("drain", timeout=0) is None


def test_drain_waits_until_the_queue_is_empty(pair):
    p = pair()
    assert p.client.write(BIG) is False
    drained = p.client.drain()
    assert not drained.done()
    p.peer.resume()
    assert drained.result(timeout=5) is None
    assert p.client.writable_length == 0


def test_drain_after_end_is_answered_when_everything_has_been_sent(pair):
    p = pair(allow_half_open=True)
    p.client.end(BIG)
    drained = p.client.drain()
    p.peer.resume()
    assert drained.result(timeout=5) is None
    assert p.client.writable_finished


def test_error_is_answered_when_it_is_what_is_waited_for(pair):
    p = pair()
    mine = ValueError("mine")
    waits = [start(p.client.wait, "error", 5) for _ in range(3)]
    assert wait_until(lambda: len(listeners_of(p.client)) >= 6)
    p.client.destroy(mine)
    assert [w.result(5) for w in waits] == [mine] * 3
    p.client.wait("close", timeout=5)
    assert p.client.wait("error", timeout=0) is mine


def test_error_is_answered_between_the_error_and_the_close(pair):
    p = pair()
    futures = []
    p.client.on("error", lambda error: futures.append(pynet.once(p.client, "error")))
    events = Recorder(p.client, "close")
    mine = ValueError("mine")
    p.client.destroy(mine)
    events.wait("close")
    assert futures[0].result(timeout=5) is mine


# --- results ---


def test_the_result_is_none_the_argument_or_a_tuple():
    emitter = pynet.EventEmitter()
    futures = [pynet.once(emitter, name) for name in ("none", "one", "two")]
    emitter.emit("none")
    emitter.emit("one", 1)
    emitter.emit("two", 1, 2)
    assert [f.result(timeout=0) for f in futures] == [None, 1, (1, 2)]


def test_wait_gives_a_server_connection(where):
    srv = pynet.create_server().listen(*where)
    client = pynet.connect(target(srv))
    sock = srv.wait("connection", timeout=5)
    assert isinstance(sock, pynet.Socket)
    for each in (client, sock, srv):
        each.destroy() if each is not srv else each.close()


def test_wait_for_data_gives_a_chunk(pair):
    p = pair()
    got = start(p.client.wait, "data", 5)
    assert wait_until(lambda: p.client.readable_flowing)
    p.peer.write("hello")
    assert got.result(5) == b"hello"


def test_once_takes_one_event():
    emitter = pynet.EventEmitter()
    future = pynet.once(emitter, "x")
    emitter.emit("x", 1)
    emitter.emit("x", 2)
    assert future.result() == 1
    assert listeners_of(emitter) == []


def test_the_future_is_one_of_concurrent_futures():
    emitter = pynet.EventEmitter()
    first, second = pynet.once(emitter, "a"), pynet.once(emitter, "b")
    assert isinstance(first, pynet.Future) and isinstance(first, concurrent.futures.Future)
    emitter.emit("b", "B")
    done, pending = concurrent.futures.wait([first, second], timeout=5, return_when="FIRST_COMPLETED")
    assert (done, pending) == ({second}, {first})
    assert first.cancel() and not second.cancel()


def test_a_done_callback_is_called_where_listeners_are(pair):
    p = pair()
    seen = []
    pynet.once(p.client, "close").add_done_callback(
        lambda f: seen.append((threading.current_thread().name, f.result()))
    )
    p.client.destroy()
    assert wait_until(lambda: seen)
    assert seen == [("pynet", False)]


# --- errors ---


def test_an_error_event_is_raised(tmp_path):
    client = pynet.connect({"path": str(tmp_path / "nobody")})
    with pytest.raises(FileNotFoundError) as caught:
        client.wait("connect", timeout=5)
    assert caught.value.code == "ENOENT"
    client.wait("close", timeout=5)
    with pytest.raises(FileNotFoundError):
        client.wait("connect", timeout=0)


def test_an_error_that_came_before_the_wait_is_heard_by_it(tmp_path):
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        client = pynet.connect({"path": str(tmp_path / "nobody")})
        assert wait_until(lambda: client.errored is not None)
        with pytest.raises(FileNotFoundError):
            client.wait("close", timeout=5)
        client.wait("close", timeout=5)
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_a_server_that_cannot_listen_raises_from_wait(where, server):
    srv = server()
    address = srv.address()
    second = pynet.create_server()
    with pynet.turn():  # elsewhere listen() raises
        second.listen(address if isinstance(address, str) else {"port": address.port, "host": address.address})
    with pytest.raises(pynet.NetError) as caught:
        second.wait("listening", timeout=5)
    assert caught.value.code == "EADDRINUSE"


def test_a_close_without_error_is_a_premature_close(pair):
    p = pair()
    waits = {name: start(p.client.wait, name, 5) for name in ("end", "drain", "finish", "nonsense")}
    assert waits.pop("drain").result(5) is None
    assert wait_until(lambda: len(listeners_of(p.client)) >= 9)
    p.client.destroy()
    for name, wait in waits.items():
        with pytest.raises(pynet.NetError) as caught:
            wait.result(5)
        assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"
        assert str(caught.value) == f"The socket closed before {name!r} ({peer_text(p.client)})"
    with pytest.raises(pynet.NetError):
        p.client.wait("end", timeout=0)


def test_drain_of_a_dead_socket_raises(pair):
    p = pair()
    p.client.destroy()
    p.client.wait("close", timeout=5)
    with pytest.raises(pynet.NetError) as caught:
        p.client.drain().result(timeout=0)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_drain_raises_what_the_socket_dies_of(pair):
    p = pair()
    p.client.write(BIG)
    drained = p.client.drain()
    p.client.destroy(ValueError("mine"))
    with pytest.raises(ValueError, match="mine"):
        drained.result(timeout=5)


def test_an_error_that_is_no_exception_is_raised_as_one():
    emitter = pynet.EventEmitter()
    future = pynet.once(emitter, "x")
    emitter.emit("error", "text")
    with pytest.raises(RuntimeError, match="'text'"):
        future.result(timeout=0)


def test_the_old_close_does_not_end_a_wait_of_the_new_life(server):
    srv = server()
    client = pynet.connect(target(srv))
    client.wait("connect", timeout=5)
    with pynet.turn():
        client.destroy()
        client.connect(target(srv))
        future = pynet.once(client, "connect")
    assert future.result(timeout=5) is None
    client.destroy()
    client.wait("close", timeout=5)


def test_a_failing_callback_of_a_future_does_not_stop_the_others(caplog):
    emitter = pynet.EventEmitter()
    first, second = pynet.once(emitter, "x"), pynet.once(emitter, "x")
    first.add_done_callback(lambda f: 1 / 0)
    emitter.emit("x", 1)
    assert (first.result(), second.result()) == (1, 1)
    assert "ZeroDivisionError" in caplog.text


# --- timeouts and cancelling ---


def test_a_timeout_raises_and_takes_the_listeners_away(pair):
    p = pair()
    before = listeners_of(p.client)
    with pytest.raises(TimeoutError, match="no 'end' within 0.01 seconds") as caught:
        p.client.wait("end", timeout=0.01)
    assert not isinstance(caught.value, pynet.NetError)
    assert listeners_of(p.client) == before


def test_an_error_that_is_a_timeout_error_is_told_from_a_timeout(pair):
    p = pair()
    theirs = TimeoutError("theirs")
    waiting = start(p.client.wait, "end", 5)
    assert wait_until(lambda: len(listeners_of(p.client)) >= 3)
    p.client.destroy(theirs)
    with pytest.raises(TimeoutError) as caught:
        waiting.result(5)
    assert caught.value is theirs


def test_cancel_takes_the_listeners_away_and_frees_the_future(pair):
    p = pair()
    before = listeners_of(p.client)
    future = pynet.once(p.client, "end")
    assert len(listeners_of(p.client)) > len(before)
    assert future.cancel()
    assert listeners_of(p.client) == before
    gone = weakref.ref(future)
    with pytest.raises(concurrent.futures.CancelledError):
        future.result(timeout=0)
    del future
    assert gone() is None


def test_a_future_that_is_dropped_takes_its_listeners_with_it(pair):
    p = pair()
    before = listeners_of(p.client)
    pynet.once(p.client, "end")
    assert listeners_of(p.client) == before


def test_a_future_that_is_dropped_keeps_its_callback(pair):
    p = pair()
    called = threading.Event()
    pynet.once(p.client, "close").add_done_callback(lambda future: called.set())
    gc.collect()
    p.client.destroy()
    assert called.wait(5)
    assert wait_until(lambda: [f for f in listeners_of(p.client) if "_Link" in repr(f)] == [])


@pytest.mark.parametrize("timeout", ["1", True, b"1", [1]])
def test_a_timeout_that_is_no_number_is_refused(pair, timeout):
    with pytest.raises(TypeError) as caught:
        pair().client.wait("end", timeout=timeout)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("timeout", [-1, -0.001, float("nan")])
def test_a_timeout_out_of_range_is_refused(pair, timeout):
    with pytest.raises(ValueError) as caught:
        pair().client.wait("end", timeout=timeout)
    assert caught.value.code == "ERR_OUT_OF_RANGE"


def test_an_endless_timeout_is_allowed(pair):
    p = pair()
    waiting = start(p.client.wait, "close", float("inf"))
    p.client.destroy()
    assert waiting.result(5) is False


@pytest.mark.parametrize(("emitter", "event"), [(None, "x"), ("text", "x"), (object(), "x")])
def test_once_wants_an_emitter(emitter, event):
    with pytest.raises(TypeError) as caught:
        pynet.once(emitter, event)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_once_wants_the_name_of_an_event():
    with pytest.raises(TypeError):
        pynet.once(pynet.EventEmitter(), 7)


# --- many waiters, and other listeners ---


def test_many_waiters_are_all_answered_at_close(pair, recwarn):
    p = pair()
    waits = [start(p.client.wait, ("end", "finish", "close", "x", "connect")[i % 5], 5) for i in range(50)]
    assert wait_until(lambda: len(listeners_of(p.client)) >= 40 * 3 - 10)
    p.client.destroy()
    codes = []
    for wait in waits:
        error = wait.exception(5)
        codes.append(wait.result() if error is None else error.code)
    early = "ERR_STREAM_PREMATURE_CLOSE"
    assert codes == [early, early, False, early, None] * 10
    assert wait_until(lambda: not [f for f in listeners_of(p.client) if "_Link" in repr(f) or not callable(f)])
    assert not [w for w in recwarn if issubclass(w.category, pynet.MaxListenersExceededWarning)]


def test_waiting_is_not_seen_by_others(pair):
    p = pair()
    seen = Recorder(p.client, "newListener", "removeListener")
    del seen.entries[:]
    future = pynet.once(p.client, "timeout")
    names = set(p.client.event_names())
    assert (p.client.listener_count("timeout"), p.client.listeners("error"), p.client.raw_listeners("close")) == (
        0,
        [],
        [],
    )
    p.client.remove_all_listeners("timeout")
    p.client.remove_all_listeners("close")
    p.client.emit("timeout")
    assert future.result(timeout=0) is None
    assert names == {"newListener", "removeListener"}
    assert seen.entries == []


def test_remove_all_listeners_leaves_the_waiters(pair):
    p = pair()
    future = pynet.once(p.client, "close")
    p.client.on("close", lambda had_error: None)
    p.client.remove_all_listeners()
    assert p.client.event_names() == []
    p.client.destroy()
    assert future.result(timeout=5) is False


def test_a_waiter_takes_no_late_event_from_a_listener_that_comes_after(server, record):
    client = pynet.connect(target(server()))
    client.wait("connect", timeout=5)
    late = record(client, "connect", "ready")
    late.wait("ready")
    client.destroy()
    client.wait("close", timeout=5)
    late = record(client, "close")
    late.wait("close")
    assert late.args("close") == [(False,)]


def test_a_heard_error_is_not_uncaught(pair):
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        p = pair()
        future = pynet.once(p.client, "end")
        p.client.destroy(ValueError("mine"))
        with pytest.raises(ValueError):
            future.result(timeout=5)
        p.client.wait("close", timeout=5)
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


# --- where it is refused ---


@pytest.mark.parametrize("call", [
    lambda sock: sock.wait("close"),
    lambda sock: sock.wait("connect", timeout=0),
    lambda sock: pynet.once(sock, "close").result(),
    lambda sock: pynet.once(sock, "close").exception(1),
    lambda sock: sock.server.wait("listening"),
])  # fmt: skip
def test_in_a_listener_it_is_refused(pair, call):
    p = pair()
    with pytest.raises(RuntimeError, match="inside a listener"):
        on_loop(call, p.peer)


def test_inside_turn_it_is_refused(pair):
    p = pair()
    with pynet.turn():
        with pytest.raises(RuntimeError, match=r"inside turn\(\)"):
            p.client.wait("connect")
        future = pynet.once(p.client, "close")
        with pytest.raises(RuntimeError, match=r"inside turn\(\)"):
            future.result(timeout=1)
        p.client.destroy()
    assert future.result(timeout=5) is False


def test_a_result_that_is_there_is_given_in_a_listener(pair):
    p = pair()
    assert on_loop(lambda: pynet.once(p.client, "connect").result()) is None


def test_on_the_thread_that_runs_the_loop_it_is_refused(script):
    done = script("""
        import pynet
        def main():
            server = pynet.create_server().listen(0, "127.0.0.1")
            try:
                server.wait("connection")
            except RuntimeError as error:
                print(error)
            server.close()
        pynet.run(main)
    """)
    assert "wait() would wait for ever" in done.stdout and done.stderr == ""


def test_a_thread_may_wait_beside_run(script):
    done = script("""
        import threading, pynet
        server = pynet.create_server(lambda sock: sock.end("bye"))
        def client():
            sock = pynet.connect(server.address().port, "127.0.0.1")
            sock.wait("connect")
            sock.resume()
            print(sock.wait("close"))
            server.close()
        def main():
            server.listen(0, "127.0.0.1", threading.Thread(target=client).start)
        pynet.run(main)
    """)
    assert (done.stdout, done.stderr) == ("False\n", "")


def test_waiting_threads_do_not_hold_the_gil(pair):
    p = pair()
    waiting = start(p.client.wait, "end", 5)
    counted = 0
    deadline = time.monotonic() + 5
    while not listeners_of(p.client) and time.monotonic() < deadline:
        counted += 1
    p.client.resume()
    p.peer.end()
    assert waiting.result(5) is None


# --- fork and exit ---


def test_a_script_may_leave_while_threads_wait(script):
    done = script("""
        import threading, pynet
        accepted = []
        server = pynet.create_server(accepted.append).listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.wait("connect")
        future = pynet.once(client, "end")
        loop = iter(client)
        for work in (lambda: client.wait("close"), lambda: next(loop), lambda: client.read_exactly(1)):
            threading.Thread(target=work, daemon=True).start()
        server.unref()
        print("leaving")
    """)
    assert (done.returncode, done.stdout) == (0, "leaving\n")
    assert "Traceback" not in done.stderr


def test_in_a_forked_child_old_objects_are_refused_and_new_ones_work(script):
    done = script("""
        import os, sys, pynet
        server = pynet.create_server(lambda sock: sock.end("hi")).listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.wait("connect")
        pid = os.fork()
        if pid == 0:
            for call in (lambda: client.wait("end"), lambda: next(iter(client)), lambda: client.read_exactly(1)):
                try:
                    call()
                except pynet.NetError as error:
                    print(error.code)
            with pynet.create_server(lambda sock: sock.end("new")).listen(0, "127.0.0.1") as mine:
                with pynet.connect(mine.address().port, "127.0.0.1") as sock:
                    print(b"".join(sock), sock.drain().result(1) is None)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(pid, 0)
        print(b"".join(client))
        server.close()
    """)
    assert done.stdout.splitlines() == ["ERR_FORKED"] * 3 + ["b'new' True", "b'hi'"]


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
        while len(_exit.blocked) + pynet._pynet._counts()["waits"] < len(works):
            pass
    """)
    # exception() gives the error instead of raising it.
    assert done.stdout == "8 {'ERR_LOOP_CLOSED'}\n", done.stderr


def test_who_has_waited_is_not_kept_for_the_exit(pair):
    p = pair()
    before = waits()
    with pytest.raises(TimeoutError):
        p.client.read_exactly(1, timeout=0.01)
    with pytest.raises(TimeoutError):
        p.client.wait("data", timeout=0.01)
    with pytest.raises(TimeoutError):
        pynet.once(p.client, "data").exception(0.01)
    assert waits() == before
