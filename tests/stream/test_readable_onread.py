"""The option onread: what may be the buffer, when pynet may write to it, and what goes wrong."""

import array
import gc
import hashlib
import mmap
import random
import threading
import weakref

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until
from reentrancy import ends_well


class Sink:
    """The callback: copies what it is given."""

    def __init__(self, answer=None):
        self.data = bytearray()
        self.counts = []
        self.threads = set()
        self.answer = answer

    def __call__(self, nread, buffer):
        self.data += memoryview(buffer).cast("B")[:nread]
        self.counts.append(nread)
        self.threads.add(threading.get_ident())
        return self.answer


@pytest.fixture
def serving(server):
    """serving(f): a server that calls f(sock) and does not mind connections that are reset."""
    return lambda use: server(lambda sock: use(sock.on("error", lambda err: None)))


def pieces_of(memory, size):
    """A function that gives one part of the memory after the other."""
    places = iter(range(0, len(memory), size))

    def give():
        start = next(places)
        return memory[start : start + size]

    return give


# --- buffers ---

BUFFERS = {
    "bytearray": lambda: bytearray(64),
    "subclass of bytearray": lambda: type("Mine", (bytearray,), {})(64),
    "memoryview": lambda: memoryview(bytearray(80))[8:72],
    "array": lambda: array.array("B", bytes(64)),
    "array of shorts": lambda: array.array("H", bytes(64)),
    "mmap": lambda: mmap.mmap(-1, mmap.PAGESIZE),
}


@pytest.mark.parametrize("name", BUFFERS)
def test_kinds_of_buffers(pair, name):
    buffer, sink = BUFFERS[name](), Sink()
    p = pair({"onread": {"buffer": buffer, "callback": sink}})
    data = Recorder(p.client, "data")
    payload = bytes(range(1, 201))
    p.peer.write(payload)
    assert wait_until(lambda: len(sink.data) == 200)
    assert sink.data == payload
    assert sink.threads == {on_loop(threading.get_ident)}
    assert all(0 < count <= memoryview(buffer).nbytes for count in sink.counts)
    assert (data.names, p.client.bytes_read, p.client.readable_length) == ([], 200, 0)


@pytest.mark.parametrize("name", BUFFERS)
def test_a_function_that_gives_buffers(pair, name):
    made, sink = [], Sink()

    def give():
        made.append(BUFFERS[name]())
        return made[-1]

    p = pair({"onread": {"buffer": give, "callback": sink}})
    p.peer.write(bytes(range(200)))
    assert wait_until(lambda: len(sink.data) == 200)
    assert sink.data == bytes(range(200))
    assert len(made) >= len(sink.counts)


def test_the_callback_gets_the_buffer_itself(pair):
    buffer, seen = bytearray(16), []
    p = pair({"onread": {"buffer": buffer, "callback": lambda nread, got: seen.append((nread, got))}})
    p.peer.write(b"abc")
    assert wait_until(lambda: seen)
    assert seen == [(3, buffer)]
    assert seen[0][1] is buffer
    assert buffer[:3] == b"abc"


def test_reads_land_side_by_side_in_one_block(pair):
    """With a function, each read may go where the last one ended."""
    block, sink = bytearray(100), Sink()
    p = pair({"onread": {"buffer": pieces_of(memoryview(block), 10), "callback": sink}})
    p.peer.write(b"0123456789" * 9)
    assert wait_until(lambda: len(sink.data) == 90)
    assert block[:90] == b"0123456789" * 9


def test_a_big_transfer_into_one_buffer(pair):
    payload = random.Random(11).randbytes(8 << 20)
    digest, buffer = hashlib.blake2b(), bytearray(65536)
    p = pair({"onread": {"buffer": buffer, "callback": lambda nread, got: digest.update(memoryview(got)[:nread])}})
    log = Recorder(p.client, "end")
    p.peer.end(payload)
    log.wait("end", timeout=20)
    assert digest.digest() == hashlib.blake2b(payload).digest()


def test_onread_of_an_unconnected_socket(serving):
    srv = serving(lambda sock: sock.end(b"hello"))
    sink = Sink()
    sock = pynet.Socket(onread={"buffer": bytearray(3), "callback": sink})
    log = Recorder(sock, "close")
    sock.connect(target(srv))
    log.wait("close")
    assert (bytes(sink.data), sink.counts) == (b"hello", [3, 2])


