"""cork(), writelines(), the default encoding, and the hard limit max_write_buffer."""

import array
import itertools
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, shown, target, wait_until
from reentrancy import ends_well, needs_testcapi


def sends():
    return pynet._pynet._counts()["sends"]


def read_all(client):
    """What a plain socket gets until the end, or the reset."""
    got = bytearray()
    try:
        while chunk := client.recv(1 << 20):
            got += chunk
    except ConnectionError:
        pass
    return bytes(got)


# --- cork() ---


def test_cork_from_another_thread_keeps_everything(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    before = sends()
    p.client.cork()
    for number in range(10):
        assert p.client.write(b"%d" % number) is True
    assert (p.client.writable_corked, p.client.writable_length, p.client.buffer_size) == (1, 10, 10)
    on_loop(lambda: None)
    assert sends() == before
    p.client.uncork()
    assert sends() == before + 1
    assert (p.client.writable_corked, p.client.writable_length) == (0, 0)
    p.client.end()
    there.wait("end")
    assert there.data() == b"0123456789"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_callbacks_of_a_batch_come_first_though_connect_follows_destroy(pair):
    """A tick calls the callbacks of what uncork() has sent; destroy(); connect() in the same step leaves them there."""
    p = pair()
    answered = []

    def step():
        p.client.cork()
        for number in range(2):
            p.client.write(b"x", callback=lambda err, number=number: answered.append((number, err)))
        p.client.uncork()
        p.client.write(b"y", callback=lambda err: answered.append((2, err)))
        p.client.destroy()
        p.client.connect(target(p.server))

    on_loop(step)
    assert wait_until(lambda: len(answered) == 3)
    assert answered == [(0, None), (1, None), (2, None)]


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_cork_in_a_thread_while_a_listener_writes(pair):
    """What the listener has gathered was not corked: it leaves; what it writes afterwards waits."""
    p = pair()
    there = Recorder(p.peer, "data")
    gathered, corked = threading.Event(), threading.Event()

    def listener():
        for byte in b"123":
            p.client.write(bytes([byte]))
        gathered.set()
        assert corked.wait(5)
        p.client.write(b"4")

    pynet.next_tick(listener)
    assert gathered.wait(5)
    before = sends()
    p.client.cork()
    assert sends() == before + 1
    corked.set()
    on_loop(lambda: None)
    there.wait_for(lambda: there.data() == b"123")
    assert p.client.writable_length == 1
    p.client.uncork()
    there.wait_for(lambda: there.data() == b"1234")


def test_corks_of_several_threads_are_counted(pair):
    p = pair()
    there = Recorder(p.peer, "data")
    start = threading.Barrier(4)

    def work(letter):
        start.wait()
        for _ in range(100):
            p.client.cork()
            p.client.write(letter)
            p.client.uncork()

    threads = [threading.Thread(target=work, args=(letter,)) for letter in (b"a", b"b", b"c", b"d")]
    p.client.cork()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (p.client.writable_corked, p.client.writable_length) == (1, 400)
    p.client.uncork()
    there.wait_for(lambda: len(there.data()) == 400)
    assert {byte: there.data().count(byte) for byte in b"abcd"} == dict.fromkeys(b"abcd", 100)


def test_uncork_without_cork_does_nothing(pair):
    p = pair()
    assert p.client.uncork() is None
    assert p.client.writable_corked == 0
    assert p.client.cork() is None
    assert p.client.writable_corked == 1


def test_destroy_while_corked_sends_nothing(server):
    peers = []
    srv = server(peers.append)
    with raw_client(srv) as client:
        assert wait_until(lambda: peers)
        log = Recorder(peers[0], "error", "close")
        peers[0].write(b"before")
        peers[0].cork()
        peers[0].write(b"never", log.note("callback"))
        peers[0].destroy()
        log.wait("close")
        log.wait("callback")
        assert read_all(client) == b"before"
    assert sorted(log.names) == ["callback", "close"]
    assert log["callback"].code == "ERR_STREAM_DESTROYED"


def test_cork_and_uncork_take_nothing(pair):
    p = pair()
    for method in (p.client.cork, p.client.uncork):
        with pytest.raises(TypeError):
            method(1)
    assert p.client.writable_corked == 0


def test_cork_after_end_holds_nothing_back(pair):
    """Once, `finish` waited for uncork(), and never came when that could send everything at once."""
    p = pair({"high_water_mark": 50_000_000})
    log = []
    p.client.on("finish", lambda: log.append("finish"))

    def end():
        p.client.write(bytes(20_000_000))
        p.client.end(b"x")
        p.client.cork()

    p.peer.pause()
    on_loop(end)
    p.peer.resume()
    assert wait_until(lambda: p.peer.bytes_read == 20_000_001)
    assert wait_until(lambda: log == ["finish"])
    assert p.peer.bytes_read == 20_000_001


# --- writelines() ---

LINES = {
    "list": (lambda: [b"a", b"b", b"c"], b"abc"),
    "tuple": (lambda: (b"a", b"b"), b"ab"),
    "generator": (lambda: (b"%d," % number for number in range(20)), b"".join(b"%d," % n for n in range(20))),
    "mixed": (lambda: ["é", b"-", bytearray(b"b"), memoryview(b"-m-")[1:], array.array("B", b"a")], "é-bm-a".encode()),
    "dict": (lambda: {b"key": 1, "other": 2}, b"keyother"),
    "str": (lambda: "naïve", "naïve".encode()),
    "empty items": (lambda: [b"", "", b"x", bytearray()], b"x"),
    "more than the kernel takes at once": (lambda: [b"%05d" % number for number in range(3000)], None),
}


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("where_called", ["thread", "loop", "before the connection"])
def test_kinds_of_lines(server, name, where_called):
    make, expected = LINES[name]
    expected = b"".join(make()) if expected is None else expected
    log = Recorder(pynet.EventEmitter())
    srv = server(lambda sock: sock.on("data", log.note("data")).on("end", log.note("end")))
    client = pynet.Socket()
    here = Recorder(client, "connect")
    with pynet.turn():
        client.connect(target(srv))
        if where_called == "before the connection":
            assert client.writelines(make()) is True
    here.wait("connect")
    if where_called == "thread":
        assert client.writelines(make()) is True
    elif where_called == "loop":
        assert on_loop(client.writelines, make()) is True
    assert client.bytes_written == len(expected)
    client.end()
    log.wait("end")
    assert log.data() == expected


def test_lines_of_a_file(pair, tmp_path):
    p = pair()
    there = Recorder(p.peer, "end", "data")
    path = tmp_path / "lines.txt"
    path.write_bytes(b"one\ntwo\nthree")
    with open(path, "rb") as lines:
        p.client.writelines(lines)
    p.client.end()
    there.wait("end")
    assert there.data() == b"one\ntwo\nthree"


@pytest.mark.parametrize("lines", [[], (), iter(()), ""], ids=shown)
def test_no_lines(pair, lines):
    p = pair()
    before = sends()
    assert p.client.writelines(lines) is True
    assert (sends(), p.client.bytes_written, p.client.writable_corked) == (before, 0, 0)


def test_many_lines_are_one_send(pair):
    p = pair()
    there = Recorder(p.peer, "data")
    before = sends()
    p.client.writelines([b"x" * 40] * 1000)
    assert sends() == before + 1
    there.wait_for(lambda: len(there.data()) == 40_000)


def test_writelines_stays_corked(pair):
    p = pair()
    p.client.cork()
    before = sends()
    assert p.client.writelines([b"a", b"b"]) is True
    assert (sends(), p.client.writable_corked, p.client.writable_length) == (before, 1, 2)


BAD = {
    "number": (lambda: [b"a", 5], TypeError, "ERR_INVALID_ARG_TYPE"),
    "None": (lambda: [b"a", None], TypeError, "ERR_STREAM_NULL_VALUES"),
    "True": (lambda: ["a", True], TypeError, "ERR_INVALID_ARG_TYPE"),
    "list in a list": (lambda: [b"a", [b"b"]], TypeError, "ERR_INVALID_ARG_TYPE"),
    "bytes, whose items are numbers": (lambda: b"abc", TypeError, "ERR_INVALID_ARG_TYPE"),
    "strided": (lambda: [b"a", memoryview(b"abcd")[::2]], BufferError, None),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_sends_none(pair, name):
    make, kind, code = BAD[name]
    p = pair()
    before = sends()
    for lines in (make(), iter(make())):
        with pytest.raises(kind) as info:
            p.client.writelines(lines)
        assert getattr(info.value, "code", None) == code
    assert (sends(), p.client.bytes_written, p.client.writable_corked, p.client.writable) == (before, 0, 0, True)


@pytest.mark.parametrize("bad", [None, 5, True, object()], ids=shown)
def test_what_is_not_iterable(pair, bad):
    p = pair()
    with pytest.raises(TypeError):
        p.client.writelines(bad)
    assert p.client.bytes_written == 0


def test_a_generator_that_raises_sends_none(pair):
    p = pair()

    def lines():
        yield b"one"
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        p.client.writelines(lines())
    assert (p.client.bytes_written, p.client.writable_corked) == (0, 0)


def test_what_a_generator_writes_itself_goes_first(pair):
    p = pair()
    there = Recorder(p.peer, "data")

    def lines():
        yield b"2"
        p.client.write(b"1")
        yield b"3"

    p.client.writelines(lines())
    there.wait_for(lambda: there.data() == b"123")


def test_a_generator_that_destroys_the_socket(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")

    def lines():
        yield b"1"
        p.client.destroy()

    assert p.client.writelines(lines()) is False
    log.wait("close")
    assert log.names == ["close"]


def test_a_line_may_be_changed_afterwards(pair):
    p = pair()
    there = Recorder(p.peer, "data")
    line = bytearray(b"before")
    with pynet.turn():
        p.client.cork()
        p.client.writelines([line, b"-"])
        line[:] = b"after!"
        line.extend(b"resizable")
        p.client.uncork()
    there.wait_for(lambda: there.data() == b"before-")


def test_writelines_after_end_is_one_error(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")
    there = Recorder(p.peer, "data", "end")
    with pynet.turn():
        p.client.end(b"last")
        assert p.client.writelines([b"a", b"b", b"c"]) is False
    log.wait("close")
    assert log.names == ["error", "close"]
    assert log["error"].code == "ERR_STREAM_WRITE_AFTER_END"
    there.wait("end")
    assert there.data() == b"last"


def test_writelines_after_destroy_is_false(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")
    p.client.destroy()
    assert p.client.writelines([b"a", b"b"]) is False
    log.wait("close")
    assert log.names == ["close"]


def test_writelines_is_false_when_the_kernel_is_full(pair):
    p = pair()
    p.peer.pause()
    log = Recorder(p.client, "drain")
    assert p.client.writelines(itertools.repeat(b"x" * (1 << 20), 32)) is False
    assert p.client.writable_need_drain is True
    p.peer.resume()
    log.wait("drain", timeout=20)
    assert wait_until(lambda: p.peer.bytes_read == 32 << 20)


def test_more_than_the_mark_that_leaves_at_once_is_true(pair):
    """As with one big write(): what the kernel took does not count."""
    p = pair({"high_water_mark": 10})
    there = Recorder(p.peer, "data")
    log = Recorder(p.client, "drain")
    assert p.client.writelines([b"x" * 8] * 8) is True
    assert p.client.writable_need_drain is False
    there.wait_for(lambda: len(there.data()) == 64)
    assert log.names == []


@needs_testcapi
def test_failing_allocations_in_writelines_leave_the_socket_uncorked():
    """Once, a MemoryError in the middle left it corked for ever."""
    ends_well("""
        import _testcapi
        target = Target()
        sock = pynet.connect(target.port, "127.0.0.1")
        assert wait_until(lambda: not sock.connecting)
        failed = 0
        for n in range(40):
            _testcapi.set_nomemory(n, n + 1)
            try:
                sock.writelines([b"a", "b"])
            except MemoryError:
                failed += 1
            finally:
                _testcapi.remove_mem_hooks()
            assert sock.writable_corked == 0, n
        assert failed
        sock.destroy()
        print("well")
    """)


# --- the default encoding ---


def test_the_default_encoding_is_that_of_every_str(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    assert p.client.set_default_encoding("latin1") is p.client
    p.client.write("é")
    p.client.writelines(["é", b"b"])
    p.client.write("é", "utf8")
    p.client.write(b"\xc3")
    p.client.end("é")
    there.wait("end")
    assert there.data() == b"\xe9\xe9b\xc3\xa9\xc3\xe9"


@pytest.mark.parametrize("name", ["latin-1", "ISO_8859_1", "binary"])
def test_the_default_encoding_as_an_option(pair, name):
    p = pair({"default_encoding": name})
    there = Recorder(p.peer, "data", "end")
    p.client.end("é")
    there.wait("end")
    assert there.data() == b"\xe9"


@pytest.mark.parametrize("bad", ["nonsense", 5, b"utf8", object(), "\ud800"], ids=shown)
def test_a_bad_default_encoding_changes_nothing(pair, bad):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    p.client.set_default_encoding("hex")
    with pytest.raises(ValueError, match="Unknown encoding") as info:
        p.client.set_default_encoding(bad)
    assert info.value.code == "ERR_UNKNOWN_ENCODING"
    for option in ("default_encoding", "encoding"):
        with pytest.raises(ValueError) as info:
            pynet.Socket({option: bad})
        assert info.value.code == "ERR_UNKNOWN_ENCODING"
    p.client.end("6869")
    there.wait("end")
    assert there.data() == b"hi"


def test_text_goes_through_a_pipe_in_the_default_encoding(pair):
    p = pair()
    there = Recorder(p.client, "data")
    p.peer.set_encoding("utf8")
    p.peer.set_default_encoding("latin1")
    p.peer.pipe(p.peer)
    p.client.write("é")
    there.wait_for(lambda: there.data() == b"\xe9")


# --- max_write_buffer ---


def check_full(error):
    assert isinstance(error, pynet.NetError)
    assert error.code == "ERR_WRITE_BUFFER_FULL"
    assert "max_write_buffer" in str(error)


@pytest.mark.parametrize("inside", [False, True], ids=["thread", "loop"])
def test_one_write_over_the_limit(pair, inside):
    p = pair({"max_write_buffer": 1 << 20})
    p.peer.pause()
    log = Recorder(p.client, "error", "close", "drain", "finish")
    payload = b"x" * (64 << 20)
    assert (on_loop(p.client.write, payload) if inside else p.client.write(payload)) is False
    log.wait("close")
    assert log.names == ["error", "close"]
    check_full(log["error"])
    assert (p.client.errored, p.client.destroyed, log.args("close")) == (log["error"], True, [(True,)])


def test_the_callback_of_a_write_over_the_limit_gets_the_error(pair):
    p = pair({"max_write_buffer": 1 << 20})
    p.peer.pause()
    log = Recorder(p.client, "error", "close")
    p.client.write(b"x" * (64 << 20), log.note("callback"))
    log.wait("close")
    log.wait("callback")
    assert sorted(log.names) == ["callback", "close", "error"]
    assert log["callback"] is log["error"]


def test_end_with_data_over_the_limit(pair):
    p = pair({"max_write_buffer": 1 << 20})
    p.peer.pause()
    log = Recorder(p.client, "error", "close", "finish")
    assert p.client.end(b"x" * (64 << 20), log.note("callback")) is p.client
    log.wait("close")
    log.wait("callback")
    on_loop(lambda: None)
    assert sorted(log.names) == ["callback", "close", "error"]
    check_full(log["error"])
    assert isinstance(log["callback"], pynet.NetError)


def test_many_writes_up_to_the_limit(pair):
    """Every callback comes once; those behind the one under way get the error."""
    p = pair({"max_write_buffer": 1 << 20})
    p.peer.pause()
    log = Recorder(p.client, "error", "close")
    answered, block = [], b"x" * 65536
    count = 0
    while not p.client.destroyed:
        p.client.write(block, lambda err, number=count: answered.append((number, err)))
        count += 1
        assert count < 10_000
    assert p.client.write(b"late", lambda err: answered.append((count, err))) is False
    log.wait("close")
    assert wait_until(lambda: len(answered) == count + 1)
    on_loop(lambda: None)
    numbers = [number for number, _ in answered if number < count]
    assert numbers == list(range(count))
    failed = [err for number, err in answered if err is not None and number < count]
    assert len(failed) >= 16
    check_full(failed[-1])
    assert failed[-1] is log["error"]
    assert dict(answered)[count].code == "ERR_STREAM_DESTROYED"
    assert log.names == ["error", "close"]


@pytest.mark.parametrize("inside", [False, True], ids=["thread", "loop"])
def test_the_limit_itself_may_be_reached(pair, inside):
    p = pair({"max_write_buffer": 100})
    log = Recorder(p.client, "error", "close")

    def write():
        p.client.cork()
        assert p.client.write(b"x" * 60) is True
        assert p.client.write(b"y" * 40) is True
        assert (p.client.writable_length, p.client.destroyed) == (100, False)
        assert p.client.write(b"z", log.note("callback")) is False
        assert p.client.destroyed is True

    on_loop(write) if inside else write()
    log.wait("close")
    log.wait("callback")
    check_full(log["error"])
    assert log["callback"] is log["error"]
    assert p.peer.bytes_read == 0


def test_the_peer_gets_nothing_more(server):
    peers = []
    srv = server(peers.append, max_write_buffer=100)
    with raw_client(srv) as client:
        assert wait_until(lambda: peers)
        log = Recorder(peers[0], "error", "close")
        peers[0].write(b"before")
        peers[0].cork()
        peers[0].write(b"x" * 100)
        peers[0].write(b"y")
        peers[0].uncork()
        peers[0].write(b"z")
        log.wait("close")
        check_full(log["error"])
        assert read_all(client) == b"before"


def test_what_leaves_at_once_does_not_count(pair):
    p = pair({"max_write_buffer": 10})
    there = Recorder(p.peer, "data", "end")
    log = Recorder(p.client, "error")

    def write():
        for _ in range(5):
            assert p.client.write(b"x" * 1000) is True

    write()
    on_loop(write)
    p.client.end()
    there.wait("end")
    assert (len(there.data()), log.names) == (10_000, [])


def test_lines_that_leave_at_once_do_not_count(pair):
    p = pair({"max_write_buffer": 10})
    there = Recorder(p.peer, "data", "end")
    log = Recorder(p.client, "error")
    assert p.client.writelines([b"x" * 8] * 8) is True
    p.client.end()
    there.wait("end")
    assert (len(there.data()), log.names) == (64, [])


def test_a_server_sets_the_limit_of_its_connections(pair):
    p = pair(max_write_buffer=1 << 20)
    p.client.pause()
    log = Recorder(p.peer, "error", "close")
    assert p.peer.write(b"x" * (64 << 20)) is False
    log.wait("close")
    check_full(log["error"])
    p.client.destroy()


def test_the_limit_while_connecting(server):
    accepted, log = [], Recorder(pynet.EventEmitter())
    srv = server(lambda sock: accepted.append(sock.on("data", log.note("data")).on("error", lambda err: None)))
    client = pynet.Socket(max_write_buffer=100)
    here = Recorder(client, "connect", "error", "close")
    with pynet.turn():
        client.connect(target(srv))
        client.write(b"x" * 100, here.note("first"))
        assert client.destroyed is False
        assert client.write(b"y", here.note("second")) is False
        assert client.destroyed is True
    here.wait("close")
    here.wait("second")
    assert sorted(here.names) == ["close", "error", "first", "second"]
    check_full(here["error"])
    assert log.data() == b""


def test_a_limit_of_nothing_needs_the_kernel_to_take_it_all(pair):
    p = pair({"max_write_buffer": 0})
    p.peer.pause()
    log = Recorder(p.client, "error", "close")
    assert p.client.write(b"small") is True
    assert p.client.write(b"") is True
    assert log.names == []
    assert p.client.write(b"x" * (64 << 20)) is False
    log.wait("close")
    check_full(log["error"])


@pytest.mark.parametrize("options", [{}, {"max_write_buffer": None}], ids=["absent", "None"])
def test_no_limit(pair, options):
    p = pair(options)
    log = Recorder(p.client, "error", "drain")
    p.peer.pause()
    for _ in range(8):
        p.client.write(b"x" * (8 << 20))
    p.peer.resume()
    log.wait("drain", timeout=20)
    assert log.names == ["drain"]


def test_a_pipe_into_a_socket_over_its_limit(pair, record):
    """The destination dies of it; the source is only unpiped."""
    p = pair()
    sinks = []
    p.server.on("connection", lambda sock: sinks.append(sock.pause()))
    dest = pynet.connect({**target(p.server), "max_write_buffer": 1000, "high_water_mark": 1 << 30})
    log = record(dest, "connect", "error", "unpipe", "close")
    log.wait("connect")
    p.peer.pipe(dest)
    p.client.write(b"x" * (64 << 20))
    log.wait("close", timeout=20)
    check_full(log["error"])
    assert "unpipe" in log.names
    assert p.peer.destroyed is False
    assert wait_until(lambda: sinks)
    sinks[0].destroy()


@pytest.mark.parametrize("make", [pynet.Socket, pynet.Server, pynet.create_server], ids=lambda make: make.__name__)
@pytest.mark.parametrize(
    ("bad", "kind", "code"),
    [
        ("5", TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
        (b"5", TypeError, "ERR_INVALID_ARG_TYPE"),
        ([5], TypeError, "ERR_INVALID_ARG_TYPE"),
        (-1, ValueError, "ERR_INVALID_ARG_VALUE"),
        (1.5, ValueError, "ERR_INVALID_ARG_VALUE"),
        (1 << 31, ValueError, "ERR_INVALID_ARG_VALUE"),
        (float("nan"), ValueError, "ERR_INVALID_ARG_VALUE"),
        (10**400, ValueError, "ERR_INVALID_ARG_VALUE"),
    ],
)
def test_bad_limits(make, bad, kind, code):
    for options, keywords in (
        ({"max_write_buffer": bad}, {}),
        ({"maxWriteBuffer": bad}, {}),
        ({}, {"max_write_buffer": bad}),
    ):
        with pytest.raises(kind, match="max_write_buffer") as info:
            make(options, **keywords)
        assert info.value.code == code
