"""lines(), read_until() and read_exactly() in threads: frames, limits, the end, errors, timeouts; nothing is lost."""

from __future__ import annotations

import pickle
import random
import struct
import threading
from array import array

import pytest

import pynet
from helpers import Recorder, on_loop, two_turns, wait_until, waits


def rest(sock):
    """All that comes until the end."""
    return b"".join(sock)


# --- lines() ---


def test_lines_are_given_without_their_ends(pair):
    p = pair()
    p.peer.end(b"one\ntwo\r\n\n\r\nthree\r\r\nfour\rfive\n")
    assert list(p.client.lines()) == [b"one", b"two", b"", b"", b"three\r", b"four\rfive"]


def test_keep_ends_keeps_them(pair):
    p = pair()
    p.peer.end(b"one\ntwo\r\n\nrest\r")
    assert list(p.client.lines(keep_ends=True)) == [b"one\n", b"two\r\n", b"\n", b"rest\r"]


def test_the_last_line_may_lack_its_end(pair):
    p = pair()
    p.peer.end(b"one\nrest")
    assert list(p.client.lines()) == [b"one", b"rest"]


def test_a_last_line_without_end_may_come_in_pieces(pair):
    p = pair()
    p.peer.write(b"one\nre")
    p.client.read(0)
    assert wait_until(lambda: p.client.readable_length == 6)
    p.peer.write(b"s")
    assert wait_until(lambda: p.client.readable_length == 7)
    p.peer.end(b"t")
    assert list(p.client.lines()) == [b"one", b"rest"]


def test_no_data_is_no_line(pair):
    p = pair()
    p.peer.end()
    assert list(p.client.lines()) == []