def test_keys_that_nobody_knows_are_ignored():
    pynet.Socket(onread={"buffer": bytearray(1), "callback": print, "other": 5})


# --- when pynet may write to the buffer ---


def test_a_buffer_may_be_resized_before_it_is_read_into(serving):
    srv = serving(lambda sock: sock.end(b"x" * 50))
    buffer, sink = bytearray(4), Sink()
    sock = pynet.Socket(onread={"buffer": buffer, "callback": sink})
    buffer.extend(bytes(60))
    log = Recorder(sock, "close")
    sock.connect(target(srv))
    log.wait("close")
    assert sink.counts == [50]


def test_a_buffer_that_has_become_empty_is_an_error(serving):
    srv = serving(lambda sock: sock.end(b"x"))
    buffer, sink = bytearray(4), Sink()
    sock = pynet.Socket(onread={"buffer": buffer, "callback": sink})
    buffer.clear()
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    log.wait("close")
    assert log.names == ["error", "close"]
    assert (type(log["error"]), log["error"].code) == (ValueError, "ERR_INVALID_ARG_VALUE")
    assert "options.onread.buffer" in str(log["error"])
    assert sink.counts == []


def test_a_socket_that_connects_again_reads_into_its_buffer_again(serving):
    srv = serving(lambda sock: sock.end(b"hello"))
    buffer, sink = bytearray(3), Sink()
    sock = pynet.Socket(onread={"buffer": buffer, "callback": sink})
    log = Recorder(sock, "close")
    for times in (1, 2, 3):
        sock.connect(target(srv))
        log.wait("close", times=times)
        buffer.append(0)
    assert (sink.data, sink.counts) == (b"hello" * 3, [3, 2, 4, 1, 5])


def test_a_map_that_was_closed_is_an_error(serving):
    srv = serving(lambda sock: sock.end(b"x"))
    memory, sink = mmap.mmap(-1, mmap.PAGESIZE), Sink()
    sock = pynet.Socket(onread={"buffer": memory, "callback": sink})
    memory.close()
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    log.wait("close")
    assert (type(log["error"]), sink.counts) == (TypeError, [])


def test_a_buffer_cannot_be_resized_while_it_is_read_into(pair):
    buffer, sink = bytearray(8), Sink()
    p = pair({"onread": {"buffer": buffer, "callback": sink}})
    p.peer.write(b"x")
    assert wait_until(lambda: sink.counts)
    with pytest.raises(BufferError):
        buffer.clear()
    p.peer.write(b"y")
    assert wait_until(lambda: sink.data == b"xy")


FREEING = {
    "bytearray": (lambda: bytearray(8), bytearray.clear),
    "memoryview": (lambda: memoryview(bytearray(8)), memoryview.release),
    "array": (lambda: array.array("B", bytes(8)), lambda buffer: buffer.append(1)),
    "mmap": (lambda: mmap.mmap(-1, mmap.PAGESIZE), mmap.mmap.close),
}


@pytest.mark.parametrize("name", FREEING)
@pytest.mark.parametrize("way", ["peer ends", "destroy", "destroy in the callback"])
def test_the_buffer_is_free_again_after_close(pair, name, way):
    make, free = FREEING[name]
    buffer, counts = make(), []

    def callback(nread, got):
        counts.append(nread)
        if way == "destroy in the callback":
            p.client.destroy()

    ready = threading.Event()
    p = pair({"onread": {"buffer": buffer, "callback": lambda *args: ready.wait(5) and callback(*args)}})
    ready.set()
    log = Recorder(p.client, "close")
    p.peer.write(b"x")
    assert wait_until(lambda: counts)
    if way == "peer ends":
        p.peer.end()
    elif way == "destroy":
        p.client.destroy()
    log.wait("close")
    free(buffer)


def test_with_a_function_the_buffer_is_free_in_the_callback(pair):
    made, cleared = [], []

    def give():
        made.append(bytearray(8))
        return made[-1]

    def callback(nread, buffer):
        cleared.append(bytes(buffer[:nread]))
        buffer.clear()

    p = pair({"onread": {"buffer": give, "callback": callback}})
    p.peer.write(b"0123456789abcdef-")
    assert wait_until(lambda: sum(map(len, cleared)) == 17)
    assert b"".join(cleared) == b"0123456789abcdef-"


