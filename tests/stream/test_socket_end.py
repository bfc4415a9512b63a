"""How connections end: half-open on both sides, destroy(), resets, a peer that has gone."""

import errno
import gc
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, peer_text, raw_client, target, wait_until
from paths import ROOT


def reset(client):
    """Closes Python's socket so that the peer gets a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


# --- half-open ---


@pytest.mark.parametrize("side", ["client", "server"])
def test_half_open_side_writes_on_after_the_end(pair, side):
    p = pair({"allow_half_open": side == "client"}, allow_half_open=side == "server")
    open_side, other = (p.client, p.peer) if side == "client" else (p.peer, p.client)
    here = Recorder(open_side, "data", "end", "finish", "close")
    there = Recorder(other, "data", "end", "finish", "close")
    other.end(b"question")
    here.wait("end")
    assert (open_side.ready_state, other.ready_state) == ("writeOnly", "readOnly")
    assert open_side.write(b"ans") is True
    open_side.write(b"wer")
    there.wait_for(lambda: there.data() == b"answer")
    open_side.end()
    here.wait("close")
    there.wait("close")
    assert here.names == ["data", "end", "finish", "close"]
    assert there.names[0] == "finish" and there.names[-2:] == ["end", "close"]


def test_without_half_open_the_end_is_answered(pair):
    p = pair()
    here, there = Recorder(p.client, "end", "finish", "close"), Recorder(p.peer, "data", "end", "finish", "close")
    p.client.resume()
    p.client.end(b"bye")
    there.wait("close")
    here.wait("close")
    assert there.names == ["data", "end", "finish", "close"]
    assert here.names == ["finish", "end", "close"]
    assert here.args("close") == there.args("close") == [(False,)]


def test_half_open_may_be_set_later(pair):
    p = pair()
    assert p.peer.allow_half_open is False
    p.peer.allow_half_open = True
    log = Recorder(p.peer, "data", "end", "finish")
    p.client.end(b"x")
    log.wait("end")
    pynet.set_timeout(log.note("later"), 10)
    log.wait("later")
    assert log.names == ["data", "end", "later"]
    p.peer.end()


def test_end_of_a_python_socket(server):
    log = Recorder(pynet.EventEmitter())

    def on_connection(sock):
        sock.on("data", log.note("data"))
        sock.on("end", lambda: sock.end(log.data()[::-1]))

    srv = server(on_connection, allow_half_open=True)
    with raw_client(srv) as client:
        client.sendall(b"abc")
        client.shutdown(socket.SHUT_WR)
        assert client.makefile("rb").read() == b"cba"


@pytest.mark.parametrize("inside", [True, False])
def test_a_prefinish_listener_that_raises_in_end_is_uncaught(uncaught_errors, inside):
    """A socket that never connected emits `prefinish` in end() itself."""
    sock = pynet.Socket()
    mine = LookupError("mine")

    @sock.on("prefinish")
    def raises():
        raise mine

    log = Recorder(sock, "finish")
    on_loop(sock.end) if inside else sock.end()
    log.wait("finish")
    assert wait_until(lambda: uncaught_errors == [mine])


# --- destroy ---


def test_destroy(pair):
    p = pair()
    here, there = Recorder(p.client, "end", "error", "close"), Recorder(p.peer, "data", "end", "close")
    assert p.client.destroy() is p.client
    assert p.client.destroyed
    here.wait("close")
    there.wait("close")
    assert here.entries == [("close", (False,))]
    assert there.names == ["end", "close"]


def test_destroy_with_an_error(pair):
    p = pair()
    log = Recorder(p.client, "error", "close")
    mine = ValueError("mine")
    with pynet.turn():
        p.client.destroy(mine)
        assert p.client.errored is mine
        p.client.destroy(ValueError("another"))
    log.wait("close")
    assert log.entries == [("error", (mine,)), ("close", (True,))]


def test_destroy_of_a_fresh_socket():
    sock = pynet.Socket()
    log = Recorder(sock, "error", "close")
    sock.destroy()
    assert log.wait("close").entries == [("close", (False,))]
    sock = pynet.Socket()
    log = Recorder(sock, "error", "close")
    mine = KeyError("mine")
    sock.destroy(error=mine)
    assert log.wait("close").names == ["error", "close"]
    assert log["error"] is mine


@pytest.mark.parametrize("bad", [5, "text", True, ValueError])
def test_destroy_with_no_exception_raises(pair, bad):
    p = pair()
    with pytest.raises(TypeError) as info:
        p.client.destroy(bad)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert not p.client.destroyed


def test_destroy_in_a_data_listener_ends_the_data(pair):
    p = pair({"high_water_mark": 1})
    log = Recorder(p.client, "data", "end", "close")
    p.client.on("data", lambda data: p.client.destroy())
    p.peer.write(b"x" * 200_000)
    log.wait("close")
    assert log.names == ["data", "close"]


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_destroy_answers_every_callback(pair):
    p = pair()
    log = Recorder(p.client, "close")
    p.peer.pause()

    def fill():
        while p.client.write(b"x" * 65536):
            pass
        p.client.write(b"y", log.note("write"))
        p.client.write(b"z", log.note("write"))
        p.client.end(log.note("end"))
        p.client.destroy()

    on_loop(fill)
    log.wait("close")
    assert log.names == ["write", "write", "end", "close"]
    for (err,) in log.args("write") + log.args("end"):
        assert (err.code, err.errno, err.syscall) == ("ECANCELED", errno.ECANCELED, "write")


def test_destroy_soon_sends_everything_first(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end", "close")
    data = b"x" * 1_000_000
    log = Recorder(p.client, "finish", "close")
    with pynet.turn():
        p.client.write(data)
        assert p.client.destroy_soon() is None
        assert p.client.destroyed is False
    log.wait("close")
    there.wait("end")
    assert there.data() == data
    assert log.names == ["finish", "close"]


class Chain:
    """Garbage in a cycle: what it was given is called when it is collected."""

    def __init__(self, last_words):
        self.last_words, self.me = last_words, self

    def __del__(self):
        self.last_words()


def test_garbage_with_last_words_is_harmless_while_a_socket_dies(pair):
    p = pair()
    Chain(p.client.destroy)
    Chain(p.server.close)
    closed = Recorder(p.client, "close")
    gc.collect()
    closed.wait("close")


def test_error_comes_before_close_also_when_garbage_is_collected_in_between(pair, record):
    """Until Python 3.11 making any tuple may collect garbage, and what that runs lets the loop's thread go on."""

    class Slow:
        def __init__(self):
            self.me = self

        def __del__(self):
            time.sleep(0.05)

    p = pair()
    log = record(p.client, "error", "close")
    threshold = gc.get_threshold()
    destroy, error = p.client.destroy, OSError("why")
    gc.disable()
    for _ in range(3):
        Slow()
    gc.set_threshold(1, 1, 1)
    try:
        gc.enable()
        destroy(error)
    finally:
        gc.set_threshold(*threshold)
    log.wait("close")
    assert log.names == ["error", "close"]


