"""write() and end(): what may be written, encodings, callbacks, and writes at odd moments."""

import array
import mmap
import uuid

import pytest

import pynet
from helpers import Recorder, on_loop, peer_text, target
from reentrancy import ends_well

# --- kinds of data ---

BUFFERS = {
    "bytes": lambda: b"caf\xc3\xa9",
    "bytearray": lambda: bytearray(b"caf\xc3\xa9"),
    "memoryview": lambda: memoryview(b"--caf\xc3\xa9--")[2:7],
    "array": lambda: array.array("B", b"caf\xc3\xa9"),
    "array of shorts": lambda: array.array("H", b"caf\xc3\xa9!"),
    "subclass of bytes": lambda: type("Mine", (bytes,), {})(b"caf\xc3\xa9"),
    "str": lambda: "café",
    "subclass of str": lambda: type("Mine", (str,), {})("café"),
}


def bytes_of(data):
    return data.encode() if isinstance(data, str) else bytes(memoryview(data).cast("B"))


@pytest.mark.parametrize("moment", ["connected", "connecting", "behind others"])
@pytest.mark.parametrize("name", BUFFERS)
def test_kinds_of_data(server, name, moment):
    data = BUFFERS[name]()
    log = Recorder(pynet.EventEmitter())
    srv = server(lambda sock: sock.on("data", log.note("data")))
    client = pynet.Socket()
    connect = Recorder(client, "connect")
    with pynet.turn():
        client.connect(target(srv))
        if moment == "connecting":
            assert client.write(data) is True
    connect.wait("connect")
    before = b""
    if moment == "connected":
        assert client.write(data) is True
    elif moment == "behind others":
        before = b"12"
        on_loop(lambda: (client.write(b"1"), client.write(b"2"), client.write(data)))
    client.end()
    log.wait_for(lambda: log.data() == before + bytes_of(data))


def test_a_buffer_may_be_changed_after_write(server):
    log = Recorder(pynet.EventEmitter())
    srv = server(lambda sock: sock.on("data", log.note("data")))
    client = pynet.Socket()
    data = bytearray(b"before")
    with pynet.turn():
        client.connect(target(srv))
        client.write(data)
        data[:] = b"after!"
        data.extend(b"resizable again")
    client.end()
    log.wait_for(lambda: log.data() == b"before")


def test_mmap_can_be_written(pair):
    p = pair()
    log = Recorder(p.peer, "data")
    with mmap.mmap(-1, 4096) as memory:
        memory[:5] = b"hello"
        p.client.write(memory)
    log.wait_for(lambda: len(log.data()) == 4096)
    assert log.data()[:6] == b"hello\0"


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("é€😀", "utf8", "é€😀".encode()),
        ("é€😀", "UTF-8", "é€😀".encode()),
        ("é€😀", None, "é€😀".encode()),
        ("é€😀", "utf16le", "é€😀".encode("utf-16-le")),
        ("é€😀", "ucs2", "é€😀".encode("utf-16-le")),
        ("é€ÿ", "latin1", b"\xe9\xac\xff"),
        ("é", "binary", b"\xe9"),
        ("é", "ascii", b"\xe9"),
        ("68656C6c6f", "hex", b"hello"),
        ("68656", "hex", b"he"),
        ("6865zz6c", "hex", b"he"),
        ("aGVsbG8=", "base64", b"hello"),
        ("aGVsbG8", "base64", b"hello"),
        ("-_-_", "base64", b"\xfb\xff\xbf"),
        ("+/+/", "base64url", b"\xfb\xff\xbf"),
        ("a\ud800b", "utf8", "a\ufffdb".encode()),
    ],
)
def test_encodings(pair, text, encoding, expected):
    p = pair()
    log = Recorder(p.peer, "data")
    p.client.write(text, encoding)
    p.client.write(text, encoding=encoding)
    p.client.end(text, encoding)
    log.wait_for(lambda: log.data() == expected * 3)


