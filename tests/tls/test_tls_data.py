"""What a Socket does with bytes, over TLS: reading in each way, writing, pipes."""

from __future__ import annotations

import asyncio
import hashlib
import threading

import pytest

import pynet
import pynet.aio
from helpers import on_loop, raw_client, run_coroutine, target, wait_until

BIG = bytes(range(256)) * 8192  # 2 MiB: many batches of the filter


@pytest.fixture
def plain_server():
    """A function that makes a listening server without TLS, on a port."""
    made = []

    def make(on_connection, **options):
        made.append(pynet.create_server(options, on_connection))
        return made[-1].listen(0, "127.0.0.1")

    yield make
    for srv in made:
        srv.shutdown(0)


def ended(sock):
    """Collects what comes, until the end: (bytearray, Event)."""
    got, over = bytearray(), threading.Event()
    sock.on("data", got.extend)
    sock.on("end", over.set)
    return got, over


def test_an_echo(secure_pair):
    p = secure_pair()
    p.peer.pipe(p.peer)
    p.client.write(b"hello")
    assert p.client.read_exactly(5, timeout=5) == b"hello"
    assert p.client.encrypted
    assert p.peer.encrypted
    assert p.client.authorized


def test_big_data_both_ways_at_once(secure_pair):
    p = secure_pair()
    (c, c_over), (s, s_over) = ended(p.client), ended(p.peer)
    p.client.end(BIG)
    p.peer.end(BIG[::-1])
    assert c_over.wait(20)
    assert s_over.wait(20)
    assert bytes(s) == BIG
    assert bytes(c) == BIG[::-1]


def test_bytes_read_and_written_count_the_user_s_bytes(secure_pair):
    p = secure_pair()
    got, over = ended(p.peer)
    p.client.end(b"x" * 100_000)
    assert over.wait(10)
    assert p.client.bytes_written == p.peer.bytes_read == len(got) == 100_000


@pytest.mark.parametrize("size", [1, 4095, 4096, 16383, 16384, 16385, 65536, 262144, 262145])
def test_one_write_of_each_size(secure_pair, size):
    p = secure_pair()
    got, over = ended(p.peer)
    data = BIG[:size]
    p.client.end(data)
    assert over.wait(10)
    assert bytes(got) == data


def test_many_small_writes_arrive_in_order(secure_pair):
    p = secure_pair()
    got, over = ended(p.peer)
    pieces = [b"%d," % i for i in range(5000)]

    def write():
        for piece in pieces:
            p.client.write(piece)
        p.client.end()

    on_loop(write)
    assert over.wait(10)
    assert bytes(got) == b"".join(pieces)


@pytest.mark.parametrize("form", [bytearray, memoryview, "str"])
def test_each_kind_of_chunk(secure_pair, form):
    p = secure_pair()
    got, over = ended(p.peer)
    if form == "str":
        p.client.write("é" * 9000)
        p.client.end("fin", "latin-1")
        wanted = ("é" * 9000).encode() + b"fin"
    else:
        data = bytearray(BIG[:70_000])
        p.client.write(form(data))
        data[:] = bytes(len(data))  # what was written is a copy
        p.client.end()
        wanted = BIG[:70_000]
    assert over.wait(10)
    assert bytes(got) == wanted


def test_a_mix_of_big_and_small_chunks_in_one_call(secure_pair):
    p = secure_pair()
    got, over = ended(p.peer)
    pieces = [b"a", BIG[:100_000], b"b" * 5000, bytearray(b"c" * 5000), b"", b"d", BIG[:4096], bytearray(BIG[:40_000])]
    with pynet.turn():
        for piece in pieces:
            p.client.write(piece)
        p.client.end()
    assert over.wait(10)
    assert bytes(got) == b"".join(pieces)


# --- before the connection, before the handshake ---


