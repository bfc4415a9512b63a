"""pipeline() from files and iterables of bytes, and send_file()."""

from __future__ import annotations

import gzip
import io
import os
import socket
import sys
import threading

import pytest

import pynet
from helpers import run_coroutine, target, wait_until

DATA = bytes(range(256)) * 12_000  # 3 MB


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "data"
    file.write_bytes(DATA)
    return file


@pytest.fixture
def endless(tmp_path):
    """A file of 1 GiB that takes no room."""
    with open(tmp_path / "endless", "wb") as file:
        file.truncate(1 << 30)
    return tmp_path / "endless"


def collect(sock):
    """What a socket gets up to its end, as a thread's result."""
    got = []
    thread = threading.Thread(target=lambda: got.append(b"".join(sock)))
    thread.start()

    def result():
        thread.join(20)
        return got[0]

    return result


class Done:
    """The callback of a pipeline; result() waits for its error."""

    def __init__(self):
        self._called = threading.Event()

    def __call__(self, err):
        self._err = err
        self._called.set()

    def result(self):
        assert self._called.wait(10)
        return self._err


def through(p, source):
    """Pipes the source into the client; returns what the peer gets, and the error of the pipeline."""
    got = collect(p.peer)
    done = Done()
    assert pynet.pipeline(source, p.client, done) is p.client
    return got(), done.result()


# --- pipeline() ---


def test_a_regular_file(pair, path):
    file = open(path, "rb")
    assert through(pair(), file) == (DATA, None)
    assert file.closed


def test_a_file_that_is_read_from_its_position(pair, path):
    file = open(path, "rb")
    assert file.read(10) == DATA[:10]
    assert through(pair(), file) == (DATA[10:], None)


def test_a_file_that_is_not_buffered(pair, path):
    assert through(pair(), open(path, "rb", buffering=0)) == (DATA, None)


def test_a_text_file(pair, tmp_path):
    (tmp_path / "text").write_text("grüße\n" * 1000, encoding="utf-8")
    file = open(tmp_path / "text", encoding="utf-8")
    assert through(pair(), file) == ("grüße\n".encode() * 1000, None)


def test_a_file_in_memory(pair):
    assert through(pair(), io.BytesIO(DATA)) == (DATA, None)


def test_a_compressed_file(pair, tmp_path):
    with gzip.open(tmp_path / "z", "wb") as file:
        file.write(DATA)
    assert through(pair(), gzip.open(tmp_path / "z")) == (DATA, None)


def test_an_empty_file(pair):
    assert through(pair(), io.BytesIO()) == (b"", None)


@pytest.mark.parametrize(
    "items",
    [
        lambda: [b"one", b"", "two", bytearray(b"three")],
        lambda: (b"one", memoryview(b"twothree")),
        lambda: iter([b"onetwo", b"three"]),
    ],
)
def test_an_iterable(pair, items):
    assert through(pair(), items()) == (b"onetwothree", None)


def test_a_generator_runs_on_a_thread_of_its_own(pair):
    threads = []

    def numbers():
        for n in range(100):
            threads.append(threading.current_thread())
            yield b"%d\n" % n

    assert through(pair(), numbers()) == (b"".join(b"%d\n" % n for n in range(100)), None)
    assert len(set(threads)) == 1
    assert threads[0].name not in ("pynet", threading.main_thread().name)


def test_a_pipe_that_blocks_does_not_hold_up_the_loop(pair):
    p = pair()
    got = collect(p.peer)
    r, w = os.pipe()
    done = Done()
    pynet.pipeline(os.fdopen(r, "rb"), p.client, done)
    os.write(w, b"one")
    ticked = threading.Event()
    pynet.set_timeout(ticked.set, 1)
    assert ticked.wait(5)
    assert wait_until(lambda: p.client.bytes_written == 3)
    os.close(w)
    assert got() == b"one"
    assert done.result() is None


