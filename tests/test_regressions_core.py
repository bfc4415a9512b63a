"""Crashes, lost callbacks and wrong answers that were found once, each by the smallest scenario that showed it."""

from __future__ import annotations

import gc
import socket
import threading

import pytest

import pynet
from helpers import Recorder, connected_pair, on_loop, target, wait_until


@pytest.fixture
def silent():
    """A listening socket of Python's own, whose connections nobody reads; (host, port) to connect to."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    yield listener.getsockname()[:2]
    listener.close()


@pytest.fixture
def refused():
    """(host, port) of a port that is taken and not listened to."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    yield bound.getsockname()
    bound.close()


class Chain:
    """Garbage in a cycle: what it was given is called when it is collected."""

    def __init__(self, last_words):
        self.last_words, self.me = last_words, self

    def __del__(self):
        self.last_words()


# Run in a process of its own: collects garbage at the next allocation of a container, wherever that is (from Python
# 3.12 on, when Python code runs next after it).
GARBAGE = """
import gc, socket, pynet

class Chain:
    def __init__(self, last_words):
        self.last_words, self.me = last_words, self
    def __del__(self):
        self.last_words()

gc.disable()

def collect_soon(last_words):
    gc.collect()
    Chain(last_words)
    gc.set_threshold(1, 1, 1)
    gc.enable()
"""


# --- pipes ---


def test_an_unpipe_listener_may_take_out_the_next_pipe(pair, silent):
    p = pair()
    others = [pynet.connect(silent[1], silent[0]) for _ in range(3)]
    for other in others:
        p.client.pipe(other, end=False)
    told = Recorder(others[0], "unpipe")

    def unpipe_all(*args):
        for other in others[1:]:
            p.client.unpipe(other)

    others[0].on("unpipe", unpipe_all)
    closed = Recorder(p.client, "close")
    p.peer.end()
    told.wait("unpipe")
    closed.wait("close")
    for other in others:
        other.destroy()


