"""The option `signal` of once(), finished() and pipeline()."""

from __future__ import annotations

import asyncio
import gc
import threading
import types
import weakref

import pytest

import pynet
from helpers import on_loop, target, wait_until


@pytest.fixture
def controller():
    return pynet.AbortController()


@pytest.fixture
def emitter():
    return pynet.EventEmitter()


class Own(pynet.EventEmitter):
    """A destination of the user's own."""

    def write(self, data):
        return True


def check_error(error, reason):
    assert type(error) is pynet.AbortError
    assert (str(error), error.code, error.reason) == ("The operation was aborted", "ABORT_ERR", reason)
    assert error.__cause__ is (reason if isinstance(reason, BaseException) else None)


def listeners_of(signal):
    return [thing for thing in gc.get_referents(signal) if isinstance(thing, types.MethodType)]


# --- once() ---


@pytest.mark.parametrize("reason", ["why", ValueError("why")])
def test_once_fails_when_it_is_aborted(controller, emitter, reason):
    future = pynet.once(emitter, "event", signal=controller.signal)
    assert not future.done()
    controller.abort(reason)
    check_error(future.exception(), reason)
    with pytest.raises(pynet.AbortError):
        future.result()
    emitter.emit("event", 1)


def test_once_that_was_aborted_leaves_no_listener(controller, emitter):
    future = pynet.once(emitter, "event", signal=controller.signal)
    controller.abort()
    assert future.done()
    with pytest.raises(ValueError, match="mine"):  # it has no listener any more
        emitter.emit("error", ValueError("mine"))


@pytest.mark.parametrize("how", ["keyword", "options"])
def test_once_with_an_aborted_signal_fails_at_once(emitter, how):
    signal = pynet.AbortSignal.abort("before")
    future = (
        pynet.once(emitter, "event", signal=signal)
        if how == "keyword"
        else pynet.once(emitter, "event", {"signal": signal})
    )
    check_error(future.exception(0), "before")


def test_aborted_signal_counts_more_than_a_state_that_is_reached(pair):
    p = pair()
    assert pynet.once(p.client, "connect").result(5) is None
    assert pynet.once(p.client, "connect", signal=pynet.AbortController().signal).result(5) is None
    future = pynet.once(p.client, "connect", signal=pynet.AbortSignal.abort())
    assert isinstance(future.exception(0), pynet.AbortError)


def test_abort_after_the_event_does_nothing(controller, emitter):
    future = pynet.once(emitter, "event", signal=controller.signal)
    emitter.emit("event", 5)
    controller.abort()
    assert future.result(0) == 5


@pytest.mark.parametrize("end", ["event", "cancel", "drop"])
def test_once_leaves_nothing_on_the_signal(controller, emitter, end):
    future = pynet.once(emitter, "event", signal=controller.signal)
    assert len(listeners_of(controller.signal)) == 1
    if end == "event":
        emitter.emit("event")
    elif end == "cancel":
        future.cancel()
    del future
    gc.collect()
    assert listeners_of(controller.signal) == []


def test_once_is_awaited(controller, emitter):
    async def main():
        asyncio.get_running_loop().call_soon(controller.abort, "why")
        with pytest.raises(pynet.AbortError) as caught:
            await pynet.once(emitter, "event", signal=controller.signal)
        return caught.value

    check_error(asyncio.run(main()), "why")


def test_once_with_a_timeout(emitter):
    future = pynet.once(emitter, "event", signal=pynet.AbortSignal.timeout(5))
    error = future.exception(5)
    assert isinstance(error, pynet.AbortError)
    assert isinstance(error.__cause__, TimeoutError)
    assert error.__cause__ is error.reason


def test_callback_of_once_comes_though_nobody_holds_the_future(controller, emitter):
    seen = []
    pynet.once(emitter, "event", signal=controller.signal).add_done_callback(seen.append)
    gc.collect()
    controller.abort()
    assert isinstance(seen[0].exception(), pynet.AbortError)


@pytest.mark.parametrize("signal", [5, "x", object()])
def test_bad_signals_are_refused(emitter, signal, pair):
    p = pair()
    for call in (
        lambda: pynet.once(emitter, "event", signal=signal),
        lambda: pynet.once(emitter, "event", {"signal": signal}),
        lambda: pynet.finished(p.client, print, signal=signal),
        lambda: pynet.finished(p.client, {"signal": signal}, print),
        lambda: pynet.pipeline(p.client, p.peer, print, signal=signal),
    ):
        with pytest.raises(TypeError, match=r'"options.signal" property must be an instance of AbortSignal') as caught:
            call()
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert emitter.event_names() == []
    with pytest.raises(TypeError, match='"options" argument must be a mapping'):
        pynet.once(emitter, "event", 5)


def test_none_is_no_signal(emitter, pair):
    p = pair()
    future = pynet.once(emitter, "event", {"signal": None}, signal=None)
    emitter.emit("event", 1)
    assert future.result(0) == 1
    pynet.finished(p.client, {"signal": None}, print, signal=None)()
    pynet.pipeline(p.client, p.peer, print, signal=None)


# --- finished() ---


def test_finished_calls_back_within_abort_inside_a_listener(controller, pair):
    p = pair()
    before = p.client.event_names()
    log = []

    def main():
        pynet.finished(p.client, lambda err: log.append(err), signal=controller.signal)
        controller.abort("why")
        log.append("after")
        return p.client.event_names()

    assert on_loop(main) == before
    check_error(log[0], "why")
    assert log[1:] == ["after"]
    assert not p.client.destroyed