def test_a_generator_is_at_most_one_chunk_ahead(pair):
    p = pair()
    p.peer.pause()
    given = []

    def chunks():
        while True:
            given.append(1)
            yield b"x" * 65536

    pynet.pipeline(chunks(), p.client, lambda err: None)
    assert wait_until(lambda: p.client.writable_need_drain)
    taken = p.client.bytes_written // 65536
    assert wait_until(lambda: len(given) == taken + 1)  # one that waits
    assert p.client.bytes_written // 65536 == taken
    p.client.destroy()


def test_what_read_raises_is_the_error(pair):
    class Broken:
        def read(self, size):
            raise ZeroDivisionError

    p = pair()
    p.client.on("error", lambda err: None)
    got = collect(p.peer)
    done = Done()
    pynet.pipeline(Broken(), p.client, done)
    assert isinstance(done.result(), ZeroDivisionError)
    assert p.client.destroyed
    assert got() == b""


@pytest.mark.parametrize("item", [5, None, object()])
def test_a_chunk_of_another_type_is_an_error(pair, item):
    p = pair()
    p.peer.resume()
    done = Done()
    pynet.pipeline(iter([b"a", item]), p.client, done)
    assert isinstance(done.result(), TypeError)


def test_a_destination_that_is_destroyed_closes_the_file(pair, endless):
    p = pair()
    p.peer.pause()
    file = open(endless, "rb")
    done = Done()
    pynet.pipeline(file, p.client, done)
    assert wait_until(lambda: p.client.writable_need_drain)
    p.client.destroy()
    assert done.result().code in ("ERR_STREAM_PREMATURE_CLOSE", "ECANCELED")
    assert wait_until(lambda: file.closed)


def test_a_destination_that_is_destroyed_closes_a_generator(pair):
    p = pair()
    p.peer.pause()
    closed = threading.Event()

    def chunks():
        try:
            while True:
                yield b"x" * 65536
        finally:
            closed.set()

    pynet.pipeline(chunks(), p.client, lambda err: None)
    assert wait_until(lambda: p.client.writable_need_drain)
    p.client.destroy()
    assert closed.wait(5)


def test_from_a_file_to_a_file(path, tmp_path):
    done = Done()
    with open(tmp_path / "copy", "wb") as copy:
        pynet.pipeline(open(path, "rb"), copy, done)
        assert done.result() is None
        assert (tmp_path / "copy").read_bytes() == DATA


def test_through_a_socket_that_echoes(server):
    srv = server(lambda sock: sock.pipe(sock), allow_half_open=True)
    copy = io.BytesIO()
    done = Done()
    pynet.pipeline(io.BytesIO(DATA), pynet.connect(target(srv)), copy, done)
    assert done.result() is None
    assert copy.getvalue() == DATA


def test_it_keeps_run_going(path):
    copy = io.BytesIO()

    def main():
        r, w = os.pipe()
        threading.Timer(0.05, lambda: (os.write(w, b"late"), os.close(w))).start()
        pynet.pipeline(os.fdopen(r, "rb"), copy)

    pynet.run(main)
    assert copy.getvalue() == b"late"


@pytest.mark.parametrize("source", [b"bytes", "text", bytearray(b"x"), 5, {"a": b"b"}, None])
def test_what_is_not_a_source(pair, source):
    with pytest.raises(TypeError):
        pynet.pipeline(source, pair().client, lambda err: None)


# --- send_file() ---


def test_send_file(pair, path):
    p = pair()
    got = collect(p.peer)
    with open(path, "rb") as file:
        p.client.write(b"head")
        assert p.client.send_file(file).result(20) == len(DATA)
        assert not file.closed and file.tell() == len(DATA)
    assert p.client.bytes_written == len(DATA) + 4
    p.client.end(b"tail")
    assert got() == b"head" + DATA + b"tail"


