"""The arguments of the other methods: write data and encodings, settings, callbacks."""

from __future__ import annotations

import array
import ctypes

import pytest

import pynet
from helpers import Recorder, wait_until

TYPE, NULLS, RANGE = "ERR_INVALID_ARG_TYPE", "ERR_STREAM_NULL_VALUES", "ERR_OUT_OF_RANGE"


def refused(code, text, call):
    kind = TypeError if code in (TYPE, NULLS) else ValueError
    with pytest.raises(kind) as info:
        call()
    assert type(info.value) is kind and info.value.code == code and text in str(info.value)


async def coroutine_function():
    pass


# --- write and end ---


@pytest.mark.parametrize("data", [5, 1.5, True, {}, [], object(), print, {1}], ids=lambda v: type(v).__name__)
def test_what_cannot_be_written(pair, data):
    p = pair()
    refused(TYPE, '"chunk"', lambda: p.client.write(data))
    if not callable(data):
        refused(TYPE, '"chunk"', lambda: p.client.end(data))
    refused(TYPE, '"chunk"', lambda: pynet.Socket().write(data))
    assert (p.client.bytes_written, p.client.writable, p.client.destroyed) == (0, True, False)
    log = Recorder(p.peer, "data")
    p.client.write(b"unharmed")
    assert wait_until(lambda: log.data() == b"unharmed")


def test_none_is_not_written():
    refused(NULLS, "not None", lambda: pynet.Socket().write(None))


@pytest.mark.parametrize("args", [(), (None,), (None, None), (None, None, None)])
def test_end_without_data(pair, args):
    p = pair()
    log = Recorder(p.peer, "data", "end")
    assert p.client.end(*args) is p.client
    log.wait("end")
    assert log.data() == b""


BUFFERS = {
    "bytes": b"abcd",
    "bytearray": bytearray(b"abcd"),
    "memoryview": memoryview(b"abcd"),
    "part of a memoryview": memoryview(b"xabcdx")[1:5],
    "array": array.array("H", [0x6261, 0x6463]),
    "ctypes": (ctypes.c_char * 4)(*b"abcd"),
    "str": "abcd",
    "matrix": memoryview(b"abcd").cast("B", (2, 2)),
}


@pytest.mark.parametrize("name", BUFFERS)
def test_what_can_be_written(pair, name):
    p = pair()
    log = Recorder(p.peer, "data", "end")
    assert p.client.write(BUFFERS[name]) is True
    p.client.end(BUFFERS[name])
    log.wait("end")
    assert log.data() == b"abcd" * 2 and p.client.bytes_written == 8


def test_a_changed_bytearray_is_sent_as_it_was(pair):
    p = pair({"high_water_mark": 1})
    data = bytearray(b"before" * 100_000)
    log = Recorder(p.peer, "data", "end")
    p.client.write(data)
    data[:] = b"after!" * 100_000
    data.clear()
    p.client.end()
    log.wait("end")
    assert log.data() == b"before" * 100_000


def test_a_buffer_that_is_not_contiguous(pair):
    p = pair()
    with pytest.raises(BufferError):
        p.client.write(memoryview(b"abcd")[::2])
    with pytest.raises(ValueError):
        released = memoryview(b"abcd")
        released.release()
        p.client.write(released)
    assert p.client.bytes_written == 0 and p.client.writable