def test_a_refused_chunk_may_collect_garbage_that_unpipes(script):
    done = script(
        GARBAGE
        + """
peers, clients = [], []
server = pynet.create_server(peers.append)

def main():
    server.listen(0, "127.0.0.1", connect)

def connect():
    for _ in range(3):
        clients.append(pynet.connect(server.address().port, "127.0.0.1", connected))

def connected():
    if len(peers) < 3 or any(client.pending for client in clients):
        pynet.set_timeout(connected, 1)
    elif not source_events:
        source_events.append("data")
        source, *others = clients
        source.once("data", data)
        for other in others:
            other.on("error", lambda err: print("error", err.code))
            source.pipe(other)
        for peer in peers:
            peer.write(b"hello")

source_events = []

def data(chunk):
    pynet.set_timeout(pynet.stop, 20)
    clients[1].end()
    collect_soon(clients[0].unpipe)

pynet.run(main)
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "error ERR_STREAM_WRITE_AFTER_END\n", "")


def test_what_a_pause_listener_of_a_pipe_raises_is_uncaught(script):
    done = script("""
        import socket, threading, pynet

        def pause():
            raise LookupError("paused")

        def on_connection(sock):
            if not ends:
                ends.append(sock)
                return
            sock.on("pause", pause)
            sock.pipe(ends[0])

        ends = []
        server = pynet.create_server(on_connection)
        raw = []

        def main():
            server.listen(0, "127.0.0.1")
            for _ in range(2):
                raw.append(socket.create_connection(server.address()[:2]))
            threading.Thread(target=feed, daemon=True).start()

        def feed():
            try:
                while True:
                    raw[1].sendall(bytes(1 << 20))   # nobody reads raw[0]
            except OSError:
                pass

        try:
            pynet.run(main)
        except LookupError as err:
            print("raised", err)
    """)
    assert done.stdout == "raised paused\n"


# --- connecting anew ---


def test_a_connection_made_at_once_after_destroy_sends(silent):
    host, port = silent
    log, connected, answered = [], threading.Event(), threading.Event()
    sock = pynet.connect(port, host, connected.set)
    assert connected.wait(5)

    def again():
        sock.write(bytes(20_000_000), lambda err: log.append(("big", err.code)))
        sock.write(b"behind", lambda err: log.append(("behind", err.code)))
        pynet.set_immediate(reconnect)

    def reconnect():
        sock.destroy()
        sock.connect(port, host)
        assert log == []
        sock.write(b"hello", lambda err: (log.append(("hello", err)), answered.set()))

    on_loop(again)
    assert answered.wait(5), log
    assert log == [("big", "ECANCELED"), ("behind", "ECANCELED"), ("hello", None)]
    sock.destroy()


def test_callbacks_of_a_connection_that_never_was_are_answered(silent):
    host, port = silent
    log = []
    sock = pynet.Socket()

    def twice():
        sock.connect(port, host)
        sock.write(b"a", lambda err: log.append(("a", err.code)))
        sock.end(callback=lambda err: log.append(("end", err.code)))
        sock.destroy()
        sock.connect(port, host)
        sock.write(b"b", lambda err: (log.append(("b", err)), sock.destroy()))

    closed = Recorder(sock, "close")
    on_loop(twice)
    closed.wait("close", times=1)
    assert wait_until(lambda: len(log) == 3)
    never = "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"
    assert log == [("a", never), ("end", never), ("b", None)]


def test_the_close_of_the_connection_before_tells_of_its_error(silent):
    host, port = silent
    sock = pynet.connect(port, host)
    events = Recorder(sock, "connect", "error", "close")

    def again():
        sock.destroy(LookupError("mine"))
        sock.connect(port, host)

    sock.once("connect", again)
    events.wait("connect", times=2)
    events.wait("close")
    assert events.args("close") == [(True,)]
    sock.destroy()
    events.wait("close", times=2)
    assert events.args("close") == [(True,), (False,)]


def test_an_end_that_waits_to_be_told_is_not_told_to_the_next_connection(pair):
    p = pair()
    events = Recorder(p.client, "connect", "end", "finish")
    p.client.resume()
    on_loop(p.client.pause)

    def again():
        p.client.destroy()
        p.client.connect(target(p.server))

    p.client.on("data", lambda chunk: again())  # the tick of `end` is queued already
    p.peer.end(b"x")
    assert wait_until(lambda: p.client.bytes_read == 1)
    for _ in range(3):  # the end is read behind the chunk, and kept as well
        on_loop(lambda: None)
    on_loop(p.client.resume)
    events.wait("connect")
    on_loop(lambda: None)
    assert events.names == ["connect"]
    assert p.client.ready_state == "open"


def test_a_callback_of_a_dead_socket_may_connect_it_and_write(silent):
    host, port = silent
    log, connected = [], threading.Event()
    sock = pynet.connect(port, host, connected.set)
    assert connected.wait(5)

    def reconnect(err):
        log.append(("first", err.code))
        sock.connect(port, host)
        sock.write(b"new", lambda err: log.append(("new", err)))

    def fail():
        sock.write(bytes(20_000_000), reconnect)
        sock.write(b"2", lambda err: log.append(("second", err.code)))
        sock.write(b"3", lambda err: log.append(("third", err.code)))
        pynet.set_immediate(sock.destroy)

    on_loop(fail)
    assert wait_until(lambda: len(log) == 4)
    assert log == [("first", "ECANCELED"), ("second", "ECANCELED"), ("third", "ECANCELED"), ("new", None)]
    sock.destroy()


def test_a_new_listener_listener_may_destroy_the_socket_that_connects(silent):
    host, port = silent
    sock = pynet.Socket()
    sock.once("newListener", lambda *args: sock.destroy())
    sock.connect(port, host, lambda: None)
    assert (sock.destroyed, sock.connecting) == (True, False)
    closed = threading.Event()
    sock.on("close", lambda had_error: closed.set())
    assert closed.wait(5)


def test_a_new_listener_listener_may_listen_first():
    server = pynet.create_server()
    server.once("newListener", lambda *args: server.listen(0, "127.0.0.1"))
    with pytest.raises(pynet.NetError) as caught:
        server.listen(0, "127.0.0.1", lambda: None)
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"
    server.close()


@pytest.mark.parametrize("delay", [float("inf"), 1e300, float("nan"), -1, 10**400])
def test_any_keep_alive_delay_is_taken_by_connect(pair, delay):
    p = pair({"keep_alive": True, "keep_alive_initial_delay": delay})
    p.client.destroy()
    p.client.connect({**target(p.server), "keep_alive": True, "keep_alive_initial_delay": delay})


# --- errors while an error is made ---


# Run in a process of its own: what an error's class does when the loop makes the error. A collection of garbage does
# the same unasked, but from Python 3.12 on never in the midst of C.
MAKING = """
import pynet

def when_made(kind, act):
    def init(self, *args):
        print("made")
        act(self)
        OSError.__init__(self, *args)
    kind.__init__ = init
"""


def test_a_connect_error_may_destroy_its_socket_while_it_is_made(script, refused):
    done = script(
        MAKING
        + f"""
sock, errors = pynet.Socket(), []
when_made(pynet.NetConnectionRefusedError, lambda err: (errors.append(err), sock.destroy()))
sock.on("connectionAttemptFailed", lambda *args: print("failed"))
sock.on("error", lambda err: print("error", err))
sock.on("close", lambda had_error: print("close", had_error, errors[0].address))
pynet.run(lambda: sock.connect({refused[1]}, "127.0.0.1"))
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "made\nclose False 127.0.0.1\n", "")