@pytest.mark.parametrize(
    ("args", "kind", "code"),
    [
        ((None,), TypeError, "ERR_STREAM_NULL_VALUES"),
        ((5,), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((1.5,), TypeError, "ERR_INVALID_ARG_TYPE"),
        (([b"x"],), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((object(),), TypeError, "ERR_INVALID_ARG_TYPE"),
        ((True,), TypeError, "ERR_INVALID_ARG_TYPE"),
        (("x", "nonsense"), ValueError, "ERR_UNKNOWN_ENCODING"),
        ((b"x", "nonsense"), ValueError, "ERR_UNKNOWN_ENCODING"),
        (("x", "utf8", 5), TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_bad_arguments_raise_and_send_nothing(pair, args, kind, code):
    p = pair()
    log = Recorder(p.peer, "data", "end")
    for method in (p.client.write, p.client.end):
        if method == p.client.end and args == (None,):
            continue  # end(None) is end()
        with pytest.raises(kind) as info:
            method(*args)
        assert info.value.code == code
    assert (p.client.bytes_written, p.client.writable) == (0, True)
    p.client.end(b"only this")
    log.wait("end")
    assert log.data() == b"only this"


def test_wrong_number_of_arguments(pair):
    p = pair()
    for args in [(), (b"x", None, None, None)]:
        with pytest.raises(TypeError):
            p.client.write(*args)
    with pytest.raises(TypeError, match="encodng"):
        p.client.write("x", encodng="utf8")


def test_a_buffer_that_is_not_contiguous_raises(pair):
    p = pair()
    with pytest.raises(BufferError):
        p.client.write(memoryview(b"abcdef")[::2])


# --- callbacks ---


def test_callbacks_come_in_order(pair):
    p = pair()
    p.peer.resume()
    log = Recorder(p.client, "finish")

    def write():
        p.client.write(b"1", log.note("1"))
        p.client.write("2", "utf8", log.note("2"))
        p.client.write("3", log.note("3"))
        p.client.write(b"4", callback=log.note("4"))
        p.client.end(b"5", log.note("end"))
        log.note("returned")()

    on_loop(write)
    log.wait("finish")
    assert log.names == ["returned", "1", "2", "3", "4", "end", "finish"]
    assert [args for name, args in log.entries if name in "1234"] == [(None,)] * 4
    assert log.args("end") == [(None,)]


def test_callback_from_another_thread_comes_on_the_loop(pair):
    import threading

    p = pair()
    p.peer.resume()
    log = Recorder(pynet.EventEmitter())
    p.client.write(b"x", lambda err: log.note(threading.current_thread().name)(err))
    log.wait_for(lambda: log.names)
    assert log.names != [threading.current_thread().name]


def test_empty_writes(pair):
    p = pair()
    log = Recorder(p.peer, "data", "end")
    here = Recorder(p.client, "finish")
    assert p.client.write(b"", here.note("empty")) is True
    assert p.client.write("") is True
    here.wait("empty")
    p.client.end(b"")
    log.wait("end")
    assert log.names == ["end"]


# --- odd moments ---


def test_writes_before_the_connection_are_sent_in_order(server):
    log = Recorder(pynet.EventEmitter())
    srv = server(lambda sock: sock.on("data", log.note("data")).on("end", log.note("end")))
    client = pynet.Socket()
    here = Recorder(client, "connect", "ready", "finish")
    with pynet.turn():
        client.connect(target(srv))
        for number in range(200):
            client.write(b"%d," % number, here.note("callback") if number in (0, 199) else None)
        client.end()
    log.wait("end")
    here.wait("finish")
    assert log.data() == b"".join(b"%d," % number for number in range(200))
    assert here.args("callback") == [(None,)] * 2


def test_write_when_never_connected():
    sock = pynet.Socket()
    log = Recorder(sock, "error", "close")
    assert sock.write(b"x", log.note("callback")) is False
    log.wait("close")
    assert log.names == ["callback", "error", "close"]
    err = log["error"]
    assert log["callback"] is err
    assert (err.code, str(err)) == ("ERR_SOCKET_CLOSED", "Socket is closed")
    assert isinstance(err, pynet.NetError)


def test_write_after_end(pair):
    p = pair()
    p.client.resume()
    there = Recorder(p.peer, "data")
    log = Recorder(p.client, "error", "close")
    with pynet.turn():
        p.client.end(b"last")
        assert p.client.write(b"late", log.note("callback")) is False
    log.wait("close")
    assert log.names == ["callback", "error", "close"]
    assert log["callback"] is log["error"]
    assert (log["error"].code, str(log["error"])) == (
        "ERR_STREAM_WRITE_AFTER_END",
        f"write after end ({peer_text(p.client)})",
    )
    there.wait_for(lambda: there.data() == b"last")


def test_write_after_destroy(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")
    p.client.destroy()
    assert p.client.write(b"x", log.note("callback")) is False
    log.wait("callback")
    log.wait("close")
    assert sorted(log.names) == ["callback", "close"]
    assert log["callback"].code == "ERR_STREAM_DESTROYED"


def test_write_to_a_refused_connection(tmp_path):
    client = pynet.Socket()
    log = Recorder(client, "error", "close")
    with pynet.turn():
        client.connect(tmp_path / f"{uuid.uuid4()}")
        client.write(b"1", log.note("write"))
        client.write(b"2", log.note("write"))
        client.end(log.note("end"))
    log.wait("end")
    assert log.names == ["error", "close", "write", "write", "end"]
    assert log["write"].code == "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"


def test_end_while_a_collection_lets_the_loop_finish():
    """What runs in a collection lets the thread of the loop run as well: the callback is not forgotten."""
    ends_well("""
        target = Target()
        for n in range(4):
            sock = pynet.connect(target.port, "127.0.0.1")
            assert wait_until(lambda: not sock.connecting)
            ended = threading.Event()
            at(n, lambda: wait_until(lambda: sock.writable_finished, timeout=0.2), sock.end, lambda err: ended.set())
            assert ended.wait(5)
            sock.destroy()
        print("well")
    """)


def test_end_while_a_collection_takes_the_empty_queue_away():
    """The list of callbacks is an allocation, within which the queue may be freed."""
    ends_well("""
        target = Target()
        for n in range(4):
            sock = pynet.connect(target.port, "127.0.0.1")
            assert wait_until(lambda: not sock.connecting)
            sock.cork()
            ended = threading.Event()
            at(n, sock.uncork, sock.end, lambda err: ended.set())
            assert ended.wait(5)
            sock.destroy()
        print("well")
    """)


def test_marker_of_an_early_write_is_in_nobodys_hands():
    """Once, listeners() returned it, and an emitter that it was added to was taken for a socket."""
    ends_well("""
        target = Target()
        with pynet.turn():
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.write(b"x")
            markers = [f for name in ("connect", "close") for f in sock.raw_listeners(name) + sock.listeners(name)]
            names = sock.event_names()
        emitters = [pynet.EventEmitter() for _ in range(100)]
        for emitter in emitters:
            for marker in markers:
                emitter.on("anything", marker)
            emitter.emit("anything")
        assert (markers, names) == ([], []), (markers, names)
        sock.destroy()
        print("well")
    """)


# --- end ---


@pytest.mark.parametrize(
    ("args", "options", "expected"),
    [
        ((), {}, b""),
        ((None,), {}, b""),
        ((b"data",), {}, b"data"),
        (("é", "latin1"), {}, b"\xe9"),
        (("é",), {"encoding": "utf16le"}, b"\xe9\0"),
        ((), {"data": "x"}, b"x"),
    ],
)
@pytest.mark.parametrize("with_callback", ["positional", "keyword"])
def test_end_forms(pair, args, options, expected, with_callback):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    log = Recorder(p.client, "prefinish", "finish", "close")
    if with_callback == "keyword":
        options = {**options, "callback": log.note("callback")}
    elif not options:
        args = (*args, log.note("callback"))
    assert p.client.end(*args, **options) is p.client
    there.wait("end")
    assert there.data() == expected
    log.wait("finish")
    assert [name for name in log.names if name != "close"] in (
        ["prefinish", "callback", "finish"],
        ["prefinish", "finish"],
    )
    assert ("callback" in log.names) == (with_callback == "keyword" or not options)


def test_end_twice(pair):
    p = pair({"allow_half_open": True}, allow_half_open=True)
    p.peer.resume()
    log = Recorder(p.client, "finish", "error")
    with pynet.turn():
        p.client.end(b"x", log.note("first"))
        p.client.end(log.note("second"))
    log.wait("finish")
    assert log.names == ["first", "second", "finish"]
    p.client.end(log.note("third"))
    log.wait("third")
    assert log["third"].code == "ERR_STREAM_ALREADY_FINISHED"
    assert "error" not in log.names