@pytest.mark.parametrize(
    ("text", "encoding", "data"),
    [
        ("é", "utf8", b"\xc3\xa9"),
        ("é", "UTF-8", b"\xc3\xa9"),
        ("é", None, b"\xc3\xa9"),
        ("é", "", b"\xc3\xa9"),
        ("é", "latin1", b"\xe9"),
        ("é", "binary", b"\xe9"),
        ("é", "ascii", b"\xe9"),
        ("€", "latin1", b"\xac"),
        ("é", "ucs2", b"\xe9\x00"),
        ("é", "utf16le", b"\xe9\x00"),
        ("é", "UCS-2", b"\xe9\x00"),
        ("😀", "utf-16le", b"\x3d\xd8\x00\xde"),
        ("\ud800x", "utf8", b"\xef\xbf\xbdx"),
        ("\ud83d\ude00", "utf8", "😀".encode()),
        ("c3a9zz", "hex", b"\xc3\xa9"),
        ("abc", "hex", b"\xab"),
        ("", "hex", b""),
        ("aGk=", "base64", b"hi"),
        ("aGk", "base64", b"hi"),
        ("-_-_", "base64", b"\xfb\xff\xbf"),
        ("+/+/", "base64url", b"\xfb\xff\xbf"),
    ],
)
def test_encodings(pair, text, encoding, data):
    p = pair()
    log = Recorder(p.peer, "data", "end")
    p.client.write(text, encoding)
    p.client.end(text, encoding=encoding)
    log.wait("end")
    assert log.data() == data * 2


@pytest.mark.parametrize("encoding", ["nope", "buffer", "utf9", 5, True, b"utf8", [], "utf8\0", "\ud800"], ids=repr)
def test_unknown_encodings(encoding):
    sock = pynet.Socket()
    for data in ("text", b"bytes", bytearray(b"x")):
        refused("ERR_UNKNOWN_ENCODING", "encoding", lambda data=data: sock.write(data, encoding))
        refused("ERR_UNKNOWN_ENCODING", "encoding", lambda data=data: sock.end(data, encoding))
    assert sock.writable and sock.bytes_written == 0


@pytest.mark.parametrize("value", [5, "x", [], coroutine_function], ids=lambda v: type(v).__name__)
def test_wrong_callbacks(value):
    sock, server = pynet.Socket(), pynet.Server()
    refused(TYPE, '"callback"', lambda: sock.write(b"x", "utf8", value))
    refused(TYPE, '"callback"', lambda: sock.write(b"x", callback=value))
    refused(TYPE, '"callback"', lambda: sock.end(callback=value))
    refused(TYPE, '"callback"', lambda: sock.set_timeout(5, value))
    refused(TYPE, '"callback"', lambda: sock.set_timeout(5, callback=value))
    refused(TYPE, '"callback"', lambda: server.close(value))
    refused(TYPE, '"callback"', lambda: server.get_connections(value))
    assert (sock.writable, sock.timeout, sock.bytes_written, sock.event_names()) == (True, None, 0, [])


@pytest.mark.parametrize("form", [1, 2, 3, 4])
def test_the_write_callback_in_each_place(pair, form):
    p = pair()
    log = Recorder(p.client)
    note = log.note("callback")
    if form == 1:
        p.client.write("x", note)
    elif form == 2:
        p.client.write("x", "utf8", note)
    elif form == 3:
        p.client.write("x", callback=note)
    else:
        p.client.end(note)
    log.wait("callback")
    assert log.args("callback") == [(None,)]


@pytest.mark.parametrize(
    "call", [lambda s: s.write(), lambda s: s.write(b"x", None, None, 5), lambda s: s.end(1, 2, 3, 4)]
)
def test_wrong_counts(call):
    with pytest.raises(TypeError):
        call(pynet.Socket())


# --- settings ---


@pytest.mark.parametrize("ms", [-1, -0.001, float("nan"), float("inf"), float("-inf"), 10**400])
def test_socket_timeouts_out_of_range(ms):
    sock = pynet.Socket()
    refused(RANGE, "non-negative finite number", lambda: sock.set_timeout(ms))
    assert sock.timeout is None


@pytest.mark.parametrize("ms", [None, "5", True, {}, b"5", 5j])
def test_socket_timeouts_of_a_wrong_type(ms):
    sock = pynet.Socket()
    sock.set_timeout(7)
    refused(TYPE, "ms", lambda: sock.set_timeout(ms))
    assert sock.timeout == 7