def test_lines_are_text_after_set_encoding(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.end("käse\r\nbrot\nwein".encode())
    assert list(p.client.lines()) == ["käse", "brot", "wein"]


def test_lines_come_in_whatever_pieces_they_are_sent(pair):
    p = pair()
    rng = random.Random(5)
    lines = [bytes(rng.choices(b"ab\r", k=rng.randrange(40))).rstrip(b"\r") for _ in range(500)]
    stream = b"".join(line + rng.choice([b"\n", b"\r\n"]) for line in lines)
    p.peer.set_no_delay()

    def send():
        at = 0
        while at < len(stream):
            size = rng.randrange(1, 60)
            p.peer.write(stream[at : at + size])
            at += size
        p.peer.end()

    sender = threading.Thread(target=send)
    sender.start()
    assert list(p.client.lines()) == lines
    sender.join(5)


def test_a_line_longer_than_the_mark_is_read(pair):
    p = pair({"high_water_mark": 1000})
    long = b"x" * 200_000
    p.peer.end(long + b"\nshort\n")
    assert list(p.client.lines(max=300_000)) == [long, b"short"]


@pytest.mark.parametrize("ended", [True, False])
def test_a_line_over_the_limit_raises_and_stays(pair, ended):
    p = pair()
    p.peer.write(b"ok\n" + b"x" * 11 + (b"\n" if ended else b""))
    loop = p.client.lines(max=10)
    assert next(loop) == b"ok"
    with pytest.raises(pynet.NetError, match="max=10") as caught:
        next(loop)
    assert caught.value.code == "ERR_READ_LIMIT"
    assert not p.client.destroyed
    p.peer.end()
    assert rest(p.client) == b"x" * 11 + (b"\n" if ended else b"")


def test_a_line_of_just_the_limit_is_given(pair):
    p = pair()
    p.peer.end(b"123456789\n12345678\r\n")
    assert list(p.client.lines(max=10)) == [b"123456789", b"12345678"]


def test_a_loop_over_lines_left_early_loses_nothing(pair):
    p = pair()
    p.peer.write(b"one\ntwo\nthree\nbody")
    for line in p.client.lines():
        if line == b"two":
            break
    assert wait_until(lambda: p.client.readable_flowing is None)
    assert next(p.client.lines()) == b"three"
    p.peer.end()
    assert rest(p.client) == b"body"


def test_lines_and_exact_bytes_mix(pair):
    p = pair()
    body = b"binary\n\r\n\0body"
    p.peer.write(b"POST / HTTP/1.1\r\nLength: %d\r\n\r\n" % len(body) + body[:5])
    lines = p.client.lines()
    head = []
    for line in lines:
        if not line:
            break
        head.append(line)
    assert head == [b"POST / HTTP/1.1", b"Length: %d" % len(body)]
    pynet.set_timeout(p.peer.write, 5, body[5:] + b"next\n")
    assert p.client.read_exactly(len(body), timeout=5) == body
    assert next(lines) == b"next"


def test_lines_destroys_nothing_at_its_end(pair):
    p = pair({"allow_half_open": True})
    p.peer.end(b"one\n")
    assert list(p.client.lines()) == [b"one"]
    assert p.client.writable and not p.client.destroyed


def test_lines_that_came_before_a_death_are_given(pair):
    p = pair()
    p.peer.write(b"one\ntwo\nhalf")
    lines = p.client.lines()
    assert next(lines) == b"one"
    assert wait_until(lambda: p.client.readable_length == 8)
    p.client.destroy(ValueError("mine"))
    assert next(lines) == b"two"
    with pytest.raises(ValueError, match="mine"):
        next(lines)


def test_lines_of_a_destroyed_socket_are_a_premature_close(pair):
    p = pair()
    p.client.destroy()
    with pytest.raises(pynet.NetError) as caught:
        list(p.client.lines())
    assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


# --- read_until() ---


def test_read_until_gives_the_separator_too(pair):
    p = pair()
    p.peer.write(b"key: value\r\n\r\nbody")
    assert p.client.read_until(b": ") == b"key: "
    assert p.client.read_until(b"\r\n\r\n", timeout=5) == b"value\r\n\r\n"
    p.peer.end()
    assert rest(p.client) == b"body"


@pytest.mark.parametrize("separator", ["\r\n", b"\r\n", bytearray(b"\r\n"), memoryview(b"\r\n"), array("B", b"\r\n")])
def test_a_separator_is_bytes_or_text(pair, separator):
    p = pair()
    p.peer.write("line\r\n")
    assert p.client.read_until(separator) == b"line\r\n"


def test_read_until_waits_for_a_separator_in_pieces(pair):
    p = pair()
    p.peer.set_no_delay()
    for i, piece in enumerate([b"a-", b"-", b"=b-", b"-=c"]):
        pynet.set_timeout(p.peer.write, 1 + 2 * i, piece)
    assert p.client.read_until(b"--=") == b"a--="
    assert p.client.read_until(b"--=") == b"b--="


def test_read_until_gives_text_after_set_encoding(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.write("grün;blau")
    assert p.client.read_until(";") == "grün;"
    with pytest.raises(TypeError):
        p.client.read_until(b";")


def test_read_until_over_the_limit_names_it_and_keeps_the_data(pair):
    p = pair()
    p.peer.write(b"x" * 100)
    with pytest.raises(pynet.NetError, match="max=64") as caught:
        p.client.read_until(b"\n", max=64, timeout=5)
    assert caught.value.code == "ERR_READ_LIMIT"
    p.peer.write(b"\n")
    assert p.client.read_until(b"\n", timeout=5) == b"x" * 100 + b"\n"


def test_the_default_limit_is_65536(pair):
    p = pair()
    p.peer.write(b"x" * 65535 + b"\n" + b"x" * 65536 + b"\n")
    assert len(p.client.read_until(b"\n", timeout=5)) == 65536
    with pytest.raises(pynet.NetError, match="max=65536"):
        p.client.read_until(b"\n", timeout=5)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((None,), "ERR_INVALID_ARG_TYPE"),
        ((7,), "ERR_INVALID_ARG_TYPE"),
        (([b"\n"],), "ERR_INVALID_ARG_TYPE"),
        ((b"",), "ERR_INVALID_ARG_VALUE"),
        (("",), "ERR_INVALID_ARG_VALUE"),
        ((b"\n", "10"), "ERR_INVALID_ARG_TYPE"),
        ((b"\n", True), "ERR_INVALID_ARG_TYPE"),
        ((b"\n", 1.5), "ERR_INVALID_ARG_TYPE"),
        ((b"\n", 0), "ERR_OUT_OF_RANGE"),
        ((b"\n", -1), "ERR_OUT_OF_RANGE"),
        ((b"\n", 2**80), "ERR_OUT_OF_RANGE"),
        ((b"\n", 10, "1"), "ERR_INVALID_ARG_TYPE"),
        ((b"\n", 10, -1), "ERR_OUT_OF_RANGE"),
    ],
)
def test_wrong_arguments_of_read_until_are_refused(args, code):
    with pytest.raises((TypeError, ValueError)) as caught:
        pynet.Socket().read_until(*args)
    assert caught.value.code == code


# --- read_exactly() ---