def test_a_lookup_error_may_destroy_its_socket_while_it_is_made(script):
    done = script(
        MAKING
        + """
sock = pynet.Socket()
when_made(pynet.NetLookupError, lambda err: sock.destroy())
sock.on("lookup", lambda *args: print("lookup"))
sock.on("error", lambda err: print("error", err))
sock.on("close", lambda had_error: print("close", had_error))
pynet.run(lambda: sock.connect(80, "".join(["no-such", "-host", ".invalid"])))
"""
    )
    assert (done.returncode, done.stdout, done.stderr[-500:]) == (0, "made\nclose False\n", "")


# --- after an uncaught exception ---


def test_write_callbacks_behind_one_that_raises_come_with_the_next_run(script):
    done = script("""
        import socket, threading, pynet

        listener = socket.create_server(("127.0.0.1", 0))

        def drain():
            peer = listener.accept()[0]
            while peer.recv(1 << 20):
                pass

        threading.Thread(target=drain, daemon=True).start()

        def raises(err):
            raise LookupError("first")

        def connected():
            sock.write(bytes(20_000_000), raises)
            sock.write(b"x", lambda err: (print("second", err), sock.destroy()))

        def main():
            global sock
            sock = pynet.connect(listener.getsockname()[1], "127.0.0.1", connected)

        try:
            pynet.run(main)
        except LookupError:
            print("raised")
        pynet.run()
    """)
    assert done.stdout == "raised\nsecond None\n"


def test_buffered_data_behind_a_listener_that_raises_comes_with_the_next_run(script):
    done = script("""
        import pynet

        chunks = []

        def data(chunk):
            chunks.append(chunk)
            if len(chunks) == 1:
                raise LookupError("first")

        def on_connection(peer):
            peer.write(b"a")
            pynet.set_timeout(peer.write, 5, b"b")
            pynet.set_timeout(peer.end, 10, b"c")

        def main():
            global sock
            server.listen(0, "127.0.0.1")
            sock = pynet.connect(server.address().port, "127.0.0.1", lambda: pynet.set_immediate(pause))

        def pause():
            sock.pause()
            sock.on("data", data)
            sock.on("end", lambda: print("end", b"".join(chunks)))
            sock.on("close", lambda had_error: server.close())
            resume_when_read()

        def resume_when_read():
            sock.resume() if sock.bytes_read == 3 else pynet.set_timeout(resume_when_read, 1)

        server = pynet.create_server(on_connection)
        try:
            pynet.run(main)
        except LookupError:
            print("raised", chunks)
        pynet.run()
    """)
    assert done.stdout == "raised [b'a']\nend b'abc'\n"


