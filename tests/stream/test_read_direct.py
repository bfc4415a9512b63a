"""A thread that waits to read from a socket reads it itself; the loop reads when a listener or another reader comes."""

from __future__ import annotations

import socket
import sys
import threading
import time

import pytest

import isolated
import pynet
from helpers import Recorder, run_coroutine, two_turns, wait_until, waits
from pipe_names import raw_socket

MESSAGES = 300


def counts(name):
    return pynet._pynet._counts()[name]


def in_thread(function, *args):
    """Runs it in a thread of its own, once it waits; gives (the thread, what it has returned or raised)."""
    got = []

    def work():
        try:
            got.append(function(*args))
        except BaseException as error:  # looked at by the test
            got.append(error)

    before = waits()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    assert wait_until(lambda: waits() > before)
    return thread, got


def outcome(waiting):
    thread, got = waiting
    thread.join(5)
    assert got, "the thread still waits"
    return got[0]


def read_one(sock, raw, data=b"1"):
    """A thread waits for one byte and reads what comes, all of it."""
    waiting = in_thread(sock.read_exactly, 1)
    assert counts("direct") == 1
    raw.sendall(data)
    assert outcome(waiting) == data[:1]


@pytest.fixture
def raw_pair(bare):
    """A function that gives (socket of a server, the socket.socket at its other end); its answers come at once."""
    opened = []

    def make(**options):
        server = bare(**options)
        address = server.address()
        if isinstance(address, str):
            raw = raw_socket(address)
            raw.connect(address)
        else:
            raw = socket.create_connection(address[:2])
        raw.settimeout(5)
        sock = server.accept(timeout=5)
        opened.extend([raw, sock])
        return sock, raw

    yield make
    for each in opened:
        (each.destroy if isinstance(each, pynet.Socket) else each.close)()


# --- without the loop ---


@pytest.mark.posix_only("a thread that waits does not read itself")
@pytest.mark.parametrize(
    "read",
    [
        lambda sock: sock.read_exactly(6, timeout=5),
        lambda sock: sock.read_until("\n", timeout=5),
        lambda sock: next(iter(sock)),
        lambda sock: next(iter(sock.lines(keep_ends=True, timeout=5))),
    ],
    ids=["exactly", "until", "chunk", "line"],
)
def test_messages_need_no_turn_of_the_loop(raw_pair, read):
    sock, raw = raw_pair()
    read_one(sock, raw)
    turns = counts("turns")
    for _ in range(MESSAGES):
        raw.sendall(b"12345\n")
        assert read(sock) == b"12345\n"
        sock.write(b"ok")
        assert raw.recv(2) == b"ok"
    assert counts("turns") - turns < MESSAGES / 2


def test_one_loop_over_chunks_needs_no_turn(raw_pair):
    sock, raw = raw_pair()
    read_one(sock, raw)
    chunks = iter(sock.iterator(timeout=5))
    turns = counts("turns")
    for _ in range(MESSAGES):
        raw.sendall(b"x")
        assert next(chunks) == b"x"
    assert counts("turns") - turns < MESSAGES / 2
    chunks.close()


def test_the_bytes_are_counted(raw_pair):
    sock, raw = raw_pair()
    read_one(sock, raw, b"123456")
    assert (sock.bytes_read, sock.readable_length) == (6, 5)


def test_big_reads_are_whole(raw_pair):
    sock, raw = raw_pair()
    data = bytes(range(256)) * 8192
    sender = threading.Thread(target=raw.sendall, args=(data,))
    sender.start()
    assert sock.read_exactly(len(data), timeout=10) == data
    sender.join()


def test_what_is_left_over_is_read_by_others(raw_pair):
    sock, raw = raw_pair()
    raw.sendall(b"12345")
    assert sock.read_exactly(2, timeout=5) == b"12"
    assert sock.read() == b"345"


def test_the_end_ends_a_loop(raw_pair):
    sock, raw = raw_pair()
    waiting = in_thread(b"".join, sock)
    raw.sendall(b"all")
    raw.close()
    assert outcome(waiting) == b"all"


