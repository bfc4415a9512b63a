"""pipe() to objects with a write(): back-pressure, ends, unpipe(), and what is refused."""

import io
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, shown, target, two_turns, wait_until
from sinks import Emitting, Ending, Full, On, Once, Plain


@pytest.fixture
def pair(reset_pair):
    return reset_pair


# --- objects of the user's ---


def test_an_object_with_write_only(pair):
    p = pair()
    dest = Plain()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"x" * 200_000)
    log.wait("close")
    assert dest.data() == b"x" * 200_000
    assert {type(chunk) for chunk in dest.chunks} == {bytes}


def test_an_object_with_end_is_ended_once_on_the_driver(pair):
    p = pair()
    dest = Ending()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"data")
    log.wait("close")
    assert (dest.data(), dest.ended) == (b"data", [on_loop(threading.get_ident)])


def test_end_comes_even_without_data(pair):
    p = pair()
    dest = Ending()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end()
    log.wait("close")
    assert (dest.chunks, len(dest.ended)) == ([], 1)


def test_a_source_that_dies_does_not_end_its_destination(pair):
    p = pair()
    dest = Ending()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.write(b"data")
    assert wait_until(lambda: dest.chunks)
    p.peer.destroy()
    log.wait("close")
    two_turns()
    assert dest.ended == []


def test_write_and_end_may_be_any_callables(pair):
    p = pair()
    got = []

    class Slots:
        __slots__ = ("write", "end")

    dest = Slots()
    dest.write, dest.end = got.append, lambda: got.append("end")
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"data")
    log.wait("close")
    assert got == [b"data", "end"]


@pytest.mark.parametrize("kind_of", [Once, On])
@pytest.mark.parametrize("thread", ["this thread", "the loop"])
def test_false_stops_the_source_until_drain(pair, kind_of, thread):
    p = pair()
    dest = kind_of()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.write(b"1")
    for number in range(2, 5):
        assert wait_until(lambda: dest.waiting and p.peer.is_paused())
        p.client.write(b"%d" % number)
        two_turns()
        assert len(dest.chunks) == number - 1
        dest.drain() if thread == "this thread" else on_loop(dest.drain)
    assert wait_until(lambda: len(dest.chunks) == 4)
    p.client.end()
    dest.full = False
    on_loop(dest.drain)
    log.wait("close")
    assert (dest.data(), len(dest.ended)) == (b"1234", 1)


def test_on_gets_one_listener_only(pair):
    p = pair()
    dest = On()
    p.peer.pipe(dest)
    for number in range(1, 5):
        p.client.write(b"x")
        assert wait_until(lambda number=number: len(dest.chunks) == number and p.peer.is_paused())
        dest.drain()
    assert len(dest.waiting) == 1


def test_on_and_off_leave_no_listener_behind(pair):
    p = pair()

    class OnOff(On):
        def off(self, event, function):
            self.waiting.remove(function)

    dest = OnOff()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    for number in range(1, 5):
        p.client.write(b"x")
        assert wait_until(lambda number=number: len(dest.chunks) == number and p.peer.is_paused())
        assert len(dest.waiting) == 1
        dest.drain()
    p.peer.unpipe(dest)
    assert dest.waiting == []
    p.peer.destroy()
    log.wait("close")


def test_drain_within_write(pair):
    """It was never really full."""
    p = pair()

    class Eager(Once):
        def once(self, event, function):
            function()

    dest = Eager()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"x" * 300_000)
    log.wait("close")
    assert (dest.data(), len(dest.ended)) == (b"x" * 300_000, 1)


@pytest.mark.parametrize("answer", [None, 0, "", [], True, 5, NotImplemented], ids=shown)
def test_only_false_stops_the_source(pair, answer):
    p = pair()

    class Answering(Once):
        def write(self, chunk):
            super().write(chunk)
            return answer

    dest = Answering()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.write(b"x" * 100_000)
    p.client.end()
    log.wait("close")
    assert (len(dest.data()), dest.waiting) == (100_000, [])


