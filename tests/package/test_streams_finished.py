"""finished(): when its callback comes, with what, in which order among the user's listeners; what is refused."""

import functools
import gc
import io
import threading
import weakref

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, peer_text, shown, target, wait_until
from pynet import finished

EVENTS = ("end", "finish", "error", "close")


class Boom(Exception):
    pass


class Own(pynet.EventEmitter):
    """A destination of the user's own."""

    def write(self, data):
        return True


class OwnSource(pynet.EventEmitter):
    def pipe(self, destination, *, end=True):
        return destination


def watch(stream, first="user", **options):
    """The events of a stream and "done" in one log; the user's listeners come before those of finished(), or after."""
    with pynet.turn():
        log = Recorder(stream, *(EVENTS if first == "user" else ()))
        log.forget = finished(stream, log.note("done"), **options)
        for event in EVENTS if first != "user" else ():
            stream.on(event, log.note(event))
    return log


@pytest.fixture
def half_open(pair):
    """A pair whose ends stay open when the other one has ended; both read."""
    p = pair({"allow_half_open": True}, allow_half_open=True)
    p.client.resume()
    p.peer.resume()
    return p


# --- the end ---


def test_callback_after_the_users_finish(half_open):
    log = watch(half_open.client)
    half_open.peer.end()
    wait_until(lambda: "end" in log.names)
    half_open.client.end()
    log.wait("close")
    assert log.names == ["end", "finish", "done", "close"]
    assert log["done"] is None


def test_callback_after_the_users_end(half_open):
    log = watch(half_open.client)
    half_open.client.end()
    log.wait("finish")
    half_open.peer.end()
    log.wait("close")
    assert log.names == ["finish", "end", "done", "close"]
    assert log["done"] is None


def test_callback_before_listeners_that_were_added_later(half_open):
    log = watch(half_open.client, "finished")
    half_open.client.end()
    log.wait("finish")
    half_open.peer.end()
    log.wait("close")
    assert log.names == ["finish", "done", "end", "close"]


def test_callback_comes_before_the_socket_is_destroyed(half_open):
    client, states = half_open.client, []
    client.on("close", lambda had_error: states.append("close"))
    finished(client, lambda err: states.append((client.destroyed, client.ready_state)))
    half_open.peer.end()
    client.end()
    assert wait_until(lambda: len(states) == 2)
    assert states == [(False, "closed"), "close"]


def test_end_with_data_that_is_read_late(pair):
    p = pair()
    p.peer.resume()
    p.peer.end(b"late")
    p.client.end()
    log = watch(p.client)
    log.wait("finish")
    assert log.names == ["finish"]
    p.client.resume()
    log.wait("close")
    assert log.names == ["finish", "end", "done", "close"]


@pytest.mark.parametrize("form", ["mapping", "keyword"])
def test_readable_false_is_done_at_finish(half_open, form):
    log = Recorder(half_open.client, *EVENTS)
    if form == "mapping":
        finished(half_open.client, {"readable": False}, log.note("done"))
    else:
        finished(half_open.client, log.note("done"), readable=False)
    half_open.client.end()
    log.wait("done")
    assert log.names == ["finish", "done"]
    assert log["done"] is None


@pytest.mark.parametrize("form", ["mapping", "keyword"])
def test_writable_false_is_done_at_end(half_open, form):
    log = Recorder(half_open.client, *EVENTS)
    if form == "mapping":
        finished(half_open.client, {"writable": False}, callback=log.note("done"))
    else:
        finished(half_open.client, callback=log.note("done"), writable=False)
    half_open.peer.end()
    log.wait("done")
    assert log.names == ["end", "done"]
    assert log["done"] is None


def test_readable_false_waits_for_what_is_still_queued(half_open):
    half_open.peer.pause()
    half_open.client.end(bytes(8_000_000))
    assert not half_open.client.writable
    log = watch(half_open.client, readable=False)
    on_loop(lambda: None)
    assert log.names == []
    half_open.peer.resume()
    log.wait("done")
    assert log.names == ["finish", "done"]


def test_neither_half_is_done_at_the_first_sign(half_open):
    log = watch(half_open.client, readable=False, writable=False)
    on_loop(lambda: None)
    assert log.names == []
    half_open.peer.end()
    log.wait("done")
    assert log.names == ["end", "done"]


def test_keywords_win_over_the_mapping(half_open):
    log = Recorder(half_open.client, *EVENTS)
    finished(half_open.client, {"readable": False, "writable": False}, log.note("done"), readable=True)
    half_open.client.end()
    log.wait("finish")
    half_open.peer.end()
    log.wait("done")
    assert log.names[:3] == ["finish", "end", "done"]