@pytest.mark.posix_only("a thread that waits does not read itself")
def test_the_end_before_all_was_read(raw_pair):
    sock, raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 4)
    assert wait_until(lambda: counts("direct") == 1)
    raw.sendall(b"abc")
    raw.close()
    error = outcome(waiting)
    assert isinstance(error, pynet.IncompleteReadError)
    assert error.partial == b"abc"


@pytest.mark.parametrize("kind", ["tcp"], indirect=True)
def test_a_reset_is_raised(raw_pair):
    sock, raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 4)
    assert wait_until(lambda: counts("direct") == 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raw.close()
    error = outcome(waiting)
    assert isinstance(error, ConnectionResetError)
    assert (error.code, error.syscall) == ("ECONNRESET", "read")


def test_a_timeout_loses_nothing(raw_pair):
    sock, raw = raw_pair()
    raw.sendall(b"ab")
    with pytest.raises(TimeoutError):
        sock.read_exactly(4, timeout=0.05)
    raw.sendall(b"cd")
    assert sock.read_exactly(4, timeout=5) == b"abcd"


def test_what_is_read_is_activity(raw_pair):
    """The idle timer starts again with each read, also with those of threads."""
    sock, raw = raw_pair()
    fired = []
    sock.set_timeout(300, lambda: fired.append(True))
    begun = last = time.monotonic()
    while last - begun < 0.7:
        read_one(sock, raw)
        before, last = last, time.monotonic()
        if last - before > 0.2:  # the machine is busy: begins again
            begun = last
            sock.set_timeout(300)
            fired.clear()
    assert not fired


# --- the loop goes on ---


@pytest.mark.parametrize("event", ["end", "close", "data", "readable"])
def test_a_listener_ends_it(raw_pair, event):
    sock, raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 4)
    assert wait_until(lambda: counts("direct") == 1)
    heard = Recorder(sock, event)
    assert counts("direct") == 0
    raw.sendall(b"1234")
    assert outcome(waiting) == b"1234"
    if event in ("data", "readable"):
        heard.wait(event)


@pytest.mark.parametrize("event", ["error", "timeout", "drain", "lookup"])
def test_other_listeners_do_not(raw_pair, event):
    sock, raw = raw_pair()
    sock.on(event, print)
    waiting = in_thread(sock.read_exactly, 4)
    assert counts("direct") == 1
    raw.sendall(b"1234")
    assert outcome(waiting) == b"1234"


def test_an_encoding_ends_it(raw_pair):
    sock, raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 2)
    assert wait_until(lambda: counts("direct") == 1)
    sock.set_encoding("utf8")
    assert counts("direct") == 0
    raw.sendall("äö".encode())
    assert outcome(waiting) == "äö"


def test_another_thread_that_reads_ends_it(raw_pair):
    sock, raw = raw_pair()
    first = in_thread(sock.read_exactly, 2)
    assert wait_until(lambda: counts("direct") == 1)
    second = in_thread(sock.read_exactly, 2)
    assert counts("direct") == 0
    raw.sendall(b"abcd")
    assert (outcome(first), outcome(second)) == (b"ab", b"cd")


def test_a_task_that_reads_ends_it(raw_pair):
    sock, raw = raw_pair()
    first = in_thread(sock.read_exactly, 2)
    assert wait_until(lambda: counts("direct") == 1)

    async def main():
        raw.sendall(b"abcd")
        return await sock.read_exactly(2)

    second = run_coroutine(main())
    assert (outcome(first), second) == (b"ab", b"cd")


def test_a_pipe_ends_it(raw_pair):
    sock, raw = raw_pair()
    read_one(sock, raw)
    sock.pipe(sock)
    raw.sendall(b"234")
    assert raw.recv(3) == b"234"


def test_resume_ends_it(raw_pair):
    sock, raw = raw_pair()
    read_one(sock, raw)
    sock.resume()
    raw.sendall(b"234")
    assert wait_until(lambda: sock.bytes_read == 4)
    assert sock.readable_length == 0


def test_unshift_wakes_the_thread(raw_pair):
    sock, raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 4)
    sock.unshift(b"1234")
    assert outcome(waiting) == b"1234"


def test_destroy_wakes_the_thread(raw_pair):
    sock, _raw = raw_pair()
    waiting = in_thread(sock.read_exactly, 4)
    sock.destroy(ValueError("mine"))
    assert repr(outcome(waiting)) == "ValueError('mine')"
    assert counts("direct") == 0


