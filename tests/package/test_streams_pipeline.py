"""pipeline(): what goes through, which streams an error destroys, and when its callback comes, with what."""

import random

import pytest

import pynet
from helpers import Recorder, on_loop, wait_until
from pipelines import EVENTS, Boom, log_of
from pynet import pipeline


def errors_then_done(log):
    """The log up to the callback."""
    return log.names[: log.names.index("done") + 1]


# --- what goes through ---


def test_everything_arrives_and_the_callback_comes(lines):
    a, b = lines(2)
    data = random.Random(5).randbytes(3_000_000)
    there = Recorder(b.outer, "data", "end")
    log = Recorder(None)
    assert pipeline(a.inner, b.inner, log.note("done")) is b.inner
    a.outer.end(data)
    log.wait("done")
    there.wait("end")
    assert log.args("done") == [(None,)]
    assert there.data() == data


@pytest.mark.posix_only("a named pipe has no half-close: end() waits for the reader", only="unix")
def test_callback_comes_when_the_last_has_finished(lines):
    a, b = lines(2)
    b.outer.resume()
    log = log_of(a=a.inner, b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end(b"x")
    log.wait("done")
    assert errors_then_done(log) == ["a:end", "b:finish", "done"]


def test_callback_comes_by_a_tick_of_its_own(lines):
    a, b = lines(2)
    b.outer.resume()
    log = Recorder(None)
    b.inner.on("finish", lambda: pynet.next_tick(log.note("tick of an earlier listener")))
    pipeline(a.inner, b.inner, log.note("done"))
    b.inner.on("finish", lambda: pynet.next_tick(log.note("tick of a later listener")))
    a.outer.end()
    log.wait("tick of a later listener")
    assert log.names == ["tick of an earlier listener", "done", "tick of a later listener"]


def test_middle_stream(lines):
    """An echo in the middle."""
    a, b, c = lines(3)
    data = random.Random(6).randbytes(1_000_000)
    b.outer.pipe(b.outer)
    there = Recorder(c.outer, "data", "end")
    log = Recorder(None)
    assert pipeline(a.inner, b.inner, c.inner, log.note("done")) is c.inner
    a.outer.end(data)
    there.wait("end")
    log.wait("done")
    assert there.data() == data
    assert log["done"] is None


def test_socket_into_itself(lines):
    (a,) = lines(1)
    back = Recorder(a.outer, "data", "end")
    log = Recorder(None)
    pipeline(a.inner, a.inner, log.note("done"))
    a.outer.end(b"echo")
    back.wait("end")
    log.wait("done")
    assert back.data() == b"echo"
    assert log["done"] is None


def test_both_ways(lines):
    a, b = lines(2, allow_half_open=True)
    b.outer.pipe(b.outer)
    back = Recorder(a.outer, "data", "end")
    log = Recorder(None)
    with pynet.turn():
        pipeline(a.inner, b.inner, log.note("there"))
        pipeline(b.inner, a.inner, log.note("back"))
    a.outer.end(b"echo")
    back.wait("end")
    log.wait("back")
    assert back.data() == b"echo"
    assert log.entries == [("there", (None,)), ("back", (None,))]


def test_slow_reader_loses_nothing(lines):
    a, b = lines(2, high_water_mark=1000)
    data = random.Random(7).randbytes(4_000_000)
    got = []

    def slowly(chunk):
        got.append(chunk)
        b.outer.pause()
        pynet.set_immediate(b.outer.resume)

    log = Recorder(b.outer, "end")
    b.outer.on("data", slowly)
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end(data)
    log.wait("end", timeout=20)
    assert b"".join(got) == data
    assert log["done"] is None


@pytest.mark.parametrize("form", [list, tuple])
@pytest.mark.parametrize("by", ["position", "keyword"])
def test_streams_as_one_argument(lines, form, by):
    a, b = lines(2)
    b.outer.resume()
    log = Recorder(None)
    streams = form([a.inner, b.inner])
    if by == "position":
        last = pipeline(streams, log.note("done"))
    else:
        last = pipeline(streams, callback=log.note("done"))
    assert last is b.inner
    a.outer.end()
    log.wait("done")
    assert log["done"] is None


def test_middle_that_ends_before_its_source(lines):
    """All the same the callback waits for everything."""
    a, b, c = lines(3, allow_half_open=True)
    c.outer.resume()
    b.outer.resume()
    log = log_of(a=a.inner, b=b.inner, c=c.inner)
    pipeline(a.inner, b.inner, c.inner, log.note("done"))
    b.outer.end(b"early")
    log.wait("c:finish")
    a.outer.end(b"late")
    log.wait("done")
    assert errors_then_done(log) == ["b:end", "c:finish", "a:end", "b:finish", "done"]
    assert log["done"] is None


# --- what is over already ---


def test_source_that_has_ended(lines):
    a, b = lines(2, allow_half_open=True)
    b.outer.resume()
    seen = Recorder(a.inner, "end")
    a.inner.resume()
    a.outer.end()
    seen.wait("end")
    log = log_of(b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    log.wait("done")
    assert log.names == ["b:finish", "done"]
    assert log["done"] is None


def test_source_that_has_ended_and_closed(lines):
    a, b = lines(2)
    b.outer.resume()
    seen = Recorder(a.inner, "close")
    a.inner.resume()
    a.outer.resume()
    a.outer.end()
    seen.wait("close")
    log = log_of(b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    log.wait("done")
    assert errors_then_done(log) == ["b:finish", "done"]
    assert log["done"] is None


def test_source_that_is_destroyed(lines):
    a, b = lines(2)
    Recorder(a.inner, "close").wait_for(lambda: a.inner.destroy().destroyed)
    log = log_of(b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    log.wait("b:close")
    assert log.names == ["b:error", "done", "b:close"]
    assert log["done"].code == log["b:error"].code == "ERR_STREAM_PREMATURE_CLOSE"


@pytest.mark.parametrize("which", ["middle", "last"])
def test_destroyed_destination_is_refused_at_once(lines, which):
    a, b, c = lines(3)
    (b if which == "middle" else c).inner.destroy()
    streams = [line.inner for line in (a, b, c)]
    before = [counts(stream) for stream in streams]
    with pytest.raises(pynet.NetError, match="^Cannot pipe to a closed or destroyed stream$") as caught:
        pipeline(streams, print)
    assert caught.value.code == "ERR_STREAM_UNABLE_TO_PIPE"
    assert [counts(stream) for stream in streams] == before


# --- failures ---


@pytest.mark.parametrize("place", [0, 1, 2])
def test_error_destroys_the_others_with_it(lines, place):
    """In the order of the pipeline; then the callback, then they close."""
    streams = [line.inner for line in lines(3)]
    log = log_of(**dict(zip("abc", streams, strict=True)))
    error = Boom("boom")
    pipeline(*streams, log.note("done"))
    streams[place].destroy(error)
    log.wait_for(lambda: {"a:close", "b:close", "c:close"} <= set(log.names))
    first = "abc"[place]
    others = [name for name in "abc" if name != first]
    assert errors_then_done(log) == [f"{name}:error" for name in (first, *others)] + ["done"]
    assert [args for name, args in log.entries if not name.endswith("close")] == [(error,)] * 4
    assert [args for name, args in log.entries if name.endswith("close")] == [(True,)] * 3


def test_callback_comes_by_a_tick_after_the_last_error(lines):
    a, b, c = lines(3)
    log = Recorder(None)
    pipeline(a.inner, b.inner, c.inner, log.note("done"))
    for name, line in (("a", a), ("b", b), ("c", c)):
        line.inner.on("error", lambda err, name=name: pynet.next_tick(log.note(name)))
    b.inner.destroy(Boom())
    log.wait("c")
    assert log.names == ["b", "a", "done", "c"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_close_too_early_is_the_error_of_the_others(lines, place):
    streams = [line.inner for line in lines(3)]
    log = log_of(**dict(zip("abc", streams, strict=True)))
    pipeline(*streams, log.note("done"))
    streams[place].destroy()
    log.wait("done")
    first = "abc"[place]
    others = [name for name in "abc" if name != first]
    assert errors_then_done(log) == [f"{first}:close", *(f"{name}:error" for name in others), "done"]
    assert {log[f"{name}:error"].code for name in others} == {"ERR_STREAM_PREMATURE_CLOSE"}
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_connection_that_fails(lines, tmp_path):
    """Errors of the network count like any other."""
    (b,) = lines(1)
    log = log_of(b=b.inner)
    with pynet.turn():
        pipeline(pynet.connect(str(tmp_path / "none")), b.inner, log.note("done"))
    log.wait("b:close")
    assert log.names == ["b:error", "done", "b:close"]
    assert log["done"].code == "ENOENT"
    assert log["b:error"] is log["done"]


def test_destination_that_was_ended_by_the_user(lines):
    """It finishes, but before its source has ended: too early."""
    a, b = lines(2)
    b.outer.on("end", b.outer.end)
    b.outer.resume()
    b.inner.resume()
    log = log_of(a=a.inner, b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    b.inner.end()
    log.wait("done")
    assert [name for name in log.names if name[0] == "b"] == ["b:finish", "b:end", "b:close"]
    assert errors_then_done(log)[-2:] == ["a:error", "done"]
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_error_of_a_stream_that_is_through_counts_as_well(lines):
    """The source has ended, but the last has not finished."""
    a, b = lines(2, allow_half_open=True)
    b.outer.pause()
    error = Boom("late")
    log = log_of(a=a.inner, b=b.inner)
    pipeline(a.inner, b.inner, log.note("done"))
    a.inner.on("end", lambda: a.inner.destroy(error))
    a.outer.end(b"x")
    log.wait("b:close")
    assert errors_then_done(log) == ["a:end", "a:error", "b:error", "done"]
    assert log["done"] is error


def test_source_that_is_through_is_not_destroyed(lines):
    a, b, c = lines(3, allow_half_open=True)
    b.outer.pause()
    log = log_of(a=a.inner, b=b.inner, c=c.inner)
    pipeline(a.inner, b.inner, c.inner, log.note("done"))
    a.outer.end(b"x")
    log.wait("b:finish")
    c.inner.destroy(Boom())
    log.wait("done")
    assert errors_then_done(log) == ["a:end", "b:finish", "c:error", "b:error", "done"]
    assert not a.inner.destroyed


def test_first_error_counts(lines):
    a, b, c = lines(3)
    one, two = Boom("one"), Boom("two")
    log = log_of(a=a.inner, b=b.inner, c=c.inner)
    with pynet.turn():
        pipeline(a.inner, b.inner, c.inner, log.note("done"))
        a.inner.destroy(one)
        c.inner.destroy(two)
    log.wait("done")
    assert log["done"] is log["b:error"] is one
    assert log["c:error"] is two


def test_error_counts_more_than_a_close_too_early(lines):
    a, b, c = lines(3)
    error = Boom("real")
    a.inner.on("close", lambda had_error: c.inner.destroy(error))
    log = log_of(b=b.inner)
    pipeline(a.inner, b.inner, c.inner, log.note("done"))
    a.inner.destroy()
    log.wait("done")
    assert log["done"] is error
    assert log["b:error"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_errors_are_heard(lines, uncaught_errors):
    a, b = lines(2)
    log = Recorder(b.inner, "close")
    pipeline(a.inner, b.inner, log.note("done"))
    a.inner.destroy(Boom())
    log.wait("close")
    assert log.names == ["done", "close"]
    assert uncaught_errors == []


def test_callback_that_raises_is_uncaught(lines, uncaught_errors):
    a, b = lines(2)
    b.outer.resume()
    error = Boom("in the callback")

    def done(err):
        raise error

    pipeline(a.inner, b.inner, done)
    a.outer.end()
    assert wait_until(lambda: uncaught_errors == [error])


def test_without_a_callback_an_error_is_uncaught(lines, uncaught_errors):
    a, b = lines(2)
    error = Boom("boom")
    assert pipeline(a.inner, b.inner) is b.inner
    a.inner.destroy(error)
    assert wait_until(lambda: uncaught_errors == [error])


def test_without_a_callback_a_success_is_silent(lines, uncaught_errors):
    a, b = lines(2)
    there = Recorder(b.outer, "data", "end")
    pipeline(a.inner, b.inner, None)
    a.outer.end(b"quiet")
    there.wait("end")
    on_loop(lambda: None)
    assert there.data() == b"quiet"
    assert uncaught_errors == []


def raises(*args):
    raise Boom


@pytest.mark.parametrize("place", [("source", "end"), ("source", "close"), ("last", "finish"), ("last", "close")])
def test_it_is_answered_though_a_listener_before_it_raises(lines, uncaught_errors, place):
    a, b = lines(2)
    b.outer.resume()
    which, event = place
    (a if which == "source" else b).inner.on(event, raises)
    log = Recorder(None)
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end(b"x")
    log.wait("done")
    assert log.args("done") == [(None,)]
    assert wait_until(lambda: b.outer.readable_ended)
    b.outer.end()
    assert wait_until(lambda: [type(error) for error in uncaught_errors] == [Boom])


def test_a_destination_that_closes_too_early_ends_it_though_a_listener_raises(lines, uncaught_errors):
    a, b = lines(2)
    b.inner.on("close", raises)
    log = Recorder(None)
    pipeline(a.inner, b.inner, log.note("done"))
    b.inner.destroy()
    log.wait("done")
    assert [error.code for (error,) in log.args("done")] == ["ERR_STREAM_PREMATURE_CLOSE"]
    assert wait_until(lambda: [type(error) for error in uncaught_errors] == [Boom])


# --- listeners ---


def counts(stream):
    return {event: stream.listener_count(event) for event in EVENTS}


def test_after_a_success_the_last_is_free_of_listeners(lines):
    a, b = lines(2, allow_half_open=True)
    b.outer.resume()
    before = counts(b.inner)
    log = Recorder(None)
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end()
    log.wait("done")
    assert counts(b.inner) == before


def test_after_a_success_an_error_of_the_last_is_the_users(lines, uncaught_errors):
    a, b = lines(2, allow_half_open=True)
    b.outer.resume()
    error = Boom()
    log = Recorder(None)
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end()
    log.wait("done")
    b.inner.destroy(error)
    assert wait_until(lambda: uncaught_errors == [error])


def test_after_a_success_an_error_of_the_others_is_heard(lines, uncaught_errors):
    a, b = lines(2, allow_half_open=True)
    b.outer.resume()
    log = Recorder(a.inner, "close")
    pipeline(a.inner, b.inner, log.note("done"))
    a.outer.end()
    log.wait("done")
    a.inner.destroy(Boom())
    log.wait("close")
    assert uncaught_errors == []


# --- refusals ---


@pytest.mark.parametrize("arguments", [(), (print,), ([],), ([], print), ([pynet.Socket()], print)], ids=repr)
def test_at_least_two_streams(arguments):
    with pytest.raises(TypeError, match='^The "streams" argument must be specified$') as caught:
        pipeline(*arguments)
    assert caught.value.code == "ERR_MISSING_ARGS"


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("bad", [5, None, "x", {}], ids=repr)
def test_each_is_a_stream(place, bad):
    streams = [pynet.Socket(), pynet.Socket(), pynet.Socket()]
    streams[place] = bad
    with pytest.raises(
        TypeError, match=rf'^The "streams\[{place}\]" argument must be an instance of Socket, or'
    ) as caught:
        pipeline(streams, print)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_file_is_no_source(tmp_path):
    with (tmp_path / "x").open("wb") as file, pytest.raises(TypeError, match=r'^The "streams\[0\]" argument'):
        pipeline(file, pynet.Socket(), print)


def test_coroutine_function_is_refused():
    async def done(err): ...

    with pytest.raises(TypeError, match="not a coroutine function") as caught:
        pipeline(pynet.Socket(), pynet.Socket(), done)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_callback_is_a_function():
    with pytest.raises(TypeError, match='^The "callback" argument must be a callable. Received type int') as caught:
        pipeline(pynet.Socket(), pynet.Socket(), callback=5)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_refused_call_leaves_no_listeners():
    first, second = pynet.Socket(), pynet.Socket()
    before = counts(first)
    with pytest.raises(TypeError):
        pipeline(first, second, 5, print)
    assert counts(first) == counts(second) == before