def test_none_is_as_if_the_option_were_not_there(half_open):
    log = Recorder(half_open.client, *EVENTS)
    finished(half_open.client, {"readable": None, "error": None, "other": 1}, log.note("done"), writable=None)
    half_open.client.destroy(Boom())
    log.wait("close")
    assert log.names == ["error", "done", "close"]


# --- failures ---


def test_destroyed_is_a_premature_close(pair):
    client = pair().client
    log = watch(client)
    client.destroy()
    log.wait("done")
    assert log.names == ["close", "done"]
    assert isinstance(log["done"], pynet.NetError)
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"
    assert str(log["done"]) == f"The socket closed before its end ({peer_text(client)})"


@pytest.mark.parametrize("seen", ["end", "finish"])
def test_one_half_alone_is_a_premature_close(half_open, seen):
    client = half_open.client
    log = watch(client)
    client.on(seen, client.destroy)
    (half_open.peer if seen == "end" else client).end()
    log.wait("done")
    assert log.names == [seen, "close", "done"]
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_error_goes_to_the_callback_itself(pair):
    client, error = pair().client, Boom("boom")
    log = watch(client)
    client.destroy(error)
    log.wait("close")
    assert log.names == ["error", "done", "close"]
    assert log["done"] is error


def test_error_is_heard_by_finished(pair, uncaught_errors):
    client, error = pair().client, Boom("boom")
    log = Recorder(client, "close")
    finished(client, log.note("done"))
    client.destroy(error)
    log.wait("close")
    assert log.names == ["done", "close"]
    assert uncaught_errors == []


def test_error_false_tells_the_error_at_close(pair):
    client, error = pair().client, Boom("boom")
    log = watch(client, error=False)
    client.destroy(error)
    log.wait("done")
    assert log.names == ["error", "close", "done"]
    assert log["done"] is error


def test_error_false_leaves_the_error_to_others(pair, uncaught_errors):
    client, error = pair().client, Boom("boom")
    log = Recorder(client, "close")
    finished(client, {"error": False}, log.note("done"))
    client.destroy(error)
    log.wait("done")
    assert log["done"] is error
    assert uncaught_errors == [error]


def test_connection_that_fails(kind, tmp_path):
    place = {"path": str(tmp_path / "none")} if kind == "unix" else {"port": 1, "host": "127.0.0.1"}
    with pynet.turn():
        client = pynet.connect(place)
        log = watch(client)
    log.wait("close")
    assert log.names == ["error", "done", "close"]
    assert log["done"].code == ("ENOENT" if kind == "unix" else "ECONNREFUSED")


def test_socket_that_never_connected():
    client = pynet.Socket()
    log = watch(client)
    client.end()
    log.wait("finish")
    client.destroy()
    log.wait("done")
    assert log.names == ["finish", "close", "done"]
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


# --- when it is over already ---


def test_closed_after_both_ends(half_open):
    client = half_open.client
    seen = Recorder(client, "close")
    client.end()
    half_open.peer.end()
    seen.wait("close")
    log = Recorder(client)
    finished(client, log.note("done"))
    log.wait("done")
    assert log["done"] is None


def test_closed_too_early(pair):
    client = pair().client
    Recorder(client, "close").wait_for(lambda: client.destroy().destroyed)
    log = Recorder(client)
    finished(client, log.note("done"))
    log.wait("done")
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_closed_with_an_error(pair):
    client, error = pair().client, Boom("boom")
    seen = Recorder(client, "error", "close")
    client.destroy(error)
    seen.wait("close")
    log = Recorder(client)
    finished(client, {"error": False}, log.note("done"))
    log.wait("done")
    assert log["done"] is error


def test_destroyed_but_not_closed_yet(pair):
    """By the next tick: after the call, before the "close" event."""
    client = pair().client
    log = Recorder(client, "close")

    def act():
        client.destroy()
        finished(client, log.note("done"))
        log.note("called")()

    on_loop(act)
    log.wait("close")
    assert log.names == ["called", "done", "close"]
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_failed_but_not_closed_yet(pair):
    client, error = pair().client, Boom("boom")
    log = Recorder(client, "error", "close")

    def act():
        client.destroy(error)
        finished(client, log.note("done"))
        log.note("called")()

    on_loop(act)
    log.wait("close")
    assert log.names == ["called", "error", "done", "close"]
    assert log["done"] is error


