"""read(), unshift() and set_encoding(): from any thread, with any argument, on any kind of data."""

import array
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, shown, wait_until
from reentrancy import ends_well, needs_testcapi


def feed(p, *chunks):
    """What the peer sends, kept by the client as chunks of their own."""
    for chunk in chunks:
        want = p.client.readable_length + len(chunk)
        p.peer.write(chunk)
        assert wait_until(lambda want=want: p.client.readable_length == want)


def drain(sock):
    """Everything that is kept."""
    chunks = []
    while (chunk := sock.read()) is not None:
        chunks.append(chunk)
    return chunks


class Threads:
    """Notes what `data` brings, and in which thread."""

    def __init__(self, sock):
        self.got = []
        sock.on("data", self.note)

    def note(self, data):
        self.got.append((data, threading.get_ident()))

    def data(self):
        return [data for data, _ in self.got]

    def idents(self):
        return {ident for _, ident in self.got}


def driver():
    return on_loop(threading.get_ident)


# --- from another thread than the driver ---


def test_read_gives_its_data_here_and_to_the_listener_on_the_driver(pair):
    p = pair()
    p.client.pause()
    seen = Threads(p.client)
    feed(p, b"one", b"two")
    assert (p.client.read(), p.client.read()) == (b"one", b"two")
    assert wait_until(lambda: len(seen.got) == 2)
    assert seen.data() == [b"one", b"two"]
    assert seen.idents() == {driver()} != {threading.get_ident()}


def test_unshift_while_flowing_is_heard_on_the_driver(pair):
    p = pair()
    seen = Threads(p.client)
    assert wait_until(lambda: p.client.readable_flowing)
    assert p.client.unshift(b"back") is True
    assert wait_until(lambda: seen.got)
    assert seen.data() == [b"back"]
    assert seen.idents() == {driver()} != {threading.get_ident()}


def test_unshift_wakes_a_readable_listener(pair):
    p = pair()
    log = Recorder(p.client, "readable")
    assert wait_until(lambda: p.client.readable_flowing is False)
    p.client.unshift(b"back")
    log.wait("readable")
    assert p.client.read() == b"back"


def test_set_encoding_from_another_thread(pair):
    p = pair()
    p.client.pause()
    seen = Threads(p.client)
    feed(p, "né".encode()[:2])
    assert p.client.set_encoding("utf8") is p.client
    assert p.client.readable_length == 1
    p.peer.write("né".encode()[2:] + b"e")
    p.client.resume()
    assert wait_until(lambda: "".join(seen.data()) == "née")
    assert seen.idents() == {driver()}


def test_what_is_read_outside_is_not_emitted_to_a_listener_that_has_left(pair):
    p = pair()
    p.client.pause()
    seen = Threads(p.client)
    feed(p, b"one")
    with pynet.turn():
        assert p.client.read() == b"one"
        p.client.off("data", seen.note)
    driver()  # a turn later
    assert seen.got == []