def test_an_end_that_no_thread_meets_is_noticed(raw_pair):
    sock, raw = raw_pair()
    read_one(sock, raw)
    raw.close()
    assert wait_until(lambda: sock.destroyed)
    assert counts("direct") == 0


def test_what_no_thread_reads_is_read_up_to_the_mark(raw_pair):
    sock, raw = raw_pair(high_water_mark=4)
    read_one(sock, raw)
    raw.sendall(b"2345")
    assert wait_until(lambda: sock.readable_length == 4)


def test_another_connection_is_read_anew(server):
    """connect() after the end: a new connection, which threads read as the first."""
    peers = []
    srv = server(peers.append)
    sock = pynet.connect(srv.address())
    for n in range(3):
        waiting = in_thread(sock.read_exactly, 5)
        assert wait_until(lambda: len(peers) > n)  # noqa: B023
        assert wait_until(lambda: counts("direct") == 1 or n == 0)  # noqa: B023
        peers[n].write("hello")
        assert outcome(waiting) == b"hello"
        sock.destroy()
        sock.wait("close", timeout=5)
        sock.connect(srv.address())
        sock.wait("connect", timeout=5)
    sock.destroy()


# --- forced switches ---


@pytest.fixture
def switches():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def listen_and_leave(sock):
    sock.on("close", print)
    sock.off("close", print)


def hear_readable(sock):
    sock.on("readable", print)
    two_turns()
    sock.off("readable", print)


def listen_for_data(sock):
    """The wait takes no chunk: it is over before the loop can give it one."""
    with pynet.turn():
        pynet.once(sock, "end").cancel()


def encode(sock):
    sock.set_encoding("latin1")


DISTURBANCES = [
    lambda sock: None,
    listen_and_leave,
    listen_for_data,
    hear_readable,
    lambda sock: sock.read(0),
    lambda sock: sock.pause(),
    lambda sock: sock.unshift(""),
]


@pytest.mark.usefixtures("switches")
@pytest.mark.parametrize("readers", [1, 3])
@pytest.mark.parametrize("seed", range(4))
def test_every_message_comes_once_and_in_order(raw_pair, readers, seed):
    """Threads read numbers, beside one that brings in listeners and other ways of reading, and later an encoding."""
    import random

    rng = random.Random(seed)
    sock, raw = raw_pair(high_water_mark=rng.choice([16, 65536]))
    total = 1200
    stream = b"".join(b"%07d\n" % n for n in range(total))
    got = [[] for _ in range(readers)]
    ways = [
        lambda: sock.read_exactly(8),
        lambda: sock.read_until("\n"),
        lambda: next(iter(sock.lines(keep_ends=True))),
    ]

    def read(mine, way):
        try:
            while True:
                mine.append(int(way()))
        except (pynet.IncompleteReadError, StopIteration):
            pass

    threads = [threading.Thread(target=read, args=(got[i], rng.choice(ways)), daemon=True) for i in range(readers)]
    for thread in threads:
        thread.start()
    at = 0
    encoded = rng.randrange(total * 8) if seed % 2 else None
    while at < len(stream):
        n = rng.randrange(1, 200)
        raw.sendall(stream[at : at + n])
        at += n
        rng.choice(DISTURBANCES)(sock)
        if encoded is not None and at > encoded:
            encoded = None
            encode(sock)
    raw.shutdown(socket.SHUT_WR)
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert all(mine == sorted(mine) for mine in got)
    assert sorted(sum(got, [])) == list(range(total))


# --- the loop and the process ---


def test_run_goes_on_while_a_thread_reads():
    out = isolated.check("""
        import threading, pynet
        server = pynet.create_server(lambda s: None)
        def main():
            server.listen(0, "127.0.0.1")
            client = pynet.connect(server.address().port, "127.0.0.1")
            def read():
                peer = server.accept()
                server.close()
                client.write("1")
                assert peer.read_exactly(1) == b"1"
                pynet.set_timeout(client.write, 300, "2")
                print(peer.read_exactly(1), peer in [what for what, _why in pynet.active()])
                peer.destroy()
                client.destroy()
            threading.Thread(target=read).start()
        pynet.run(main)
        print("over")
        """)
    assert out == "b'2' True\nover\n"


