"""`for chunk in sock` in threads: chunks, ends, errors, loops left early, and what stays in the socket."""

from __future__ import annotations

import socket
import struct
import threading
import weakref

import pytest

import pynet
from helpers import Recorder, listeners_of, on_loop, raw_client, target, wait_until
from pynet import _reading


def buffered(sock, length):
    """Waits until so much has been read from the kernel and not consumed."""
    sock.read(0)
    assert wait_until(lambda: sock.readable_length >= length), sock.readable_length


# --- what it gives ---


def test_it_gives_all_that_comes_and_stops_at_the_end(pair):
    p = pair()
    data = bytes(range(256)) * 4000
    p.peer.end(data)
    assert b"".join(p.client) == data


def test_it_waits_for_each_chunk(pair):
    p = pair()
    p.peer.set_no_delay()
    got = []
    p.peer.write("0")
    for chunk in p.client:
        got.append(chunk)
        if len(got) == 5:
            p.peer.end()
        elif len(got) < 5:
            p.peer.write(str(len(got)))
    assert got == [b"0", b"1", b"2", b"3", b"4"]


def test_what_is_buffered_comes_in_the_chunks_that_came(pair):
    p = pair()
    p.peer.write("one")
    buffered(p.client, 3)
    p.peer.write("two")
    buffered(p.client, 6)
    p.peer.end()
    assert list(p.client) == [b"one", b"two"]