def test_false_of_an_object_without_events_is_no_reason_to_stop(pair):
    p = pair()
    dest = Full()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"x" * 100_000)
    log.wait("close")
    assert (len(dest.data()), len(dest.ended)) == (100_000, 1)


def test_the_slowest_of_several_sets_the_pace(pair):
    p = pair()
    fast, slow = Ending(), Once()
    log = Recorder(p.peer, "close")
    p.peer.pipe(fast)
    p.peer.pipe(slow)
    p.client.write(b"1")
    assert wait_until(lambda: slow.waiting)
    p.client.end(b"2")
    two_turns()
    assert (fast.data(), slow.data()) == (b"1", b"1")
    slow.full = False
    slow.drain()
    log.wait("close")
    assert (fast.data(), slow.data(), len(fast.ended), len(slow.ended)) == (b"12", b"12", 1, 1)


def test_an_object_beside_a_socket_and_a_listener(pair):
    """The echo goes on in C, the copy is kept in Python."""
    p = pair()
    dest = io.BytesIO()
    log, here = Recorder(p.peer, "data", "close"), Recorder(p.client, "data", "end")
    p.peer.pipe(dest)
    p.peer.pipe(p.peer)
    p.client.end(b"x" * 500_000)
    here.wait("end")
    log.wait("close")
    assert dest.getvalue() == here.data() == log.data() == b"x" * 500_000


def test_a_destination_that_unpipes_itself_in_write(pair):
    p = pair()

    class Shy(Plain):
        def write(self, chunk):
            super().write(chunk)
            p.peer.unpipe(self)

    dest = Shy()
    p.peer.pipe(dest)
    p.client.write(b"1")
    assert wait_until(lambda: dest.chunks)
    p.client.write(b"2")
    two_turns()
    assert (dest.data(), p.peer.is_paused()) == (b"1", True)
    later = Plain()
    p.peer.pipe(later)
    assert wait_until(lambda: later.data() == b"2")


def test_a_destination_that_destroys_the_source_in_write(pair):
    p = pair()

    class Deadly(Ending):
        def write(self, chunk):
            super().write(chunk)
            p.peer.destroy()
            return False

        def once(self, event, function):
            self.waits = function

    dest, other = Deadly(), Plain()
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(dest)
    p.peer.pipe(other)
    p.client.write(b"1")
    log.wait("close")
    assert (log.names, dest.data(), dest.ended) == (["close"], b"1", [])
    if hasattr(dest, "waits"):
        dest.waits()  # far too late: nothing happens
    two_turns()
    assert log.names == ["close"]


def test_a_destination_that_is_full_already(pair):
    """As Node: one that says so is waited for before the first chunk."""
    p = pair()
    dest = Once()
    dest.full, dest.writable_need_drain = False, True
    p.peer.pipe(dest)
    assert len(dest.waiting) == 1
    p.client.write(b"1")
    assert wait_until(lambda: p.peer.readable_length == 1)
    two_turns()
    assert dest.chunks == []
    dest.drain()
    assert wait_until(lambda: dest.data() == b"1")


def test_one_that_is_full_already_but_has_no_events(pair):
    p = pair()
    dest = Plain()
    dest.writable_need_drain = True
    p.peer.pipe(dest)
    p.client.write(b"1")
    assert wait_until(lambda: dest.data() == b"1")


@pytest.mark.parametrize("listener", [False, pytest.param(True, id="with a listener")])
def test_a_destination_taken_out_by_another_still_gets_this_chunk(pair, request, listener):
    """As Node's, whose emit() calls the listeners that there were; with a listener of `data` or without."""
    p = pair()

    class Taking(Plain):
        def write(self, chunk):
            super().write(chunk)
            p.peer.unpipe(second)

    first, second = Taking(), Plain()
    p.peer.pipe(first)
    p.peer.pipe(second)
    if listener:
        p.peer.on("data", lambda data: None)
    p.client.write(b"1")
    assert wait_until(lambda: first.chunks)
    p.client.write(b"2")
    assert wait_until(lambda: first.data() == b"12")
    assert second.data() == b"1"