def test_unref_lets_run_return():
    out = isolated.check("""
        import threading, pynet
        server = pynet.create_server().listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        peer = server.accept()
        pynet.set_timeout(client.write, 20, "1")
        assert peer.read_exactly(1) == b"1"
        for each in (server, client, peer):
            each.unref()
        pynet.run()
        print("over")
        """)
    assert out == "over\n"


def test_the_exit_wakes_the_thread():
    out = isolated.check("""
        import threading, pynet
        server = pynet.create_server().listen(0, "127.0.0.1")
        server.unref()
        client = pynet.connect(server.address().port, "127.0.0.1")
        peer = server.accept()
        def read():
            try:
                peer.read_exactly(1)
            except pynet.NetError as error:
                print(error.code, flush=True)
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        while pynet._pynet._counts()["direct"] == 0:
            pass
        import atexit
        atexit._run_exitfuncs()
        thread.join(5)
        """)
    assert out == "ERR_LOOP_CLOSED\n"


def test_ctrl_c_ends_the_wait():
    out = isolated.check("""
        import os, signal, threading, pynet
        server = pynet.create_server().listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        peer = server.accept()
        def interrupt():
            while pynet._pynet._counts()["direct"] == 0:
                pass
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=interrupt, daemon=True).start()
        try:
            peer.read_exactly(1)
        except KeyboardInterrupt:
            print("interrupted")
        client.write("x")
        print(peer.read_exactly(1, timeout=5))
        client.destroy(); peer.destroy(); server.close()
        """)
    assert out == "interrupted\nb'x'\n"


def test_a_handler_that_forks_within_the_wait():
    out = isolated.check("""
        import os, signal, threading, warnings, pynet
        warnings.simplefilter("ignore")
        server = pynet.create_server().listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        peer = server.accept()
        def handler(*args):
            if os.fork() == 0:
                try:
                    peer.read_exactly(1)
                except pynet.NetError as error:
                    os.write(1, f"child {error.code}\\n".encode())
                os._exit(0)
            os.wait()
            client.write("x")
        signal.signal(signal.SIGUSR1, handler)
        def interrupt():
            while pynet._pynet._counts()["direct"] == 0:
                pass
            os.kill(os.getpid(), signal.SIGUSR1)
        threading.Thread(target=interrupt, daemon=True).start()
        print(peer.read_exactly(1, timeout=5))
        client.destroy(); peer.destroy(); server.close()
        """)
    assert out == "child ERR_FORKED\nb'x'\n"


def test_the_child_of_a_fork_reads_its_own_sockets():
    out = isolated.check("""
        import os, threading, warnings, pynet
        warnings.simplefilter("ignore")
        def talk():
            server = pynet.create_server().listen(0, "127.0.0.1")
            client = pynet.connect(server.address().port, "127.0.0.1")
            peer = server.accept()
            for _ in range(3):
                pynet.set_timeout(client.write, 1, "x")
                assert peer.read_exactly(1, timeout=5) == b"x"
            return server, client, peer
        mine = talk()
        if os.fork() == 0:
            theirs = talk()
            del mine
            os.write(1, b"child\\n")
            os._exit(0)
        os.wait()
        mine[1].write("y")
        print(mine[2].read_exactly(1, timeout=5))
        for each in mine[1:]: each.destroy()
        mine[0].close()
        """)
    assert out == "child\nb'y'\n"


def test_without_descriptors_the_loop_reads():
    out = isolated.check("""
        import os, resource, threading, pynet
        server = pynet.create_server().listen(0, "127.0.0.1")
        client = pynet.connect(server.address().port, "127.0.0.1")
        peer = server.accept()
        client.write("x")
        assert client.wait("connect", 5) is None
        held = []
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        try:
            while True:
                held.append(os.dup(0))
        except OSError:
            pass
        results = []
        def read():
            results.append(peer.read_exactly(2, timeout=5))
        threads = [threading.Thread(target=read) for _ in range(10)]  # more than there are kept descriptors
        for thread in threads: thread.start()
        client.write("x" * 19)
        for thread in threads: thread.join(10)
        print(results == [b"xx"] * 10)
        for fd in held: os.close(fd)
        client.destroy(); peer.destroy(); server.close()
        """)
    assert out == "True\n"