def test_read_exactly_gives_so_many_bytes(pair):
    p = pair()
    p.peer.write(struct.pack("!I", 5) + b"hello" + b"more")
    (length,) = struct.unpack("!I", p.client.read_exactly(4))
    assert p.client.read_exactly(length) == b"hello"
    p.peer.end()
    assert rest(p.client) == b"more"


def test_read_exactly_reads_more_than_the_mark(pair):
    p = pair({"high_water_mark": 1000})
    data = bytes(range(256)) * 8000
    p.peer.end(data + b"tail")
    assert p.client.read_exactly(len(data), timeout=5) == data
    assert rest(p.client) == b"tail"


def test_read_exactly_of_nothing_is_empty(pair):
    p = pair()
    assert p.client.read_exactly(0) == b""
    p.client.set_encoding("utf8")
    assert p.client.read_exactly(0) == ""


def test_read_exactly_counts_characters_after_set_encoding(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.write("grün")
    assert p.client.read_exactly(3) == "grü"


@pytest.mark.parametrize(
    ("n", "code"),
    [(None, "ERR_INVALID_ARG_TYPE"), ("4", "ERR_INVALID_ARG_TYPE"), (4.0, "ERR_INVALID_ARG_TYPE"),
     (True, "ERR_INVALID_ARG_TYPE"), (-1, "ERR_OUT_OF_RANGE"), (2**80, "ERR_OUT_OF_RANGE")],
)  # fmt: skip
def test_wrong_sizes_are_refused(n, code):
    with pytest.raises((TypeError, ValueError)) as caught:
        pynet.Socket().read_exactly(n)
    assert caught.value.code == code


# --- the end, errors, timeouts ---


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    ("call", "expected"),
    [(lambda s: s.read_exactly(10, timeout=5), 10), (lambda s: s.read_until(b"\n", timeout=5), None)],
)
def test_too_little_at_the_end_is_incomplete_and_stays(pair, call, expected, before):
    p = pair()
    p.peer.write(b"part")
    if before:
        p.peer.end()
        p.client.read(0)
        assert wait_until(lambda: pynet._pynet._at_end(p.client))
    else:
        pynet.set_timeout(p.peer.end, 10)
    for _ in range(2):
        with pytest.raises(pynet.IncompleteReadError) as caught:
            call(p.client)
        assert (caught.value.partial, caught.value.expected) == (b"part", expected)
        assert caught.value.code == "ERR_INCOMPLETE_READ"
        assert isinstance(caught.value, pynet.NetError) and isinstance(caught.value, EOFError)
    assert rest(p.client) == b"part"


def test_incomplete_after_set_encoding_has_text(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.end("grü")
    with pytest.raises(pynet.IncompleteReadError) as caught:
        p.client.read_exactly(4, timeout=5)
    assert caught.value.partial == "grü"


def test_reading_after_everything_has_been_read_is_incomplete(pair):
    p = pair()
    p.peer.end(b"all")
    assert p.client.read_exactly(3) == b"all"
    p.client.wait("end", timeout=5) if p.client.read() is None else None
    for call in (lambda: p.client.read_exactly(1), lambda: p.client.read_until(b"x")):
        with pytest.raises(pynet.IncompleteReadError) as caught:
            call()
        assert caught.value.partial == b""


def ended(pair, data, **options):
    """A client that keeps `data`, has read the end of its peer and has not emitted it; and a log of its last events."""
    p = pair({"allow_half_open": True, **options}, allow_half_open=True)
    log = Recorder(p.client, "end", "finish", "close")
    p.peer.end(data)
    p.client.read(0)
    assert wait_until(lambda: pynet._pynet._at_end(p.client))
    return p.client, log


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(9), lambda s: s.read_until(b"\n")])
def test_the_read_after_the_last_byte_causes_end(pair, call):
    client, log = ended(pair, b"x")
    assert client.read_exactly(1) == b"x"
    two_turns()
    assert log.names == []  # as after Node's read(1)
    with pytest.raises(pynet.IncompleteReadError):
        call(client)
    log.wait("end")
    with pytest.raises(pynet.IncompleteReadError):
        call(client)
    two_turns()
    assert log.names == ["end"]


def test_the_read_after_the_last_byte_lets_the_socket_finish(pair):
    client, log = ended(pair, b"x", allow_half_open=False)
    assert client.read_exactly(1) == b"x"
    with pytest.raises(pynet.IncompleteReadError):
        client.read_exactly(1)
    log.wait("close")
    assert log.names == ["end", "finish", "close"]


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(9), lambda s: s.read_until(b"\n")])
def test_what_an_incomplete_read_leaves_comes_before_end(pair, call):
    client, log = ended(pair, b"part")
    with pytest.raises(pynet.IncompleteReadError):
        call(client)
    two_turns()
    assert log.names == []
    assert client.read() == b"part"
    log.wait("end")