def test_what_is_written_before_the_connection_arrives(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    with pynet.turn():
        c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
        c.write(b"early ")
        c.write(BIG)
    try:
        assert c.read_exactly(6 + len(BIG), timeout=20) == b"early " + BIG
    finally:
        c.destroy()


def test_what_is_written_between_connection_and_handshake_arrives(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    c.once("connect", lambda: c.write(b"before the handshake"))
    try:
        assert c.read_exactly(20, timeout=5) == b"before the handshake"
    finally:
        c.destroy()


def test_early_writes_call_their_callbacks_after_secure_connect(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.resume())
    with pynet.turn():
        c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
        log = record(c, "connect", "secureConnect")
        c.write(b"1", log.note("first"))
        c.write(b"2", log.note("second"))
    log.wait("second")
    assert log.names == ["connect", "secureConnect", "first", "second"]
    assert log.args("first") == [(None,)]
    c.destroy()


def test_a_server_may_write_from_secure_connection(secure_server, client_context):
    server = secure_server()
    server.on("secureConnection", lambda sock: sock.end(b"welcome"))
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    assert c.read_exactly(7, timeout=5) == b"welcome"
    c.destroy()


# --- ways to read ---


def test_lines(secure_pair):
    p = secure_pair()
    p.client.end(b"one\ntwo\r\n" + b"x" * 50_000 + b"\nlast")
    assert list(p.peer.lines()) == [b"one", b"two", b"x" * 50_000, b"last"]


def test_read_until_and_exactly(secure_pair):
    p = secure_pair()
    p.client.write(b"head\r\n\r\n" + BIG[:100_000] + b"rest")
    assert p.peer.read_until(b"\r\n\r\n", timeout=5) == b"head\r\n\r\n"
    assert p.peer.read_exactly(100_000, timeout=5) == BIG[:100_000]
    assert p.peer.read_exactly(4, timeout=5) == b"rest"


def test_a_loop_over_the_chunks(secure_pair):
    p = secure_pair()
    over = threading.Event()

    def send():
        p.client.end(BIG)
        over.wait(30)

    thread = threading.Thread(target=send)
    thread.start()
    assert b"".join(p.peer) == BIG
    over.set()
    thread.join()


def test_asyncio_reads(secure_pair):
    p = secure_pair()

    async def talk():
        p.client.write(b"question\n")
        line = await p.peer.read_until(b"\n")
        p.peer.end(line.upper())
        return b"".join([chunk async for chunk in p.client])

    assert run_coroutine(talk()) == b"QUESTION\n"


def test_asyncio_tasks_read_and_write_at_once(secure_pair):
    p = secure_pair({"allow_half_open": True}, allow_half_open=True)

    async def talk():
        async def send(sock):
            for i in range(0, len(BIG), 65536):
                if not sock.write(BIG[i : i + 65536]):
                    await sock.drain()
            sock.end()

        async def receive(sock):
            return b"".join([chunk async for chunk in sock])

        both = await asyncio.gather(send(p.client), send(p.peer), receive(p.client), receive(p.peer))
        return both[2:]

    assert run_coroutine(talk()) == [BIG, BIG]


def test_set_encoding(secure_pair):
    p = secure_pair()
    p.peer.set_encoding("utf-8")
    got, over = [], threading.Event()
    p.peer.on("data", got.append)
    p.peer.on("end", over.set)
    text = "äöü€𝄞" * 3000
    data = text.encode()
    with pynet.turn():
        for i in range(0, len(data), 777):
            p.client.write(data[i : i + 777])
        p.client.end()
    assert over.wait(10)
    assert all(isinstance(piece, str) for piece in got)
    assert "".join(got) == text


@pytest.mark.parametrize("size", [1, 100, 5000, 100_000])
def test_onread_reads_into_the_buffer(secure_server, client_context, size):
    server = secure_server(lambda sock: sock.end(BIG[:300_001] if size > 1 else b"short"))
    buffer, got, over = bytearray(size), bytearray(), threading.Event()

    def on_chunk(n, buf):
        got.extend(buf[:n])

    c = pynet.connect(
        target(server),
        ssl=client_context,
        server_hostname="localhost",
        onread={"buffer": buffer, "callback": on_chunk},
    )
    c.on("end", over.set)
    assert over.wait(20)
    assert bytes(got) == (BIG[:300_001] if size > 1 else b"short")
    c.destroy()


def test_onread_that_returns_false_pauses(secure_server, client_context):
    server = secure_server(lambda sock: sock.end(BIG[:50_000]))
    got, over, paused = bytearray(), threading.Event(), threading.Event()

    def on_chunk(n, buf):
        got.extend(buf[:n])
        if len(got) == 1000:
            paused.set()
            return False
        return True

    c = pynet.connect(
        target(server),
        ssl=client_context,
        server_hostname="localhost",
        onread={"buffer": bytearray(1000), "callback": on_chunk},
    )
    c.on("end", over.set)
    assert paused.wait(5)
    on_loop(lambda: None)
    on_loop(lambda: None)
    assert len(got) == 1000
    assert c.is_paused()
    c.resume()
    assert over.wait(10)
    assert bytes(got) == BIG[:50_000]
    c.destroy()


# --- pause and resume ---


def test_pause_and_resume(secure_pair):
    p = secure_pair()
    got = bytearray()
    p.peer.on("data", got.extend)
    p.client.write(b"first")
    assert wait_until(lambda: got == b"first")
    p.peer.pause()
    p.client.write(b"second")
    for _ in range(20):
        on_loop(lambda: None)
    assert got == b"first"
    p.peer.resume()
    assert wait_until(lambda: got == b"firstsecond")


def test_pause_on_each_chunk_loses_nothing(secure_pair):
    p = secure_pair()
    got, over = bytearray(), threading.Event()

    def on_data(chunk):
        got.extend(chunk)
        p.peer.pause()
        pynet.set_immediate(p.peer.resume)

    p.peer.on("data", on_data)
    p.peer.on("end", over.set)
    p.client.end(BIG)
    assert over.wait(30)
    assert bytes(got) == BIG


def test_pause_on_connect(secure_server, client_context):
    peers = []
    server = secure_server(peers.append, pause_on_connect=True)
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    c.write(b"waits")
    assert wait_until(lambda: peers)
    assert peers[0].is_paused()
    got = bytearray()
    peers[0].on("data", got.extend)
    for _ in range(20):
        on_loop(lambda: None)
    assert got == b""
    peers[0].resume()
    assert wait_until(lambda: got == b"waits")
    c.destroy()


# --- pipes ---


def test_a_pipe_to_itself_with_much_data(secure_pair):
    p = secure_pair()
    p.peer.pipe(p.peer)
    got, over = ended(p.client)
    p.client.end(BIG)
    assert over.wait(30)
    assert hashlib.sha256(got).digest() == hashlib.sha256(BIG).digest()


@pytest.mark.parametrize("front_tls", [True, False])
@pytest.mark.parametrize("back_tls", [True, False])
def test_a_proxy_by_two_pipes(secure_server, plain_server, client_context, front_tls, back_tls):
    """TLS to plain, plain to TLS, TLS to TLS."""
    tls = {"ssl": client_context, "server_hostname": "localhost"}
    back = (secure_server if back_tls else plain_server)(lambda sock: sock.pipe(sock), allow_half_open=True)

    def forward(sock):
        onward = pynet.connect(target(back), allow_half_open=True, **(tls if back_tls else {}))
        sock.pipe(onward)
        onward.pipe(sock)
        sock.on("error", lambda err: onward.destroy())
        onward.on("error", lambda err: sock.destroy())

    front = (secure_server if front_tls else plain_server)(forward, allow_half_open=True)
    c = pynet.connect(target(front), allow_half_open=True, **(tls if front_tls else {}))
    got, over = ended(c)
    c.end(BIG)
    assert over.wait(30)
    assert bytes(got) == BIG
    c.destroy()


def test_a_pipe_waits_for_a_slow_destination(secure_pair, plain_server):
    """The sender hears of a receiver that does not read, through the pipe and through TLS."""
    secure, slow = secure_pair(), []
    onward = pynet.connect(target(plain_server(slow.append)))
    secure.peer.pipe(onward)
    assert wait_until(lambda: slow)
    slow[0].pause()
    sent = 0
    while secure.client.write(BIG[:65536]) and sent < 1000:
        sent += 1
    assert sent < 1000
    while secure.client.writable_length > 0 and sent < 400:
        secure.client.write(BIG[:65536])
        sent += 1
    assert wait_until(lambda: secure.client.writable_length > 0)
    slow[0].resume()
    assert wait_until(lambda: secure.client.writable_length == 0, timeout=20)
    onward.destroy()


# --- cork ---


def test_cork_sends_when_uncorked(secure_pair):
    p = secure_pair()
    got = bytearray()
    p.peer.on("data", got.extend)
    p.client.cork()
    p.client.write(b"a")
    p.client.write(b"b")
    for _ in range(10):
        on_loop(lambda: None)
    assert got == b""
    p.client.uncork()
    assert wait_until(lambda: got == b"ab")


def test_corked_writes_are_one_record(secure_pair, record):
    p = secure_pair()
    log = record(p.peer, "data")
    with pynet.turn():
        p.client.cork()
        for i in range(100):
            p.client.write(b"%02d" % i)
        p.client.uncork()
    log.wait_for(lambda: len(log.data()) == 200)
    assert len(log.args("data")) == 1


def test_cork_before_the_handshake(secure_server, client_context):
    peers = []
    server = secure_server(peers.append)
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    c.cork()
    c.write(b"held")
    c.wait("secureConnect", timeout=5)
    assert wait_until(lambda: peers)
    got = bytearray()
    peers[0].on("data", got.extend)
    for _ in range(10):
        on_loop(lambda: None)
    assert got == b""
    c.uncork()
    assert wait_until(lambda: got == b"held")
    c.destroy()


# --- threads ---


def test_threads_write_while_the_loop_reads(secure_pair):
    """The SSLObject releases the GIL, so calls of several threads and of the loop meet."""
    p = secure_pair()
    count, size, lines = 4, 300, 400
    p.peer.pipe(p.peer)
    got, over = ended(p.client)

    def write(number):
        for i in range(lines):
            p.client.write(b"%d:%d:" % (number, i) + b"." * size + b"\n")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    p.client.end()
    assert over.wait(30)
    seen = [line.split(b":") for line in bytes(got).splitlines()]
    assert len(seen) == count * lines
    for number in range(count):
        mine = [int(i) for n, i, _ in seen if int(n) == number]
        assert mine == list(range(lines))


def test_threads_write_big_chunks_while_the_loop_reads(secure_pair):
    p = secure_pair()
    (c, c_over), (s, s_over) = ended(p.client), ended(p.peer)
    chunk = BIG[:200_000]
    written = threading.Barrier(5)

    def write(sock):
        for _ in range(8):
            sock.write(chunk)
        written.wait(30)
        c_over.wait(30)
        s_over.wait(30)

    threads = [threading.Thread(target=write, args=(sock,)) for sock in (p.client, p.peer) for _ in range(2)]
    for thread in threads:
        thread.start()
    written.wait(30)
    p.client.end()
    p.peer.end()
    assert c_over.wait(30)
    assert s_over.wait(30)
    for thread in threads:
        thread.join()
    assert bytes(c) == bytes(s) == chunk * 16


def test_a_thread_waits_for_its_answer_many_times(secure_pair):
    p = secure_pair()
    p.peer.pipe(p.peer)
    for i in range(300):
        message = b"%06d" % i
        p.client.write(message)
        assert p.client.read_exactly(6, timeout=5) == message


# --- idle timeout ---


def test_set_timeout(secure_pair, record):
    p = secure_pair()
    log = record(p.client, "timeout")
    p.client.set_timeout(50)
    log.wait("timeout")
    p.client.set_timeout(0)


# --- loops over a server ---


def test_a_loop_over_a_server_gives_connections_after_the_handshake(bare, server_context, client_context):
    server = bare(ssl=server_context)
    clients = [pynet.connect(target(server), ssl=client_context, server_hostname="localhost") for _ in range(3)]
    for c in clients:
        c.end(b"hello")
        c.resume()
    got = []
    for sock in server:
        assert sock.get_protocol() == "TLSv1.3"
        got.append(sock.read_exactly(5, timeout=5))
        sock.end()
        sock.resume()
        if len(got) == 3:
            break
    assert got == [b"hello"] * 3


def test_accept_gives_a_connection_after_the_handshake(bare, server_context, client_context):
    server = bare(ssl=server_context)
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    sock = server.accept(timeout=5)
    assert sock.get_cipher() is not None
    c.write(b"x")
    assert sock.read_exactly(1, timeout=5) == b"x"
    c.destroy()


def test_accept_passes_over_a_client_that_fails(bare, server_context, client_context):
    server = bare(ssl=server_context)
    plain = raw_client(server)
    plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
    c = pynet.connect(target(server), ssl=client_context, server_hostname="localhost")
    c.write(b"x")
    assert server.accept(timeout=5).read_exactly(1, timeout=5) == b"x"
    plain.close()
    c.destroy()