# --- peers that go ---


@pytest.fixture
def tcp_peer():
    """(raw client, accepted socket) over TCP."""
    peers = []
    srv = pynet.create_server(peers.append).listen(0, "127.0.0.1")
    client = raw_client(srv)
    assert wait_until(lambda: peers)
    yield client, peers[0]
    client.close()
    peers[0].destroy()
    srv.close()


def test_reset_by_the_peer(tcp_peer):
    client, sock = tcp_peer
    log = Recorder(sock, "data", "end", "error", "close")
    client.sendall(b"x")
    log.wait("data")
    reset(client)
    err = log.wait("close")["error"]
    assert isinstance(err, ConnectionResetError) and isinstance(err, pynet.NetError)
    assert (err.code, err.errno, err.syscall, str(err)) == (
        "ECONNRESET",
        errno.ECONNRESET,
        "read",
        f"read ECONNRESET {peer_text(sock)}",
    )
    assert log.names == ["data", "error", "close"]
    assert log.args("close") == [(True,)]
    assert sock.errored is err


def test_reset_answers_pending_writes(tcp_peer):
    client, sock = tcp_peer
    log = Recorder(sock, "error", "close")

    def fill():
        while sock.write(b"x" * 65536):
            pass
        sock.write(b"y", log.note("write"))
        sock.end(log.note("end"))

    on_loop(fill)
    reset(client)
    log.wait("close")
    assert sorted(log.names) == ["close", "end", "error", "write"]
    assert log["error"].code in ("ECONNRESET", "EPIPE")
    assert all(err is not None for (err,) in log.args("write") + log.args("end"))