@pytest.mark.parametrize(
    ("offset", "count", "expected"),
    [
        (10, None, DATA[10:]),
        (10, 20, DATA[10:30]),
        (0, 0, b""),
        (len(DATA) + 5, None, b""),
        (len(DATA) - 5, 100, DATA[-5:]),
    ],
)
@pytest.mark.parametrize("in_memory", [False, True])
def test_a_part_of_a_file(pair, path, offset, count, expected, in_memory):
    p = pair()
    got = collect(p.peer)
    with io.BytesIO(DATA) if in_memory else open(path, "rb") as file:
        assert p.client.send_file(file, offset, count).result(20) == len(expected)
    p.client.end()
    assert got() == expected


def test_it_waits_for_what_is_queued(pair, path):
    p = pair()
    first = b"x" * 8_000_000
    p.client.write(first)
    with open(path, "rb") as file:
        sent = p.client.send_file(file)
        got = collect(p.peer)
        assert sent.result(20) == len(DATA)
    p.client.end()
    assert got() == first + DATA


def test_before_the_connection(server, path):
    got = []
    srv = server(lambda sock: sock.on("data", got.append))
    with open(path, "rb") as file:
        client = pynet.connect(target(srv))
        assert client.send_file(file).result(20) == len(DATA)
    client.end()
    assert wait_until(lambda: sum(map(len, got)) == len(DATA))
    client.destroy()


def test_awaited(pair, path):
    p = pair()
    got = collect(p.peer)

    async def main():
        with open(path, "rb") as file:
            return await p.client.send_file(file)

    assert run_coroutine(main()) == len(DATA)
    p.client.end()
    assert got() == DATA


def test_a_pipe_is_sent_up_to_its_end(pair):
    p = pair()
    got = collect(p.peer)
    r, w = os.pipe()
    os.write(w, b"piped")
    os.close(w)
    with os.fdopen(r, "rb") as file:
        assert p.client.send_file(file).result(20) == 5
    p.client.end()
    assert got() == b"piped"


def test_when_the_socket_is_destroyed_it_fails(pair, endless):
    p = pair()
    p.peer.pause()
    with open(endless, "rb") as file:
        sent = p.client.send_file(file)
        assert wait_until(lambda: p.client.writable_need_drain)
        p.client.destroy(OSError("lost"))
        with pytest.raises(OSError, match="lost"):
            sent.result(5)
        p.client.wait("close", timeout=5)


def test_a_dropped_future_sends_all_the_same(pair, path):
    p = pair()
    got = []
    p.peer.on("data", got.append)
    with open(path, "rb") as file:
        p.client.send_file(file)
        assert wait_until(lambda: sum(map(len, got)) == len(DATA))
        assert b"".join(got) == DATA


def test_after_end_it_fails(pair, path):
    p = pair()
    p.client.on("error", lambda err: None)
    p.client.end()
    with open(path, "rb") as file, pytest.raises(pynet.NetError) as info:
        p.client.send_file(file).result(5)
    assert info.value.code in ("ERR_STREAM_WRITE_AFTER_END", "ERR_STREAM_PREMATURE_CLOSE", "EPIPE")


@pytest.mark.skipif(sys.platform != "linux", reason="counts system calls")
def test_a_regular_file_is_sent_by_sendfile(path, monkeypatch):
    calls = []
    real = os.sendfile

    def sendfile(*args):
        calls.append(args)
        return real(*args)

    monkeypatch.setattr(os, "sendfile", sendfile)
    mine, other = socket.socketpair()
    with other, open(path, "rb") as file:
        sock = pynet.Socket(mine.detach())
        received = []
        thread = threading.Thread(target=lambda: received.extend(iter(lambda: other.recv(1 << 16), b"")))
        thread.start()
        assert sock.send_file(file).result(20) == len(DATA)
        sock.end()
        thread.join(20)
        assert b"".join(received) == DATA
        sock.destroy()
    assert calls


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((5,), TypeError),
        ((b"x",), TypeError),
        ((io.BytesIO(), -1), ValueError),
        ((io.BytesIO(), 0, -1), ValueError),
        ((io.BytesIO(), "0"), TypeError),
        ((io.StringIO("x"),), ValueError),
    ],
)
def test_wrong_arguments(pair, args, error):
    with pytest.raises(error):
        pair().client.send_file(*args)