def test_callback_takes_its_place_among_the_ticks(pair):
    client = pair().client
    Recorder(client, "close").wait_for(lambda: client.destroy().destroyed)
    log = Recorder(client)

    def act():
        pynet.next_tick(log.note("before"))
        finished(client, log.note("done"))
        pynet.next_tick(log.note("after"))

    on_loop(act)
    log.wait("after")
    assert log.names == ["before", "done", "after"]


def test_half_that_is_wanted_is_over(half_open):
    client = half_open.client
    seen = Recorder(client, "end")
    half_open.peer.end()
    seen.wait("end")
    log = watch(client, writable=False)
    log.wait("done")
    assert log.names[-1:] == ["done"]
    assert client.writable


def test_half_that_is_not_wanted_is_over(half_open):
    client = half_open.client
    seen = Recorder(client, "end")
    half_open.peer.end()
    seen.wait("end")
    log = on_loop(functools.partial(watch, client, readable=False))
    on_loop(lambda: None)
    assert log.names == []
    client.end()
    log.wait("close")
    assert log.names == ["finish", "done", "close"]


def test_asked_within_the_event_that_decides(half_open):
    """Its listeners are too late for that event: the answer is that of "close"."""
    client = half_open.client
    log = Recorder(client, "end", "finish", "close")
    client.on("finish", lambda: finished(client, log.note("done")))
    half_open.peer.end()
    log.wait("end")
    client.end()
    log.wait("done")
    assert log.names == ["end", "finish", "close", "done"]
    assert log["done"] is None


def test_asked_within_close(pair):
    client = pair().client
    log = Recorder(client, "close")

    @client.on("close")
    def ask(had_error):
        finished(client, log.note("done"))
        log.note("asked")()

    client.destroy()
    log.wait("done")
    assert log.names == ["close", "asked", "done"]


# --- once, and never ---


def test_callback_comes_once(pair):
    client = pair().client
    log = watch(client)
    client.destroy(Boom())
    log.wait("close")
    on_loop(client.emit, "error", Boom())
    assert log.names.count("done") == 1


def test_callback_does_not_come_again_after_another_connection(half_open):
    client = half_open.client
    log = watch(client)
    half_open.peer.end()
    client.end()
    log.wait("close")
    again = Recorder(client, "connect")
    half_open.server.on("connection", lambda sock: sock.destroy())
    client.connect(target(half_open.server))
    again.wait("connect")
    client.destroy()
    log.wait("close", times=2)
    assert log.names.count("done") == 1


def test_two_callbacks_in_order(pair):
    client = pair().client
    log = Recorder(client)
    finished(client, log.note("first"))
    finished(client, log.note("second"))
    client.destroy()
    log.wait("second")
    assert log.names == ["first", "second"]


def raises(*args):
    raise Boom


@pytest.mark.parametrize("event", EVENTS)
def test_it_is_answered_though_a_listener_before_it_raises(pair, uncaught_errors, event):
    p = pair()
    mine = ValueError("mine")
    p.client.on(event, raises)
    log = Recorder(None)
    finished(p.client, log.note("done"))
    p.client.resume()
    if event in ("end", "finish"):
        p.client.end()
    else:
        p.client.destroy(mine if event == "error" else None)
    (error,) = log.wait("done").args("done")[0]
    assert wait_until(lambda: [type(uncaught) for uncaught in uncaught_errors] == [Boom])
    assert error is {"error": mine, "close": error}.get(event)
    assert event != "close" or error.code == "ERR_STREAM_PREMATURE_CLOSE"


def counts(stream):
    return {event: stream.listener_count(event) for event in EVENTS}


def test_returned_function_takes_the_listeners_away(pair):
    client = pair().client
    before = counts(client)
    forget = finished(client, print)
    assert counts(client) == {event: count + 1 for event, count in before.items()}
    assert forget() is None
    assert counts(client) == before


def test_returned_function_takes_the_callback_away(pair):
    client = pair().client
    log = watch(client)
    log.forget()
    client.destroy()
    log.wait("close")
    on_loop(lambda: None)
    assert log.names == ["close"]


def test_returned_function_takes_a_callback_away_that_is_due(pair):
    client = pair().client
    Recorder(client, "close").wait_for(lambda: client.destroy().destroyed)
    log = Recorder(client)
    on_loop(lambda: finished(client, log.note("done"))())
    on_loop(lambda: None)
    assert log.names == []


def test_listeners_stay_and_hear_later_errors(half_open, uncaught_errors):
    client = half_open.client
    log = Recorder(client, "close")
    finished(client, log.note("done"), writable=False)
    half_open.peer.end()
    log.wait("done")
    client.destroy(Boom())
    log.wait("close")
    assert log.args("close") == [(True,)]
    assert uncaught_errors == []