def test_finished_calls_back_on_the_loop_when_aborted_from_outside(controller, pair):
    p = pair()
    log = []
    pynet.finished(p.client, lambda err: log.append((err, threading.current_thread())), signal=controller.signal)
    controller.abort("why")
    assert wait_until(lambda: log)
    error, thread = log[0]
    check_error(error, "why")
    assert thread is not threading.current_thread()


def test_finished_with_an_aborted_signal_calls_back_by_the_next_tick(pair):
    p = pair()
    log = []

    def main():
        pynet.finished(p.client, {"signal": pynet.AbortSignal.abort("before")}, log.append)
        assert log == []
        pynet.next_tick(log.append, "next")

    on_loop(main)
    assert wait_until(lambda: len(log) == 2)
    check_error(log[0], "before")
    assert log[1] == "next"


def test_finished_that_was_given_up_is_not_called(controller, pair):
    p = pair()
    log = []

    def main():
        pynet.finished(p.client, log.append, signal=controller.signal)()
        pynet.finished(p.client, log.append, signal=pynet.AbortSignal.abort())()
        controller.abort()

    on_loop(main)
    on_loop(lambda: None)
    assert log == []


def test_finished_is_called_once(controller):
    own, log = Own(), []

    def main():
        pynet.finished(own, log.append, signal=controller.signal)
        own.emit("finish")
        controller.abort()

    on_loop(main)
    assert log == [None]


def test_finished_of_a_closed_stream_does_not_look_at_the_signal(pair):
    p = pair()
    p.client.destroy()
    assert wait_until(lambda: p.client.closed)
    log = []
    pynet.finished(p.client, log.append, signal=pynet.AbortSignal.abort())
    assert wait_until(lambda: log)
    assert log[0].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_finished_leaves_nothing_on_the_signal(controller):
    for end in ("finish", "forget"):
        own = Own()
        forget = pynet.finished(own, print if end == "forget" else lambda err: None, signal=controller.signal)
        if end == "finish":
            own.emit("finish")
        else:
            forget()
        ref = weakref.ref(own)
        del own, forget
        assert listeners_of(controller.signal) == []
        gc.collect()
        assert ref() is None


# --- pipeline() ---


@pytest.fixture
def ends(server):
    """Two connected sockets that have nothing to do with each other, and their peers."""
    accepted = []
    one = server(accepted.append, allow_half_open=True)
    sockets = [pynet.connect({**target(one), "allow_half_open": True}) for _ in range(2)]
    for sock in sockets:
        sock.wait("connect", 5)
    assert wait_until(lambda: len(accepted) == 2)
    if accepted[0].remote_port != sockets[0].local_port:
        accepted.reverse()
    yield types.SimpleNamespace(source=sockets[0], destination=sockets[1], peers=accepted)
    for sock in (*sockets, *accepted):
        sock.destroy()


def join(ends, signal):
    log = []
    for name in ("source", "destination"):
        for event in ("error", "close"):
            getattr(ends, name).on(event, lambda arg, name=name, event=event: log.append((name, event, arg)))
    pynet.pipeline(ends.source, ends.destination, lambda err: log.append(("callback", err)), signal=signal)
    return log


def test_pipeline_destroys_all_within_abort_inside_a_listener(controller, ends):
    log = join(ends, controller.signal)

    def main():
        controller.abort("why")
        return ends.source.destroyed, ends.destination.destroyed

    assert on_loop(main) == (True, True)
    assert wait_until(lambda: len(log) == 5)
    error = ends.source.errored
    check_error(error, "why")
    assert log == [  # Node's order
        ("source", "error", error),
        ("destination", "error", error),
        ("callback", error),
        ("destination", "close", True),
        ("source", "close", True),
    ]


def test_pipeline_aborted_from_outside(controller, ends):
    log = join(ends, controller.signal)
    controller.abort("why")
    assert wait_until(lambda: len(log) == 5)
    check_error(ends.destination.errored, "why")


def test_pipeline_with_an_aborted_signal_fails_by_the_next_tick(controller, ends):
    controller.abort("before")
    seen = []

    def main():
        log = join(ends, controller.signal)
        seen.append((ends.source.destroyed, ends.destination.destroyed))
        pynet.next_tick(lambda: seen.append((ends.source.destroyed, ends.destination.destroyed)))
        return log

    log = on_loop(main)
    assert wait_until(lambda: len(log) == 5)
    assert seen == [(False, False), (True, True)]
    check_error(ends.source.errored, "before")


@pytest.mark.parametrize("name", ["source", "destination"])
def test_error_of_a_streams_own_counts_more_than_the_abort(controller, ends, name):
    log = join(ends, controller.signal)
    own = ValueError("own")

    def main():
        getattr(ends, name).destroy(own)
        controller.abort()

    on_loop(main)
    assert wait_until(lambda: len(log) == 5)
    assert [entry[1] for entry in log if entry[0] == "callback"] == [own]


def test_abort_after_the_end_of_a_pipeline_does_nothing(controller, ends):
    ends.peers[1].resume()
    log = join(ends, controller.signal)
    ends.peers[0].end(b"x")
    assert wait_until(lambda: log)
    controller.abort()
    on_loop(lambda: None)
    assert log == [("callback", None)]
    assert not ends.source.destroyed