def test_a_socket_that_its_callback_knows_is_collected(serving):
    srv = serving(lambda sock: sock.end(b"bye"))

    def make():
        sock = pynet.Socket(onread={"buffer": bytearray(8), "callback": lambda nread, buffer: holder.append(nread)})
        holder = [sock]
        log = Recorder(sock, "close")
        sock.connect(target(srv))
        log.wait("close")
        return weakref.ref(sock)

    dead = make()

    def is_dead():
        gc.collect()
        return dead() is None

    assert wait_until(is_dead)


# --- pausing ---


def test_false_pauses_until_somebody_resumes(pair):
    sink = Sink(answer=False)
    p = pair({"onread": {"buffer": bytearray(4), "callback": sink}})
    p.peer.end(b"0123456789")
    log = Recorder(p.client, "end")
    for have in (4, 8, 10):
        assert wait_until(lambda have=have: len(sink.data) == have and p.client.is_paused())
        on_loop(lambda: None)
        assert (len(sink.data), log.names) == (have, [])
        p.client.resume()
    log.wait("end")
    assert sink.data == b"0123456789"


@pytest.mark.parametrize("answer", [None, True, 0, "", []], ids=repr)
def test_only_false_pauses(pair, answer):
    sink = Sink(answer=answer)
    p = pair({"onread": {"buffer": bytearray(4), "callback": sink}})
    p.peer.write(b"0123456789")
    assert wait_until(lambda: len(sink.data) == 10)
    assert p.client.is_paused() is False


def test_pause_from_another_thread_stops_the_reads(pair):
    sink = Sink()
    p = pair({"onread": {"buffer": bytearray(4), "callback": sink}})
    p.client.pause()
    p.peer.write(b"0123456789")
    assert wait_until(lambda: p.peer.writable_length == 0)
    on_loop(lambda: None)
    assert sink.counts == []
    p.client.resume()
    assert wait_until(lambda: sink.data == b"0123456789")


# --- wrong shapes ---

GOOD = bytearray(4)


async def coroutine(*args):
    pass