def test_nothing_is_called_after_the_first_uncaught_exception_of_a_turn(script, silent):
    done = script(f"""
        import pynet

        log = []

        def raises(name):
            def callback(err):
                log.append(name)
                raise LookupError(name)
            return callback

        def main():
            sock = pynet.connect({silent[1]}, "127.0.0.1")
            sock.on("close", lambda had_error: log.append("close"))
            sock.write(b"a", raises("a"))
            sock.write(b"b", raises("b"))
            sock.end(raises("end"))
            sock.destroy()

        for _ in range(4):
            try:
                pynet.run(main if not log else None)
                print(log)
            except LookupError as err:
                print("raised", err, log)
    """)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "raised a ['close', 'a']",
        "raised b ['close', 'a', 'b']",
        "raised end ['close', 'a', 'b', 'end']",
        "['close', 'a', 'b', 'end']",
    ]


def test_a_held_error_that_run_raises_is_not_followed_by_close_in_its_turn(script, refused):
    done = script(f"""
        import pynet

        log = []
        sock = pynet.connect({refused[1]}, "127.0.0.1")
        sock.on("close", log.append)
        try:
            pynet.run()
        except ConnectionRefusedError:
            print("raised", log)
        pynet.run()
        print(log)
    """)
    assert done.stdout == "raised []\n[True]\n"


# --- servers ---


@pytest.mark.parametrize("limit", [10**400, float("inf"), float("nan")])
def test_a_limit_beyond_all_numbers_is_none(server, limit):
    accepted = threading.Event()
    srv = server(lambda sock: (sock.destroy(), accepted.set()))
    srv.max_connections = limit
    client = pynet.connect(target(srv))
    assert accepted.wait(5)
    assert srv.max_connections is limit
    client.destroy()


def test_the_limit_is_read_once():
    class Number(int):
        def __float__(self):
            raise LookupError("asked again") if asked else asked.append(self) or 5.0

    asked: list = []
    p = connected_pair((0, "127.0.0.1"), {}, {})
    p.server.max_connections = Number(5)
    more = Recorder(p.server, "connection")
    other = pynet.connect(target(p.server))
    more.wait("connection")
    more["connection"].destroy()
    other.destroy()
    p.close()


def test_each_error_of_a_server_without_a_listener_reaches_the_one_that_comes(silent):
    server = pynet.create_server()
    with pynet.turn():
        for _ in range(3):
            server.listen(silent[1], silent[0])
    on_loop(lambda: None)
    errors = Recorder(server, "error").wait("error", times=3)
    assert [args[0].code for args in errors.args("error")] == ["EADDRINUSE"] * 3


# --- memory ---


def test_long_chains_are_freed_without_deep_recursion(script):
    done = script("""
        import gc, time, pynet

        socks = [pynet.Socket() for _ in range(200_000)]
        with pynet.turn():
            for source, destination in zip(socks, socks[1:]):
                source.pipe(destination)
        done = []
        pynet.next_tick(done.append, 1)
        while not done:
            time.sleep(0.001)
        gc.disable()
        head = socks[0]
        socks.clear()
        del source, destination, head
        emitter = pynet.EventEmitter()
        for _ in range(200_000):
            outer = pynet.EventEmitter()
            outer.on("x", emitter.on("y"))
            emitter = outer
        del outer, emitter
        print(pynet._pynet._counts()["sockets"])
    """)
    assert (done.returncode, done.stdout) == (0, "0\n")


def test_garbage_with_last_words_is_harmless_while_a_socket_dies(pair):
    p = pair()
    Chain(p.client.destroy)
    Chain(p.server.close)
    closed = Recorder(p.client, "close")
    gc.collect()
    closed.wait("close")