def test_a_destination_put_in_by_another_gets_the_next_chunk(pair):
    p = pair()

    class Adding(Plain):
        def write(self, chunk):
            super().write(chunk)
            if len(self.chunks) == 1:
                p.peer.pipe(second)

    first, second = Adding(), Plain()
    p.peer.pipe(first)
    p.client.write(b"1")
    assert wait_until(lambda: first.chunks)
    p.client.write(b"2")
    assert wait_until(lambda: second.chunks)
    assert (first.data(), second.data()) == (b"12", b"2")


def test_a_socket_whose_class_has_its_own_write_and_end(pair):
    p = pair()
    calls = []

    class Mine(pynet.Socket):
        def write(self, data, *args):
            calls.append(data)
            return super().write(data.upper(), *args)

        def end(self, *args):
            calls.append("end")
            return super().end(*args)

    peers = []
    p.server.on("connection", peers.append)
    dest = Mine()
    dest.connect(target(p.server))
    assert wait_until(lambda: peers)
    there = Recorder(peers[0], "data", "end")
    p.peer.pipe(dest)
    p.client.end(b"data")
    there.wait("end")
    dest.destroy()
    assert (there.data(), calls) == (b"DATA", [b"data", "end"])


# --- emitters ---


def test_an_emitter_hears_pipe_and_unpipe(pair):
    p = pair()
    dest = Emitting()
    log = Recorder(dest, "pipe", "unpipe")
    p.peer.pipe(dest)
    p.client.write(b"1")
    assert wait_until(lambda: dest.data() == b"1")
    p.peer.unpipe(dest)
    log.wait("unpipe")
    assert log.names == ["pipe", "unpipe"]
    assert log.args("pipe") == [(p.peer,)]
    assert log.args("unpipe")[0][0] is p.peer


def test_an_emitter_ends_and_nothing_of_the_pipe_stays(pair):
    p = pair()
    dest = Emitting()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    assert {name for name in dest.event_names() if name != "newListener"} >= {"error", "close", "finish"}
    p.client.end(b"data")
    log.wait("close")
    assert (dest.data(), dest.ended, dest.event_names()) == (b"data", 1, [])


@pytest.mark.parametrize("thread", ["this thread", "the loop"])
def test_an_emitter_that_is_full(pair, thread):
    p = pair()
    dest = Emitting()
    dest.full = True
    p.peer.pipe(dest)
    for number in range(1, 4):
        p.client.write(b"%d" % number)
        assert wait_until(lambda number=number: len(dest.chunks) == number and p.peer.is_paused())
        assert dest.listener_count("drain") == 1
        dest.emit("drain") if thread == "this thread" else on_loop(dest.emit, "drain")
    assert dest.data() == b"123"


@pytest.mark.parametrize("event", ["close", "finish"])
def test_an_emitter_that_has_closed_is_taken_out(pair, event):
    p = pair()
    dest = Emitting()
    log = Recorder(dest, "unpipe")
    p.peer.pipe(dest)
    p.client.write(b"1")
    assert wait_until(lambda: dest.chunks)
    on_loop(dest.emit, event)
    log.wait("unpipe")
    p.client.write(b"2")
    two_turns()
    assert (dest.data(), p.peer.is_paused(), p.peer.destroyed) == (b"1", True, False)


# --- what is refused ---


class Awaited:
    async def write(self, chunk):
        pass


class NotCallable:
    write = 5