SHAPES = {
    "a number": (5, TypeError, "options.onread"),
    "a buffer alone": (bytearray(4), TypeError, "options.onread"),
    "a function alone": (print, TypeError, "options.onread"),
    "a pair": ((bytearray(4), print), TypeError, "options.onread"),
    "empty": ({}, TypeError, "options.onread."),
    "no callback": ({"buffer": GOOD}, TypeError, "options.onread.callback"),
    "no buffer": ({"callback": print}, TypeError, "options.onread.buffer"),
    "callback is text": ({"buffer": GOOD, "callback": "print"}, TypeError, "options.onread.callback"),
    "callback is a coroutine function": ({"buffer": GOOD, "callback": coroutine}, TypeError, "callback"),
    "bytes": ({"buffer": bytes(4), "callback": print}, TypeError, "options.onread.buffer"),
    "read only": ({"buffer": memoryview(bytes(4)), "callback": print}, TypeError, "options.onread.buffer"),
    "strided": ({"buffer": memoryview(bytearray(8))[::2], "callback": print}, TypeError, "options.onread.buffer"),
    "text": ({"buffer": "text", "callback": print}, TypeError, "options.onread.buffer"),
    "size": ({"buffer": 65536, "callback": print}, TypeError, "options.onread.buffer"),
    "nothing in it": ({"buffer": bytearray(), "callback": print}, ValueError, "options.onread.buffer"),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("make", ["Socket", "connect"])
def test_wrong_shapes_raise_at_once(server, name, make):
    option, kind, part = SHAPES[name]
    accepted = []
    srv = server(accepted.append)
    before = pynet._pynet._counts()["streams"]
    with pytest.raises(kind) as info:
        if make == "Socket":
            pynet.Socket(onread=option)
        else:
            pynet.connect({**target(srv), "onread": option})
    assert part in str(info.value)
    if kind is ValueError:
        assert info.value.code == "ERR_INVALID_ARG_VALUE"
    elif name != "callback is a coroutine function":
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert (accepted, pynet._pynet._counts()["streams"]) == ([], before)
    GOOD.append(0)  # not held by what was refused
    GOOD.pop()


def test_a_coroutine_function_as_the_buffer_is_refused():
    with pytest.raises(TypeError, match="options.onread.buffer"):
        pynet.Socket(onread={"buffer": coroutine, "callback": print})


@pytest.mark.parametrize(
    "given",
    [None, 5, b"bytes", "text", memoryview(b"read only"), bytearray()],
    ids=["None", "number", "bytes", "str", "read only", "empty"],
)
def test_a_function_that_gives_no_buffer_is_an_error(serving, given):
    srv = serving(lambda sock: sock.write(b"hello"))
    sink = Sink()
    sock = pynet.Socket(onread={"buffer": lambda: given, "callback": sink})
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    log.wait("close")
    assert log.names == ["error", "close"]
    assert log["error"].code == ("ERR_INVALID_ARG_VALUE" if given == bytearray() else "ERR_INVALID_ARG_TYPE")
    assert "options.onread.buffer" in str(log["error"])
    assert (sink.counts, sock.errored is log["error"], log.args("close")) == ([], True, [(True,)])


def test_a_function_that_raises_is_an_error(serving):
    srv = serving(lambda sock: sock.write(b"hello"))
    sink, boom = Sink(), LookupError("no buffer today")

    def give():
        raise boom

    sock = pynet.Socket(onread={"buffer": give, "callback": sink})
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    log.wait("close")
    assert (log.names, log["error"] is boom, sink.counts) == (["error", "close"], True, [])


def test_a_function_that_destroys_gets_no_callback(serving):
    srv = serving(lambda sock: sock.write(b"hello"))
    sink = Sink()
    sock = pynet.Socket(onread={"buffer": lambda: sock.destroy() and None, "callback": sink})
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    log.wait("close")
    assert (log.names, sink.counts) == (["close"], [])


def test_a_socket_destroyed_while_its_function_runs(serving):
    """From another thread, in the middle of a read."""
    srv = serving(lambda sock: sock.write(b"hello"))
    sink, buffer, asked, release = Sink(), bytearray(4), threading.Event(), threading.Event()

    def give():
        asked.set()
        release.wait(5)
        return buffer

    sock = pynet.Socket(onread={"buffer": give, "callback": sink})
    log = Recorder(sock, "error", "close")
    sock.connect(target(srv))
    assert asked.wait(5)
    sock.destroy()
    release.set()
    log.wait("close")
    assert (log.names, sink.counts) == (["close"], [])
    buffer.clear()


def test_a_function_that_pauses_loses_nothing(serving):
    srv = serving(lambda sock: sock.end(b"hello"))
    sink, asked = Sink(), []

    def give():
        asked.append(1)
        if len(asked) == 1:
            sock.pause()
        return bytearray(16)

    sock = pynet.Socket(onread={"buffer": give, "callback": sink})
    log = Recorder(sock, "pause", "close")
    sock.connect(target(srv))
    log.wait("pause")
    on_loop(lambda: None)
    assert sink.counts == []
    sock.resume()
    log.wait("close")
    assert sink.data == b"hello"


def test_what_unshift_queued_before_the_connection_does_not_stop_it(serving):
    srv = serving(lambda sock: sock.end(b"hello"))
    sink = Sink()
    sock = pynet.Socket(high_water_mark=1, onread={"buffer": bytearray(16), "callback": sink})
    log = Recorder(sock, "end", "close")
    sock.connect(target(srv))
    sock.unshift(b"a")
    wait_until(lambda: sink.data == b"hello")
    assert sock.read() == b"a"
    log.wait("close")


# --- a callback that raises ---


def test_what_the_callback_raises_goes_to_the_handler(pair, uncaught):
    boom, counts = ValueError("boom"), []

    def callback(nread, buffer):
        counts.append(nread)
        if len(counts) == 1:
            raise boom

    p = pair({"onread": {"buffer": bytearray(4), "callback": callback}})
    p.peer.write(b"01234567")
    assert wait_until(lambda: sum(counts) == 8)
    assert uncaught == [(boom, p.client)]
    assert p.client.destroyed is False


def test_what_the_callback_raises_destroys_the_socket_in_the_background(pair, monkeypatch):
    boom, reported, buffer = ValueError("boom"), [], bytearray(4)
    monkeypatch.setattr(threading, "excepthook", lambda args: reported.append(args.exc_value))

    def callback(nread, got):
        raise boom

    p = pair({"onread": {"buffer": buffer, "callback": callback}})
    log = Recorder(p.client, "error", "close")
    p.peer.write(b"01234567")
    log.wait("close")
    assert (reported, log.names) == ([boom], ["close"])
    buffer.clear()


def test_other_connections_go_on_when_a_callback_raises(serving, uncaught):
    """A client with a bad callback, next to one that is served by the same loop."""
    srv = serving(lambda sock: sock.pipe(sock))
    bad = pynet.Socket(onread={"buffer": bytearray(4), "callback": lambda: None})
    bad.connect(target(srv))
    bad.write(b"x")
    assert wait_until(lambda: uncaught)
    assert isinstance(uncaught[0][0], TypeError)
    with raw_client(srv) as client:
        client.sendall(b"still here")
        assert client.recv(100) == b"still here"
    bad.destroy()


@pytest.mark.parametrize("way", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("part", ["callback", "buffer"])
def test_what_ends_a_program_leaves_run(script, way, part):
    """KeyboardInterrupt and SystemExit do not count as errors of a connection."""
    done = script(
        f"""
        import pynet

        def leave(*args):
            raise {way.__name__}(3)

        def main():
            server = pynet.create_server(lambda sock: sock.on("error", print).write("x")).listen(0, "127.0.0.1")
            onread = {{"buffer": bytearray(4), "callback": print, "{part}": leave}}
            client = pynet.connect(server.address().port, onread=onread)
            client.on("error", lambda err: print("error", err))
            client.on("close", lambda had_error: server.close())

        try:
            pynet.run(main)
        except {way.__name__} as exc:
            print("left run", exc)
        """
    )
    assert (done.returncode, done.stdout) == (0, "left run 3\n"), done.stderr


# --- set or changed while it reads ---


def test_onread_buffer_function_that_connects_the_socket_anew(kind, tmp_path):
    """Once, libuv went on to read from the handle that had been closed."""
    ends_well(
        """
        kind, path = sys.argv[1:]
        accepted = []

        def on_connection(sock):
            sock.on("error", lambda err: None)   # the first one is reset
            sock.write(b"hello")
            accepted.append(sock)

        server = pynet.create_server(on_connection).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        where = {"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"}
        asked, got = [], []

        def buffer():
            asked.append(1)
            if len(asked) == 1:
                sock.destroy()
                sock.connect(where)
            return bytearray(100)

        sock = pynet.Socket(onread={"buffer": buffer, "callback": lambda n, buf: got.append(bytes(buf[:n]))})
        sock.connect(where)
        assert wait_until(lambda: got), (asked, got)
        assert got == [b"hello"]
        sock.destroy()
        for each in accepted:
            each.destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )


def test_onread_given_by_a_second_init_gets_what_is_read_next(kind, tmp_path):
    """Once, the bytes landed elsewhere, and the callback got a number larger than its buffer."""
    ends_well(
        """
        kind, path = sys.argv[1:]
        accepted = []
        server = pynet.create_server(accepted.append).listen(*((0, "127.0.0.1") if kind == "tcp" else (path,)))
        address = server.address()
        sock = pynet.connect({"path": address} if kind == "unix" else {"port": address.port, "host": "127.0.0.1"})
        got = []
        sock.on("data", lambda chunk: None)
        assert wait_until(lambda: accepted and not sock.connecting)
        buffer = bytearray(4)
        sock.__init__({"onread": {"buffer": buffer, "callback": lambda n, buf: got.append(bytes(buf[:n]))}})
        accepted[0].write(b"abcdefghij")
        assert wait_until(lambda: len(b"".join(got)) >= 10), got
        assert b"".join(got) == b"abcdefghij"
        assert max(map(len, got)) <= 4
        sock.destroy()
        accepted[0].destroy()
        server.close()
        print("well")
        """,
        kind,
        tmp_path / "s.sock",
    )


def test_onread_set_again_by_what_the_old_one_leaves_behind():
    """Once, the setting in the middle was lost, and never freed."""
    ends_well("""
        class Callback:
            def __init__(self, then=lambda: None):
                self.then = then
            def __call__(self, n, buf):
                pass
            def __del__(self):
                self.then()

        def onread(callback):
            return {"onread": {"buffer": bytearray(10), "callback": callback}}

        inner, freed = [Callback()], []
        weakref.finalize(inner[0], freed.append, 1)
        sock = pynet.Socket()
        sock.__init__(onread(Callback(lambda: sock.__init__(onread(inner.pop())))))
        sock.__init__(onread(Callback()))
        del sock
        gc.collect()
        assert freed == [1]
        print("well")
    """)