def test_reset_of_a_client(tcp_peer):
    """The other way round: the server is Python's."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        client = pynet.connect(other.getsockname())
        log = Recorder(client, "connect", "data", "error", "close")
        other.settimeout(5)
        peer, _ = other.accept()
        log.wait("connect")
        reset(peer)
        assert log.wait("close")["error"].code == "ECONNRESET"
        assert log.names == ["connect", "error", "close"]


@pytest.mark.parametrize("kind", ["tcp"])  # a unix socket has no reset
def test_unheard_reset_is_uncaught_and_spares_the_server(server, kind):
    caught = []
    before = pynet.set_uncaught_handler(lambda exc, emitter: caught.append((exc.code, emitter)))
    try:
        peers = []
        srv = server(peers.append)
        client = raw_client(srv)
        assert wait_until(lambda: peers)
        reset(client)
        assert wait_until(lambda: caught)
        assert caught == [("ECONNRESET", peers[0])]
        assert srv.listening
        assert raw_client(srv).close() is None
        assert wait_until(lambda: len(peers) == 2)
        peers[1].destroy()
    finally:
        pynet.set_uncaught_handler(before)


@pytest.mark.posix_only("it is ECONNRESET", only="tcp")
def test_write_to_a_closed_peer(server):
    """The first write may still leave; a later one is refused by the kernel."""
    peers = []
    srv = server(peers.append, allow_half_open=True)
    client = raw_client(srv)
    assert wait_until(lambda: peers)
    sock = peers[0]
    log = Recorder(sock, "end", "error", "close")
    sock.resume()
    client.close()
    log.wait("end")

    def write():
        if not sock.destroyed:
            sock.write(b"x" * 1000, log.note("callback"))
            pynet.set_timeout(write, 1)

    on_loop(write)
    err = log.wait("close")["error"]
    assert isinstance(err, BrokenPipeError)
    assert (err.code, err.errno, err.syscall, str(err)) == (
        "EPIPE",
        errno.EPIPE,
        "write",
        f"write EPIPE {peer_text(sock)}".rstrip(),
    )
    assert log.args("callback")[-1] == (err,)
    assert log.args("close") == [(True,)]
    assert log.names.index("error") > log.names.index("callback")


def test_sigpipe_does_not_kill_the_process(script):
    done = script(
        """
        import signal, socket, pynet
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)

        def main():
            def on_connection(sock):
                def write():
                    if not sock.destroyed:
                        sock.write(b"x" * 1000)
                        pynet.set_timeout(write, 1)
                sock.on("error", lambda err: print(err.code) or server.close())
                sock.resume().on("end", write)

            server = pynet.create_server({"allow_half_open": True}, on_connection).listen(0, "127.0.0.1")
            socket.create_connection(server.address()[:2]).close()

        pynet.run(main)
        """,
        timeout=10,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "EPIPE\n", "")


def test_write_after_the_automatic_end(pair):
    p = pair()
    log = Recorder(p.client, "end", "finish", "error", "close")
    p.client.resume()
    p.peer.end()
    log.wait("close")
    assert p.client.write(b"late", log.note("callback")) is False
    log.wait("callback")
    err = log["callback"]
    assert (err.code, str(err)) == ("EPIPE", f"This socket has been ended by the other party ({peer_text(p.client)})")
    assert log.names == ["end", "finish", "close", "callback"]


def test_peers_data_before_its_end_is_all_read(server):
    srv = server(lambda sock: sock.end(b"x" * 300_000))
    client = pynet.connect(target(srv))
    log = Recorder(client, "data", "end", "close")
    log.wait("close")
    assert len(log.data()) == 300_000
    assert log.names[-2:] == ["end", "close"]


def test_peer_that_goes_between_two_writes_with_sigpipe_at_its_default(tmp_path):
    """What the kernel did not take at once is written again by libuv, without MSG_NOSIGNAL."""
    if shutil.which("strace") is None:  # it makes the moment in between long enough
        pytest.fail("strace is not installed: apt-get install strace")
    source = """