@pytest.mark.parametrize(
    "bad",
    [None, 5, "text", b"bytes", object(), print, NotCallable(), pynet.EventEmitter()],
    ids=lambda bad: type(bad).__name__,
)
def test_what_has_no_write_is_refused(pair, bad):
    p = pair()
    with pytest.raises(TypeError, match='"destination"') as info:
        p.peer.pipe(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert (p.peer.listener_count("data"), p.peer.readable_flowing) == (0, None)


def test_a_coroutine_function_as_write_is_refused(pair):
    p = pair()
    with pytest.raises(TypeError, match="coroutine"):
        p.peer.pipe(Awaited())
    assert (p.peer.listener_count("data"), p.peer.readable_flowing) == (0, None)


# --- end=False and unpipe() ---


@pytest.mark.parametrize("form", [{"end": False}, False])
def test_end_false(pair, form):
    p = pair()
    dest = Ending()
    log = Recorder(p.peer, "close")
    if form is False:
        p.peer.pipe(dest, end=False)
    else:
        p.peer.pipe(dest, form)
    p.client.end(b"data")
    log.wait("close")
    assert (dest.data(), dest.ended) == (b"data", [])


def test_one_object_takes_several_sources_in_turn(pair, server):
    p = pair()
    dest = Ending()
    peers = []
    p.server.on("connection", peers.append)
    other = pynet.connect(target(p.server))
    assert wait_until(lambda: peers)
    p.peer.pipe(dest, end=False)
    p.client.end(b"one ")
    assert wait_until(lambda: dest.data() == b"one ")
    peers[0].pipe(dest)
    other.end(b"two")
    assert wait_until(lambda: dest.ended)
    assert dest.data() == b"one two"


def test_unpipe_of_one_object(pair):
    p = pair()
    one, two = Plain(), Plain()
    p.peer.pipe(one)
    p.peer.pipe(two)
    p.client.write(b"1")
    assert wait_until(lambda: two.chunks)
    assert p.peer.unpipe(one) is p.peer
    p.client.write(b"2")
    assert wait_until(lambda: two.data() == b"12")
    assert one.data() == b"1"


def test_unpipe_of_all(pair):
    p = pair()
    one, two = Plain(), Plain()
    p.peer.pipe(one)
    p.peer.pipe(two)
    p.client.write(b"1")
    assert wait_until(lambda: two.chunks)
    p.peer.unpipe()
    p.client.write(b"2")
    two_turns()
    assert (one.data(), two.data(), p.peer.is_paused()) == (b"1", b"1", True)
    p.peer.unpipe(one)  # again: nothing
    p.peer.pipe(one)
    assert wait_until(lambda: one.data() == b"12")


def test_unpipe_of_a_full_object_lets_the_others_go_on(pair):
    p = pair()
    slow, fast = Once(), Plain()
    p.peer.pipe(slow)
    p.peer.pipe(fast)
    p.client.write(b"1")
    assert wait_until(lambda: slow.waiting)
    p.client.write(b"2")
    two_turns()
    assert fast.data() == b"1"
    p.peer.unpipe(slow)
    assert wait_until(lambda: fast.data() == b"12")
    slow.drain()  # late, and ignored
    two_turns()
    assert slow.data() == b"1"


@pytest.mark.parametrize("bad", [5, "text", object()], ids=shown)
def test_unpipe_of_what_is_no_destination(pair, bad):
    p = pair()
    dest = Plain()
    p.peer.pipe(dest)
    with pytest.raises(TypeError, match='"destination"') as info:
        p.peer.unpipe(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    p.client.write(b"1")
    assert wait_until(lambda: dest.data() == b"1")


# --- text ---


def test_text_is_given_after_set_encoding(pair):
    p = pair()
    dest = Plain()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.write(b"bytes")
    assert wait_until(lambda: dest.chunks)
    p.peer.set_encoding("utf8")
    p.client.write("€".encode()[:2])
    p.client.write("€".encode()[2:])
    p.client.end(b"\xff")
    log.wait("close")
    assert dest.chunks[0] == b"bytes"
    assert "".join(dest.chunks[1:]) == "€\ufffd"