def test_callback_that_raises_is_uncaught(pair, uncaught_errors):
    client, error = pair().client, Boom("in the callback")

    def done(err):
        raise error

    finished(client, done)
    client.destroy()
    assert wait_until(lambda: uncaught_errors == [error])


def test_finished_does_not_keep_a_stream_alive():
    own = Own()
    finished(own, lambda err: None)
    own.emit("finish")
    gone = weakref.ref(own)
    gc.disable()
    try:
        del own
        assert gone() is None
    finally:
        gc.enable()


# --- threads ---


def test_is_one_step_from_any_thread(pair):
    """No event falls between its looking at the socket and its listeners, however the threads race."""
    for _ in range(20):
        p = pair()
        log = Recorder(p.client)
        other = threading.Thread(target=p.peer.destroy)
        other.start()
        p.client.resume()
        finished(p.client, log.note("done"))
        log.wait("done")
        other.join()
        assert log["done"] is None
        p.close()


# --- objects of the user's own ---


def test_own_destination_is_done_at_finish():
    own = Own()
    log = watch(own)
    own.emit("finish")
    assert log.names == ["finish", "done"]
    assert log["done"] is None


def test_own_source_is_done_at_end():
    own = OwnSource()
    log = watch(own)
    own.emit("end")
    assert log.names == ["end", "done"]


def test_own_destination_that_closes_early():
    own = Own()
    log = watch(own)
    own.emit("close")
    assert log["done"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_own_destination_that_fails():
    own, error = Own(), Boom()
    log = watch(own)
    own.emit("error", error)
    assert log.names == ["error", "done"]
    assert log["done"] is error


# --- refusals ---


@pytest.mark.parametrize("arguments", [(), (None,), (5,), ({},), (None, None), ({}, 5)], ids=shown)
def test_callback_is_a_function(arguments):
    with pytest.raises(TypeError, match='^The "callback" argument must be a callable. Received ') as caught:
        finished(pynet.Socket(), *arguments)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize(
    "value", [None, 5, 2.5, True, 10**25, "short", "x" * 29, b"x", [], pynet.EventEmitter(), io.BytesIO()], ids=shown
)
def test_what_came_is_shown_as_by_every_method(value):
    def received(function, *arguments):
        with pytest.raises(TypeError) as caught:
            function(*arguments)
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"
        return str(caught.value).partition(" Received ")[2]

    shown = received(pynet.Socket().on, "data", value)
    assert shown
    assert received(finished, value, print) == shown
    assert received(finished, pynet.Socket(), {}, value) == shown
    if not isinstance(value, list | io.BytesIO):  # these are sources of pipeline()
        assert received(pynet.pipeline, value, pynet.Socket()) == shown


def test_a_socket_that_is_not_connected_needs_no_thread():
    out = isolated.check("""
        import threading, pynet
        pynet.finished(pynet.Socket(), print)
        print(threading.active_count())
    """)
    assert out == "1\n"


@pytest.mark.parametrize("how", ["plain", "method", "partial"])
def test_coroutine_function_is_refused(how):
    class Holder:
        async def done(self, err): ...

    async def done(err): ...

    callback = {"plain": done, "method": Holder().done, "partial": functools.partial(done)}[how]
    with pytest.raises(TypeError, match="not a coroutine function") as caught:
        finished(pynet.Socket(), callback)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("stream", [None, 5, "x", pynet.EventEmitter(), pynet.Server(), open], ids=shown)
def test_stream_is_a_stream(stream):
    with pytest.raises(TypeError, match='^The "stream" argument must be an instance of Socket, or') as caught:
        finished(stream, print)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("options", [5, "x", [], print], ids=shown)
def test_options_are_a_mapping(options):
    with pytest.raises(TypeError, match='^The "options" argument must be a mapping. Received ') as caught:
        finished(pynet.Socket(), options, print)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_unknown_keyword_names_the_nearest():
    with pytest.raises(TypeError, match="unexpected keyword argument 'writeable'; did you mean 'writable'"):
        finished(pynet.Socket(), print, writeable=False)


def test_two_callbacks_are_one_too_many():
    with pytest.raises(TypeError, match="multiple values for argument 'callback'"):
        finished(pynet.Socket(), {}, print, callback=print)


def test_refused_call_leaves_no_listeners():
    sock = pynet.Socket()
    before = counts(sock)
    with pytest.raises(TypeError):
        finished(sock, {}, 5)
    assert counts(sock) == before