def test_it_gives_text_after_set_encoding(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.end("käse".encode())
    assert "".join(p.client) == "käse"


def test_the_end_has_been_emitted_when_the_loop_is_over(pair):
    p = pair()
    events = Recorder(p.client, "end")
    p.peer.end("x")
    list(p.client)
    assert p.client.readable_ended
    assert events.names == ["end"]


def test_a_loop_over_what_has_ended_is_over_at_once(pair):
    p = pair()
    p.peer.end("x")
    assert list(p.client) == [b"x"]
    assert list(p.client) == []
    p.client.wait("close", timeout=5)
    assert list(p.client) == []


def test_a_data_listener_beside_it_gets_the_same(pair):
    p = pair()
    events = Recorder(p.client, "data")
    p.client.pause()
    p.peer.end("hello")
    assert b"".join(p.client) == b"hello"
    assert events.data() == b"hello"


def test_a_paused_socket_is_read(pair):
    p = pair()
    p.client.pause()
    p.peer.end("hello")
    assert b"".join(p.client) == b"hello"


def test_the_loop_keeps_a_slow_reader_within_the_mark(pair):
    p = pair()
    p.peer.end(b"x" * 4_000_000)
    total = highest = 0
    for chunk in p.client:
        total += len(chunk)
        highest = max(highest, len(chunk), p.client.readable_length)
    assert total == 4_000_000
    assert highest <= 2 * 65536


def test_a_socket_may_be_looped_over_before_it_is_connected(server):
    srv = server(lambda sock: sock.end("welcome"))
    client = pynet.connect(target(srv))
    assert b"".join(client) == b"welcome"


@pytest.mark.posix_only("a named pipe has no half-close", only="unix")
def test_the_writing_side_is_usable_after_the_loop(pair):
    p = pair({"allow_half_open": True})
    p.peer.end("question")
    assert b"".join(p.client) == b"question"
    assert p.client.writable and not p.client.destroyed
    p.client.end("answer")
    assert b"".join(p.peer) == b"answer"


def test_two_threads_share_what_comes(pair):
    p = pair()
    got: list[list[bytes]] = [[], []]
    threads = [threading.Thread(target=lambda i=i: got[i].extend(p.client)) for i in range(2)]
    for thread in threads:
        thread.start()
    for i in range(200):
        p.peer.write(struct.pack("!I", i))
    p.peer.end()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    whole = sorted(
        struct.unpack("!I", chunk[i : i + 4])[0] for chunk in got[0] + got[1] for i in range(0, len(chunk), 4)
    )
    assert whole == list(range(200))


def test_two_threads_share_one_iterator(pair):
    p = pair()
    loop = iter(p.client)
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.extend(loop)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(100):
        p.peer.write("x")
    p.peer.end()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
    assert b"".join(got) == b"x" * 100


# --- errors ---


def test_a_reset_is_raised(server):
    accepted = []
    srv = server(accepted.append)
    client = raw_client(srv)
    client.sendall(b"x")
    assert wait_until(lambda: accepted)
    got = []
    with pytest.raises(ConnectionResetError):
        for chunk in accepted[0]:
            got.append(chunk)
            if client.family not in (socket.AF_INET, socket.AF_INET6):
                accepted[0].destroy(ConnectionResetError("reset"))  # what TCP alone has
            else:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
    assert (got, accepted[0].destroyed) == ([b"x"], True)


def test_an_error_while_it_waits_is_raised(pair):
    p = pair()
    pynet.set_timeout(lambda: p.client.destroy(ValueError("mine")), 10)
    with pytest.raises(ValueError, match="mine"):
        list(p.client)


def test_an_error_in_the_body_of_the_loop_is_raised_and_not_uncaught(pair):
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        p = pair()
        p.peer.write("x")
        with pytest.raises(ValueError, match="mine"):
            for _ in p.client:
                p.client.destroy(ValueError("mine"))
                p.client.wait("close", timeout=5) if not p.client.closed else None
                assert wait_until(lambda: pynet._pynet._over(p.client))
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_destroyed_socket_is_a_premature_close(pair, when):
    p = pair()
    if when == "before":
        p.client.destroy()
    else:
        pynet.set_timeout(p.client.destroy, 10)
    with pytest.raises(pynet.NetError) as caught:
        list(p.client)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_a_destroyed_socket_gives_nothing_more_but_keeps_it(pair):
    p = pair()
    p.peer.write("unread")
    buffered(p.client, 6)
    p.client.destroy()
    with pytest.raises(pynet.NetError) as caught:
        list(p.client)
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"
    assert p.client.readable_length == 6


def test_an_error_after_the_end_is_raised_by_a_later_loop(pair):
    p = pair({"allow_half_open": True})
    p.peer.end("x")
    assert list(p.client) == [b"x"]
    events = Recorder(p.client, "error", "close")
    p.client.destroy(ValueError("mine"))
    events.wait("close")
    with pytest.raises(ValueError, match="mine"):
        list(p.client)


def test_after_an_error_the_iterator_is_over(pair):
    p = pair()
    p.client.destroy()
    loop = iter(p.client)
    with pytest.raises(pynet.NetError):
        next(loop)
    assert list(loop) == []


# --- loops left early ---


def test_a_loop_left_early_keeps_the_socket_and_what_is_in_it(pair):
    p = pair()
    p.peer.write("one")
    for chunk in p.client:
        assert chunk == b"one"
        break
    p.peer.write("two")
    assert wait_until(lambda: p.client.readable_flowing is None)
    buffered(p.client, 3)
    assert not p.client.destroyed
    p.peer.end("three")
    assert b"".join(p.client) == b"twothree"


def test_an_exception_in_the_body_keeps_the_socket(pair):
    p = pair()
    p.peer.write("x")
    with pytest.raises(ZeroDivisionError):
        for _ in p.client:
            1 / 0  # noqa: B018
    p.peer.end("y")
    assert list(p.client) == [b"y"]


def test_a_loop_left_early_takes_its_listeners_with_it(pair):
    p = pair()
    before = listeners_of(p.client)
    p.peer.write("x")
    for _ in p.client:
        assert len(listeners_of(p.client)) > len(before)
        break
    assert listeners_of(p.client) == before
    assert wait_until(lambda: p.client.readable_flowing is None)


def test_a_dropped_iterator_is_freed(pair):
    p = pair()
    p.peer.write("x")
    loop = iter(p.client)
    assert next(loop) == b"x"
    gone = weakref.ref(loop)
    del loop
    assert gone() is None


def test_close_and_with_end_a_loop(pair):
    p = pair()
    before = listeners_of(p.client)
    p.peer.write("x")
    with p.client.iterator(destroy_on_return=False) as loop:
        assert next(loop) == b"x"
    assert listeners_of(p.client) == before
    assert list(loop) == []
    assert not p.client.destroyed


def test_close_ends_a_loop_that_waits_in_another_thread(pair):
    p = pair()
    loop = iter(p.client)
    thread = threading.Thread(target=lambda: list(loop))
    thread.start()
    assert wait_until(lambda: listeners_of(p.client))
    loop.close()
    thread.join(5)
    assert not thread.is_alive() and not p.client.destroyed


# --- iterator() ---


def test_iterator_destroys_when_it_is_left_early(pair):
    p = pair()
    events = Recorder(p.client, "error", "close")
    p.peer.write("x")
    for _ in p.client.iterator():
        break
    assert p.client.destroyed
    events.wait("close")
    assert events.names == ["error", "close"]
    assert isinstance(events["error"], pynet.AbortError)
    assert events["error"].code == "ABORT_ERR"


def test_iterator_left_early_needs_no_error_listener(pair):
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        p = pair()
        p.peer.write("x")
        events = Recorder(p.client, "close")
        for _ in p.client.iterator():
            break
        assert events.wait("close")["close"] is True
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


def test_iterator_destroys_at_the_end(pair):
    p = pair()
    events = Recorder(p.client, "end", "error", "close")
    p.peer.end("x")
    assert list(p.client.iterator()) == [b"x"]
    assert p.client.destroyed
    assert events.wait("close").names == ["end", "close"]


def test_iterator_of_a_half_open_socket_aborts_it_at_the_end(pair):
    p = pair({"allow_half_open": True})
    events = Recorder(p.client, "end", "error", "close")
    p.peer.end("x")
    assert list(p.client.iterator()) == [b"x"]
    assert events.wait("close").names == ["end", "error", "close"]


@pytest.mark.parametrize(
    "options",
    [({"destroy_on_return": False}, {}), ({"destroyOnReturn": False}, {}), ((), {"destroy_on_return": False})],
)
def test_iterator_may_keep_the_socket(pair, options):
    p = pair()
    p.peer.write("x")
    args, kwargs = options
    for _ in p.client.iterator(*([args] if args else []), **kwargs):
        break
    assert not p.client.destroyed


def test_a_wrong_option_is_refused(pair):
    p = pair()
    with pytest.raises(TypeError, match="destroy_on_return"):
        p.client.iterator(destroy_on_returns=False)
    with pytest.raises(TypeError):
        p.client.iterator(False)
    with pytest.raises(TypeError):
        p.client.iterator({}, {})


def test_iterator_is_its_own_iterator_of_both_kinds(pair):
    loop = pair().client.iterator(destroy_on_return=False)
    assert iter(loop) is loop and loop.__aiter__() is loop


# --- where it is refused ---


@pytest.mark.parametrize("make", [iter, lambda sock: iter(sock.iterator()), lambda sock: iter(sock.lines())])
def test_in_a_listener_a_loop_is_refused_at_once(pair, make):
    p = pair()
    with pytest.raises(RuntimeError, match="a loop over a socket would wait for ever inside a listener"):
        on_loop(make, p.client)


def test_inside_turn_a_loop_is_refused_at_once(pair):
    p = pair()
    with pynet.turn(), pytest.raises(RuntimeError, match=r"inside turn\(\)"):
        for _ in p.client:
            pass


def test_an_iterator_of_another_thread_does_not_block_a_listener(pair):
    p = pair()
    loop = iter(p.client)
    with pytest.raises(RuntimeError, match="inside a listener"):
        on_loop(next, loop)


def test_who_is_woken_and_waits_again_is_not_woken_again_by_the_same_event():
    waiters = _reading.Waiters()
    woken = []

    def wake():
        woken.append(True)
        if len(woken) < 100:
            waiters._wakers.append(wake)

    waiters._wakers.append(wake)
    waiters._wake()
    assert len(woken) == 1