import os, signal, socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
if os.fork() == 0:
    peer, _ = listening.accept()
    peer.recv(1)
    signal.sigtimedwait([], 0.1)
    peer.close()
    os._exit(0)
import pynet
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
def main():
    client = pynet.connect(sys.argv[1])
    client.on("error", lambda err: None)
    client.on("connect", lambda: client.write(b"x" * 4_000_000))
pynet.run(main)
"""
    delay = ["strace", "-qq", "-o", os.devnull, "-e", "trace=write", "-e", "inject=write:delay_enter=250000"]
    command = [*delay, sys.executable, "-c", source, str(tmp_path / "s.sock")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("no tracing here")
    assert (done.returncode, done.stderr) == (0, "")


RESET = """
    import socket
    import struct
    import sys
    import pynet

    def main():
        def connected():
            peer, _ = listening.accept()
            peer.sendall(b"some")
            if sys.argv[1] == "ended":
                peer.shutdown(socket.SHUT_WR)
            pynet.set_timeout(reset, 10, peer)

        def reset(peer):
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
            pynet.set_timeout(read, 10)

        def read():
            for event in "data", "end", "error", "close":
                sock.on(event, lambda *args, event=event: print(event, *[getattr(a, "code", a) for a in args]))
            sock.on("end", sock.end)
            sock.resume()

        listening = socket.create_server(("127.0.0.1", 0))
        sock = pynet.Socket().pause()
        sock.connect(listening.getsockname()[1], "127.0.0.1", connected)

    pynet.run(main)
"""


@pytest.mark.posix_only("a reset discards what was not read")
def test_reset_behind_the_last_data_is_no_clean_end():
    """libuv 1.44 reports an end here: a transfer that a reset cut off must not look complete."""
    done = isolated.run(RESET, "cut off")
    assert done.stdout.splitlines() == ["data b'some'", "error ECONNRESET", "close True"], done.stderr


@pytest.mark.posix_only("a reset discards what was not read")
def test_reset_behind_the_end_leaves_the_end_clean():
    """All data and the end arrived before the reset; SO_ERROR reports the reset nevertheless."""
    done = isolated.run(RESET, "ended")
    assert done.stdout.splitlines()[:2] == ["data b'some'", "end"], done.stderr


# --- end() and destroy() in one step ---


@pytest.mark.parametrize("outside", [False, True], ids=["listener", "turn"])
def test_unread_input_resets_the_connection_also_after_end(reset_pair, outside):
    p = reset_pair(allow_half_open=True, pause_on_connect=True)
    there = Recorder(p.client, "error", "close")
    here = Recorder(p.peer, "finish", "close")
    p.client.resume()
    p.client.write(b"unread")
    with socket.socket(fileno=socket.dup(p.peer.fileno())) as kernel:
        assert wait_until(lambda: kernel.recv(6, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"unread")

    def leave():
        p.peer.end()
        p.peer.destroy()

    if outside:
        with pynet.turn():
            leave()
    else:
        on_loop(leave)
    there.wait("close")
    here.wait("close")
    assert [type(error) for (error,) in there.args("error")] == [pynet.NetConnectionResetError]
    assert here.names == ["close"]


def test_finish_comes_although_a_prefinish_listener_raises(pair, uncaught):
    p = pair(allow_half_open=True)
    here = Recorder(p.client, "prefinish", "finish")
    answers = []
    p.peer.resume()
    on_loop(p.client.on, "prefinish", lambda: 1 / 0)
    p.client.end(callback=answers.append)
    here.wait("finish")
    assert here.names == ["prefinish", "finish"]
    assert answers == [None]
    assert [type(error) for error, _ in uncaught] == [ZeroDivisionError]