def test_socket_timeouts():
    sock = pynet.Socket()
    for ms in (0, 1, 1.5, 2**31 - 1, -0.0):
        assert sock.set_timeout(ms) is sock and sock.timeout == ms
    with pytest.warns(pynet.TimeoutOverflowWarning):
        sock.set_timeout(2**31)
    assert sock.timeout == 2**31
    sock.set_timeout(0)


def test_the_callback_of_set_timeout_is_taken_off_again():
    sock = pynet.Socket()
    sock.set_timeout(60_000, print)
    assert sock.listeners("timeout") == [print]
    sock.set_timeout(0, print)
    assert sock.listeners("timeout") == []


@pytest.mark.parametrize("value", [True, False, None, 0, 1, "", "false", {}, []])
def test_no_delay_takes_the_truth_of_anything(value):
    sock = pynet.Socket()
    assert sock.set_no_delay(value) is sock
    assert sock.set_keep_alive(value) is sock


class NoTruth:
    def __bool__(self):
        raise RuntimeError("truth")


def test_a_value_without_a_truth():
    sock = pynet.Socket()
    for call in (
        lambda: sock.set_no_delay(NoTruth()),
        lambda: sock.set_keep_alive(NoTruth()),
        lambda: pynet.Socket(no_delay=NoTruth()),
        lambda: pynet.Server(pause_on_connect=NoTruth()),
        lambda: setattr(sock, "allow_half_open", NoTruth()),
        lambda: sock.connect(80, "127.0.0.1", keep_alive=NoTruth()),
    ):
        with pytest.raises(RuntimeError, match="truth"):
            call()
    assert not sock.connecting


@pytest.mark.parametrize("value", ["x", True, [], b"5"])
def test_wrong_initial_delays(value):
    refused(TYPE, "initial_delay", lambda: pynet.Socket().set_keep_alive(True, value))


@pytest.mark.parametrize("value", [-1, 0, 1e300, float("nan"), float("inf"), 10**30, None])
def test_absurd_initial_delays(pair, value):
    p = pair()
    assert p.client.set_keep_alive(True, value) is p.client


@pytest.mark.parametrize("value", [5, "text", True, {}, ValueError])
def test_destroy_takes_exceptions(value):
    sock = pynet.Socket()
    refused(TYPE, '"error"', lambda: sock.destroy(value))
    assert not sock.destroyed


@pytest.mark.parametrize("value", [None, 5, "x", object(), pynet.EventEmitter()], ids=lambda v: type(v).__name__)
def test_pipe_takes_sockets(value):
    sock = pynet.Socket()
    refused(TYPE, '"destination"', lambda: sock.pipe(value))
    if value is not None:
        refused(TYPE, '"destination"', lambda: sock.unpipe(value))
    assert not sock.is_paused()


@pytest.mark.parametrize("value", [0, 5, -1, 1.5, float("inf"), float("nan"), None])
def test_max_connections(value):
    server = pynet.Server()
    server.max_connections = value
    assert server.max_connections is value
    del server.max_connections
    assert server.max_connections is None


@pytest.mark.parametrize("name", ["bytes_read", "remote_address", "connecting", "ready_state", "server"])
def test_read_only_attributes(name):
    sock = pynet.Socket()
    with pytest.raises(AttributeError):
        setattr(sock, name, 1)


def test_methods_of_other_objects():
    for method in (pynet.Socket.write, pynet.Server.listen, pynet.EventEmitter.on):
        with pytest.raises(TypeError):
            method(object(), b"x")
    with pytest.raises(TypeError):
        pynet.Socket.write(pynet.Server(), b"x")


@pytest.mark.parametrize("value", [5, "x", [], coroutine_function], ids=lambda v: type(v).__name__)
def test_a_wrong_uncaught_handler(value):
    refused(TYPE, '"handler"', lambda: pynet.set_uncaught_handler(value))
    assert pynet.set_uncaught_handler(None) is None