def test_many_threads_read_each_byte_once(pair):
    p = pair()
    payload = bytes(range(250)) * 16
    feed(p, payload)
    got = [bytearray() for _ in range(4)]
    start = threading.Barrier(4)

    def take(into):
        start.wait()
        while (byte := p.client.read(1)) is not None:
            into += byte

    threads = [threading.Thread(target=take, args=(into,)) for into in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(b"".join(got)) == sorted(payload)
    assert p.client.readable_length == 0


def test_a_thread_that_puts_back_what_another_takes(pair):
    """unshift() and read() at the same time, while more arrives: nothing is lost or doubled."""
    p = pair()
    total = 1500
    taken, over = bytearray(), threading.Event()

    def take():
        while len(taken) < total:
            chunk = p.client.read(1)
            if chunk is not None:
                taken.extend(chunk)
            elif over.is_set() and p.client.readable_length == 0:
                return

    taker = threading.Thread(target=take)
    taker.start()
    for number in range(total // 3):
        p.peer.write(b"a")
        p.client.unshift(b"b")
        p.client.unshift(bytearray(b"c"))
        if number % 100 == 99:
            assert wait_until(lambda n=number: p.client.bytes_read == n + 1)
    over.set()
    taker.join()
    taken.extend(b"".join(drain(p.client)))
    assert {byte: taken.count(byte) for byte in b"abc"} == dict.fromkeys(b"abc", total // 3)


def buffered(pair, data):
    """A paused client that has read `data` and not emitted it."""
    sock, peer = (p := pair()).client, p.peer
    sock.pause()
    peer.write(data)
    assert wait_until(lambda: sock.readable_length == len(data))
    return sock


def test_a_readable_listener_reads_behind_what_a_thread_has_read(pair):
    """Once, `data` brought what the listener read before what the thread had read."""
    sock = buffered(pair, b"abcdefgh")
    log = []

    def readable():
        log.append("readable")
        sock.read()

    with pynet.turn():
        sock.on("data", log.append)
        sock.on("readable", readable)
        assert sock.read(5) == b"abcde"
    assert wait_until(lambda: len(log) == 3)
    assert log == [b"abcde", "readable", b"fgh"]


def test_a_tick_reads_behind_what_a_thread_has_read(pair):
    """The same for a read on the loop before `data` has brought the thread's chunks."""
    sock = buffered(pair, b"abcdefgh")
    log = []
    sock.on("data", log.append)
    with pynet.turn():
        pynet.next_tick(lambda: log.append(("read", sock.read(1))))
        pynet.next_tick(sock.unshift, b"F")
        pynet.next_tick(sock.resume)
        sock.read(3)
        sock.read(2)
    assert wait_until(lambda: b"gh" in log)
    assert log == [("read", b"f"), b"abc", b"de", b"f", b"F", b"gh"]


def test_resume_comes_behind_what_a_thread_has_read(pair):
    """As in Node, where read() emits `data` before the next tick."""
    sock = buffered(pair, b"abcdefgh")
    log = []
    sock.on("data", log.append).on("resume", lambda: log.append("resume"))
    with pynet.turn():
        sock.resume()
        sock.read(3)
        sock.read(2)
    assert wait_until(lambda: len(log) == 4)
    assert log == [b"abc", b"de", "resume", b"fgh"]


# --- read(n) ---


@pytest.mark.parametrize("args", [(), (None,), (-1,), (-7,), (float("-inf"),), (float("nan"),)])
def test_ways_to_ask_for_the_next_chunk(pair, args):
    p = pair()
    feed(p, b"first", b"second")
    assert p.client.read(*args) == b"first"
    assert p.client.read(*args) == b"second"
    assert p.client.read(*args) is None


@pytest.mark.parametrize(("n", "expected"), [(2, b"ab"), (2.9, b"ab"), (5, b"abcde"), (6, b"abcdef"), (7, None)])
def test_so_many_bytes_over_chunks(pair, n, expected):
    p = pair()
    feed(p, b"abc", b"def")
    chunk = p.client.read(n)
    assert chunk == expected
    assert type(chunk) in (bytes, type(None))
    assert p.client.readable_length == 6 - len(expected or b"")


def test_read_counts_characters_after_set_encoding(pair):
    p = pair()
    p.client.set_encoding("utf8")
    p.peer.write("äöü€😀".encode())
    assert wait_until(lambda: p.client.readable_length == 5)
    assert (p.client.read(4), p.client.read(2), p.client.read()) == ("äöü€", None, "😀")


def test_read_never_blocks():
    """Nothing to read: not connected, not ended, destroyed."""
    sock = pynet.Socket()
    assert (sock.read(), sock.read(0), sock.read(10)) == (None, None, None)
    sock.destroy()
    assert (sock.read(), sock.read(0), sock.read(10)) == (None, None, None)


def test_what_was_read_stays_as_it_is(pair):
    """Later reads never change an object that read() has returned."""
    p = pair()
    kept = []
    for number in range(30):
        feed(p, b"%04d" % number)
        kept.append(p.client.read())
    assert kept == [b"%04d" % number for number in range(30)]
    assert len({id(chunk) for chunk in kept}) == 30


@pytest.mark.parametrize("bad", ["2", "", True, False, b"2", [2], object(), 2j], ids=shown)
def test_read_of_no_number_raises(pair, bad):
    p = pair()
    feed(p, b"data")
    mark = p.client.readable_high_water_mark
    with pytest.raises(TypeError, match=r'"n"') as info:
        p.client.read(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert (p.client.readable_length, p.client.readable_high_water_mark, p.client.readable_did_read) == (4, mark, False)
    assert p.client.read() == b"data"


@pytest.mark.parametrize("bad", [(1 << 30) + 1, float("inf"), 1 << 64, 10**400], ids=["1GiB+1", "inf", "2**64", "huge"])
def test_read_of_too_much_raises(pair, bad):
    p = pair()
    feed(p, b"data")
    mark = p.client.readable_high_water_mark
    with pytest.raises(ValueError, match=r'"n".*1GiB') as info:
        p.client.read(bad)
    assert info.value.code == "ERR_OUT_OF_RANGE"
    assert (p.client.readable_length, p.client.readable_high_water_mark) == (4, mark)


def test_wrong_number_of_arguments(pair):
    p = pair()
    feed(p, b"data")
    for call, args in [
        (p.client.read, (1, 2)),
        (p.client.unshift, ()),
        (p.client.unshift, (b"x", "utf8", 5)),
        (p.client.set_encoding, ("utf8", "utf8")),
    ]:
        with pytest.raises(TypeError):
            call(*args)
    assert (p.client.read(), p.client.readable_encoding) == (b"data", None)


# --- unshift() ---

KINDS = {
    "bytes": lambda: b"caf\xc3\xa9",
    "subclass of bytes": lambda: type("Mine", (bytes,), {})(b"caf\xc3\xa9"),
    "bytearray": lambda: bytearray(b"caf\xc3\xa9"),
    "memoryview": lambda: memoryview(b"--caf\xc3\xa9--")[2:7],
    "array": lambda: array.array("B", b"caf\xc3\xa9"),
    "str": lambda: "café",
    "subclass of str": lambda: type("Mine", (str,), {})("café"),
}


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_chunks(pair, name):
    p = pair()
    feed(p, b"!")
    assert p.client.unshift(KINDS[name]()) is True
    assert (p.client.readable_length, p.client.bytes_read) == (6, 1)
    first = p.client.read()
    assert (first, type(first)) == (b"caf\xc3\xa9", bytes)
    assert p.client.read() == b"!"


@pytest.mark.parametrize("name", KINDS)
def test_kinds_of_chunks_after_set_encoding(pair, name):
    p = pair()
    p.client.set_encoding("utf8")
    p.client.unshift(KINDS[name]())
    text = p.client.read()
    assert (text, type(text)) == ("café", str)


def test_items_wider_than_a_byte_go_back_as_their_bytes(pair):
    p = pair()
    p.client.unshift(array.array("H", [0x4241, 0x4443]))
    assert sorted(p.client.read()) == sorted(b"ABCD")


def test_unshift_takes_what_is_not_contiguous_in_its_order(pair):
    p = pair()
    p.client.unshift(memoryview(b"a-b-c-")[::2])
    assert p.client.read() == b"abc"


def test_a_buffer_may_change_after_unshift(pair):
    p = pair()
    chunk = bytearray(b"before")
    p.client.unshift(chunk)
    chunk[:] = b"after!"
    chunk.extend(b"resizable")
    assert p.client.read() == b"before"


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [("é", "latin1", b"\xe9"), ("6869", "hex", b"hi"), ("aGk=", "base64", b"hi"), ("h", "utf-16-le", b"h\0")],
)
def test_unshift_of_text_in_an_encoding(pair, text, encoding, expected):
    p = pair()
    p.client.unshift(text, encoding)
    assert p.client.read() == expected


@pytest.mark.parametrize("empty", [b"", "", bytearray(), memoryview(b"")], ids=shown)
def test_unshift_of_nothing_changes_nothing(pair, empty):
    p = pair()
    feed(p, b"data")
    assert p.client.unshift(empty) is True
    assert (p.client.readable_length, p.client.read()) == (4, b"data")


@pytest.mark.parametrize("bad", [None, 5, 1.5, True, [b"x"], (), object()], ids=shown)
def test_unshift_of_no_data_raises(pair, bad):
    p = pair()
    feed(p, b"data")
    with pytest.raises(TypeError, match=r'"chunk"') as info:
        p.client.unshift(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert (p.client.readable_length, p.client.destroyed, p.client.read()) == (4, False, b"data")


@pytest.mark.parametrize("chunk", [b"x", "x", bytearray(b"x")], ids=shown)
@pytest.mark.parametrize("encoding", ["nonsense", 5, b"utf8", "utf8\0", "\ud800"], ids=shown)
def test_unshift_in_no_encoding_raises(pair, chunk, encoding):
    p = pair()
    feed(p, b"data")
    with pytest.raises(ValueError, match="Unknown encoding") as info:
        p.client.unshift(chunk, encoding)
    assert info.value.code == "ERR_UNKNOWN_ENCODING"
    assert p.client.read() == b"data"


def test_unshift_is_false_from_the_mark_on(pair):
    p = pair({"high_water_mark": 4})
    assert p.client.unshift(b"123") is True
    assert p.client.unshift(b"4") is False
    assert p.client.unshift(b"5") is False
    assert drain(p.client) == [b"5", b"4", b"123"]


def test_unshift_after_destroy_is_dropped(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")
    p.client.destroy()
    assert p.client.unshift(b"x") is False
    log.wait("close")
    assert (log.names, p.client.read()) == (["close"], None)


def test_unshift_of_text_while_a_collection_sets_an_encoding():
    """Once, bytes came into a queue of text, and were read as text."""
    ends_well("""
        for n in range(6):
            sock = pynet.Socket()
            sock.unshift(b"back")
            at(n, lambda: sock.set_encoding("utf8"), sock.unshift, "front\\udcff", "latin1")
            kept = sock.readable_length
            got = sock.read(kept)
            assert got in (b"front\\xffback", "front\\ufffdback"), got
        print("well")
    """)


# --- set_encoding() ---


@pytest.mark.parametrize("bad", ["nonsense", "utf9", 5, b"utf8", object(), "utf8\0", "\ud800"], ids=shown)
def test_set_encoding_of_no_encoding_raises(pair, bad):
    p = pair()
    feed(p, b"\xc3\xa9")
    with pytest.raises(ValueError, match="Unknown encoding") as info:
        p.client.set_encoding(bad)
    assert info.value.code == "ERR_UNKNOWN_ENCODING"
    assert (p.client.readable_encoding, p.client.readable_length, p.client.read()) == (None, 2, b"\xc3\xa9")


@pytest.mark.parametrize(
    ("name", "node"),
    [
        ("utf_8", "utf8"),
        ("UTF-8", "utf8"),
        ("utf_16_le", "utf16le"),
        ("ucs2", "utf16le"),
        ("latin-1", "latin1"),
        ("iso-8859-1", "latin1"),
        ("ISO8859_1", "latin1"),
        ("us-ascii", "ascii"),
        (None, "utf8"),
    ],
)
def test_spellings_of_encodings(pair, name, node):
    p = pair()
    assert p.client.set_encoding(name) is p.client
    assert p.client.readable_encoding == node


def test_node_names_are_the_same_functions():
    assert pynet.Socket.setEncoding is pynet.Socket.set_encoding
    assert pynet.Socket.setDefaultEncoding is pynet.Socket.set_default_encoding
    assert pynet.Socket.readableLength is pynet.Socket.readable_length


# --- lack of memory ---


@needs_testcapi
def test_failing_allocations_in_read_and_unshift_raise_what_they_are():
    """Once, the exception was reported elsewhere: the caller got a SystemError, or data was lost silently."""
    ends_well("""
        import _testcapi
        failed = 0
        sys.unraisablehook = lambda unraisable: None
        for n in range(30):
            gc.collect()
            pad = [([], (i, i), {}) for i in range(100)]   # the free lists are empty
            sock = pynet.Socket()
            sock.on("data", lambda chunk: None)
            sock.pause()
            sock.unshift(b"0123456789")
            _testcapi.set_nomemory(n)
            try:
                got = sock.read()
            except MemoryError:
                failed += 1
                got = b"0123456789"
            finally:
                _testcapi.remove_mem_hooks()
            assert got == b"0123456789", (n, got)
            sock.resume()
            _testcapi.set_nomemory(n)
            try:
                sock.unshift(b"0123456789")
            except MemoryError:
                failed += 1
            finally:
                _testcapi.remove_mem_hooks()
            sock.destroy()
        assert failed
        print("well")
    """)


# --- the memory of chunks is used again ---


@pytest.mark.parametrize("size", [500, 513, 1000, 4096, 5000])
def test_what_the_caller_keeps_does_not_change(pair, size):
    p = pair()
    kept = {}
    for n in range(120):
        message = bytes([n]) * (size - n % 40)
        p.peer.write(message)
        got = p.client.read_exactly(len(message), timeout=5)
        assert (got, hash(got)) == (message, hash(message))
        if n % 3 == 0:
            kept[n] = got
        if n % 7 == 0:
            kept.pop(n // 2, None)
    assert all(got == bytes([n]) * (size - n % 40) for n, got in kept.items())