def test_read_exactly_of_nothing_causes_no_end(pair):
    client, log = ended(pair, b"x")
    assert client.read_exactly(1) == b"x"
    assert client.read_exactly(0) == b""
    two_turns()
    assert log.names == []


def test_an_incomplete_read_error_can_be_pickled():
    error = pickle.loads(pickle.dumps(pynet.IncompleteReadError(b"part", 10)))
    assert type(error) is pynet.IncompleteReadError
    assert (error.partial, error.expected, error.code) == (b"part", 10, "ERR_INCOMPLETE_READ")
    assert str(error) == str(pynet.IncompleteReadError(b"part", 10))


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(10), lambda s: s.read_until(b"\n")])
def test_what_the_socket_dies_of_is_raised_and_the_data_stays(pair, call):
    p = pair()
    p.peer.write(b"part")
    p.client.read(0)
    assert wait_until(lambda: p.client.readable_length == 4)
    pynet.set_timeout(lambda: p.client.destroy(ValueError("mine")), 5)
    for _ in range(2):
        with pytest.raises(ValueError, match="mine"):
            call(p.client)
    assert p.client.read() == b"part"


def test_a_destroyed_socket_is_a_premature_close(pair):
    p = pair()
    pynet.set_timeout(p.client.destroy, 5)
    for _ in range(2):
        with pytest.raises(pynet.NetError) as caught:
            p.client.read_exactly(1)
        assert caught.value.code == "ERR_STREAM_PREMATURE_CLOSE"


def test_an_error_between_two_calls_is_raised_by_the_next(pair):
    uncaught = []
    before = pynet.set_uncaught_handler(lambda error, emitter: uncaught.append(error))
    try:
        p = pair()
        p.peer.write(b"x")
        assert p.client.read_exactly(1) == b"x"
        on_loop(p.client.destroy, ValueError("mine"))
        assert wait_until(lambda: pynet._pynet._over(p.client))
        with pytest.raises(ValueError, match="mine"):
            p.client.read_exactly(1)
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(10, timeout=0.01), lambda s: s.read_until(b"\n", timeout=0)])
def test_a_timeout_loses_nothing_and_takes_its_listeners(pair, call):
    p = pair()
    p.peer.write(b"part")
    for _ in range(3):
        with pytest.raises(TimeoutError) as caught:
            call(p.client)
        assert not isinstance(caught.value, pynet.NetError)
    assert p.client.readable_flowing is None
    p.peer.end(b"ial\n")
    assert rest(p.client) == b"partial\n"


def test_a_close_answers_all_who_read(pair):
    p = pair()
    codes = []

    def read():
        try:
            p.client.read_exactly(1)
        except pynet.NetError as error:
            codes.append(error.code)

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: waits() == 20)
    p.client.destroy()
    for thread in threads:
        thread.join(5)
    assert codes == ["ERR_STREAM_PREMATURE_CLOSE"] * 20


def test_many_threads_take_frames_of_one_socket(pair):
    p = pair()
    got = []

    def read():
        while True:
            try:
                got.append(p.client.read_exactly(4))
            except EOFError:
                return

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for i in range(1000):
        p.peer.write(struct.pack("!I", i))
    p.peer.end()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert sorted(got) == [struct.pack("!I", i) for i in range(1000)]


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


# --- where it is refused ---


@pytest.mark.parametrize("call", [lambda s: s.read_exactly(1), lambda s: s.read_until(b"\n")])
def test_in_a_listener_and_in_turn_it_is_refused(pair, call):
    p = pair()
    p.peer.write("x\n")
    p.client.read(0)
    assert wait_until(lambda: p.client.readable_length == 2)
    with pytest.raises(RuntimeError, match=r"read_\w+\(\) would wait for ever inside a listener"):
        on_loop(call, p.client)
    with pynet.turn(), pytest.raises(RuntimeError, match=r"inside turn\(\)"):
        call(p.client)
    assert p.client.read() == b"x\n"


def test_data_listeners_hear_what_is_read(pair):
    p = pair()
    p.client.pause()
    events = Recorder(p.client, "data")
    p.peer.write(b"one\ntwo\n")
    assert p.client.read_until(b"\n", timeout=5) == b"one\n"
    assert p.client.read_exactly(4, timeout=5) == b"two\n"
    events.wait("data", 2)
    assert events.data() == b"one\ntwo\n"
