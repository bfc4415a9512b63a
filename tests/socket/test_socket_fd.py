"""Socket(fd=...): connections, unix sockets and pipes that other code has opened."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys

import pytest

import pynet
from helpers import Recorder, is_inheritable, is_open, live_handles, printed, read_option
from paths import ROOT

EVENTS = ("data", "end", "prefinish", "finish", "error", "close")


def tcp_pair():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


@pytest.fixture
def ends(kind):
    """Two connected ends of Python's own."""
    made = tcp_pair() if kind == "tcp" else socket.socketpair()
    yield made
    for end in made:
        end.close()


def closed_log(sock):
    log = Recorder(sock, *EVENTS)
    return log.wait("close")


# --- the forms ---


@pytest.mark.parametrize(
    "make",
    [
        lambda fd: pynet.Socket(fd),
        lambda fd: pynet.Socket(fd=fd),
        lambda fd: pynet.Socket({"fd": fd}),
        lambda fd: pynet.Socket(float(fd)),
        lambda fd: pynet.Socket({"fd": fd, "readable": True}, writable=True),
        lambda fd: pynet.Socket({"fd": 99999}, fd=fd),
    ],
)
def test_the_forms(make):
    ours, theirs = socket.socketpair()
    with theirs:
        sock = make(ours.detach())
        sock.write("to them")
        assert theirs.recv(100) == b"to them"
        theirs.sendall(b"to us")
        assert Recorder(sock, "data").wait("data")["data"] == b"to us"
        sock.destroy()


def test_the_state_at_first(ends):
    sock = pynet.Socket(ends[0].detach())
    assert (sock.connecting, sock.pending, sock.destroyed) == (False, False, False)
    assert (sock.readable, sock.writable, sock.ready_state) == (True, True, "open")
    assert (sock.readable_ended, sock.writable_ended, sock.writable_finished) == (False, False, False)
    assert sock.server is None and sock.readable_flowing is None
    sock.destroy()


def test_no_connect_event(ends):
    with pynet.turn():
        sock = pynet.Socket(ends[0].detach())
        log = Recorder(sock, "connect", "ready", *EVENTS)
        ends[1].sendall(b"x")
        ends[1].close()
    assert log.wait("close").names == ["data", "end", "prefinish", "finish", "close"]


def test_addresses():
    ours, theirs = tcp_pair()
    with theirs:
        here, there = ours.getsockname(), ours.getpeername()
        sock = pynet.Socket(ours.detach())
        assert (sock.local_address, sock.local_port) == here == sock.address()[:2]
        assert (sock.remote_address, sock.remote_port, sock.remote_family) == (*there, "IPv4")
        log = Recorder(sock, "close")
        sock.destroy()
        log.wait("close")
        assert (sock.remote_address, sock.remote_port) == there


@pytest.mark.posix_only("CPython has no socketpair() of unix sockets")
def test_a_unix_socket_has_no_addresses():
    ours, theirs = socket.socketpair()
    with theirs:
        sock = pynet.Socket(ours.detach())
        assert (sock.address(), sock.local_address, sock.remote_address) == (None, None, None)
        sock.destroy()


# --- ownership ---


def test_the_descriptor_is_taken_over(ends):
    """The number is closed at once, a duplicate lives until the socket dies; children don't get it."""
    fd = ends[0].detach()
    sock = pynet.Socket(fd)
    taken = sock.fileno()
    assert taken != fd and not is_open(fd)
    assert not is_inheritable(taken)
    closed = Recorder(sock, "close")
    sock.destroy()
    closed.wait("close")
    assert not is_open(taken) or not stat.S_ISSOCK(os.fstat(taken).st_mode)
    assert ends[1].recv(1) == b""


def test_a_blocking_descriptor_is_fine(ends):
    ends[0].setblocking(True)
    sock = pynet.Socket(ends[0].detach())
    assert not os.get_blocking(sock.fileno())
    sock.destroy()


@pytest.mark.parametrize("bad", [{"signal": 5}, {"no_such_option": 1}, {"type_of_service": 999}, {"object_mode": True}])
def test_a_wrong_option_leaves_the_descriptor_alone(ends, bad):
    ends[0].setblocking(True)
    with pytest.raises((TypeError, ValueError)):
        pynet.Socket(fd=ends[0].fileno(), **bad)
    assert os.get_blocking(ends[0].fileno())
    ends[0].sendall(b"x")
    assert ends[1].recv(1) == b"x"


def test_connect_with_a_wrong_argument_leaves_the_descriptor_alone(ends):
    for wrong in ({}, {"port": -1}, {"port": 1, "family": 5}, {"port": 1, "local_address": "x"}):
        with pytest.raises((TypeError, ValueError)):
            pynet.connect(fd=ends[0].fileno(), **wrong)
        assert is_open(ends[0].fileno())


def test_what_pynet_has_already_is_refused(pair):
    """Node: open EEXIST. Nothing is closed: both go on."""
    p = pair()
    before = live_handles()
    for fd in (p.client.fileno(), p.peer.fileno(), p.server.fileno()):
        with pytest.raises(pynet.NetError) as info:
            pynet.Socket(fd)
        assert (info.value.code, info.value.syscall, str(info.value)) == ("EEXIST", "open", "open EEXIST")
        assert isinstance(info.value, FileExistsError)
    assert live_handles() == before
    log = Recorder(p.peer, "data")
    p.client.write("still there")
    assert log.wait("data").data() == b"still there"


def test_a_duplicate_of_what_pynet_has_is_fine(pair):
    p = pair()
    log = Recorder(p.peer, "data")
    other = pynet.Socket(os.dup(p.client.fileno()))
    other.write("by the other one")
    assert log.wait("data").data() == b"by the other one"
    other.destroy()


@pytest.mark.posix_only("the loop has no descriptor")
def test_the_loop_itself_is_refused(script):
    """Its wake-up pipe, which it opens first, is a pipe like any other."""
    done = script("""
        import os, stat, pynet
        def pipes():
            found = set()
            for fd in range(100):
                try:
                    if stat.S_ISFIFO(os.fstat(fd).st_mode):
                        found.add(fd)
                except OSError:
                    pass
            return found
        before = pipes()
        pynet.Socket().destroy()
        for fd in sorted(pipes() - before)[:2]:
            try:
                pynet.Socket(fd)
            except FileExistsError as error:
                print(error.code)
        pynet.run(lambda: pynet.set_timeout(lambda: print("alive"), 1))
    """)
    assert done.stdout.split() == ["EEXIST", "EEXIST", "alive"], done.stderr


def test_init_once_more(ends):
    """An object that has a connection takes no second one."""
    sock = pynet.Socket(ends[0].detach())
    with pytest.raises(pynet.NetError) as info:
        sock.__init__(fd=ends[1].fileno())
    assert info.value.code == "EISCONN"
    sock.write("x")
    assert ends[1].recv(1) == b"x"
    sock.destroy()
    with pytest.raises(pynet.NetError):
        sock.__init__(fd=ends[1].fileno())
    assert is_open(ends[1].fileno())


def test_the_descriptor_of_a_bound_socket_is_no_sockets():
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        with pytest.raises(FileExistsError) as info:
            pynet.Socket(bound.fd())
        assert info.value.code == "EEXIST"
        os.fstat(bound.fd())
        with pytest.raises(FileExistsError):
            pynet.connect(1, "127.0.0.1", fd=bound.fd())
        assert pynet.Server().listen(bound).close()


# --- kinds ---


@pytest.mark.posix_only("files and folders of the C library have no handles of the system", only="FILE")
@pytest.mark.posix_only("files and folders of the C library have no handles of the system", only="UNKNOWN")
@pytest.mark.parametrize("kind", ["FILE", "UDP", "TTY", "UNKNOWN"])
def test_other_kinds_are_refused(tmp_path, kind):
    opened = []
    if kind == "FILE":
        opened = [os.open(tmp_path / "f", os.O_CREAT | os.O_RDWR), os.open(os.devnull, os.O_RDWR)]
    elif kind == "UDP":
        opened = [socket.socket(type=socket.SOCK_DGRAM).detach()]
    elif kind == "TTY":
        opened = list(os.openpty())
    else:
        opened = [os.open(tmp_path, os.O_RDONLY), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).detach()]
    for fd in opened:
        if kind == "TTY" and not os.isatty(fd):
            continue
        with pytest.raises(ValueError, match=f"^Unsupported fd type: {kind}$") as info:
            pynet.Socket(fd)
        assert info.value.code == "ERR_INVALID_FD_TYPE"
    for fd in opened:
        os.close(fd)


@pytest.mark.posix_only("a handle that is not open is of no kind")
def test_a_descriptor_that_is_not_open():
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    with pytest.raises(ValueError, match="UNKNOWN"):
        pynet.Socket(fd)


def test_ipv6():
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener, socket.create_connection(listener.getsockname()[:2]) as client:
        sock = pynet.Socket(os.dup(client.fileno()))
        assert (sock.local_family, sock.remote_address) == ("IPv6", "::1")
        sock.destroy()


# --- readable, writable ---


def test_not_readable(ends):
    with pynet.turn():
        sock = pynet.Socket(fd=ends[0].detach(), readable=False)
        assert (sock.readable, sock.readable_ended, sock.ready_state) == (False, True, "writeOnly")
        log = Recorder(sock, *EVENTS)
        ends[1].sendall(b"nobody reads that")
        sock.end("hi", log.note("callback"))
    assert log.wait("close").names == ["prefinish", "callback", "finish", "close"]
    assert log["close"] is False
    assert sock.bytes_read == 0


def test_not_writable(ends):
    with pynet.turn():
        sock = pynet.Socket(fd=ends[0].detach(), writable=False)
        assert (sock.writable, sock.writable_ended, sock.writable_finished) == (False, True, True)
        assert sock.ready_state == "readOnly"
        log = Recorder(sock, *EVENTS)
        ends[1].sendall(b"x")
        ends[1].close()
    assert log.wait("close").names == ["data", "end", "close"]


def test_a_write_to_what_is_not_writable(ends):
    with pynet.turn():
        sock = pynet.Socket(fd=ends[0].detach(), writable=False)
        log = Recorder(sock, *EVENTS)
        assert sock.write("x", log.note("callback")) is False
    assert log.wait("close").names == ["callback", "error", "close"]
    assert log["error"].code == log["callback"].code == "ERR_STREAM_WRITE_AFTER_END"


def test_neither(ends):
    sock = pynet.Socket(fd=ends[0].detach(), readable=False, writable=False)
    assert (sock.ready_state, sock.destroyed) == ("closed", False)
    log = Recorder(sock, *EVENTS)
    sock.end()
    sock.destroy()
    assert log.wait("close").names == ["close"]


def test_without_a_descriptor_they_mean_nothing():
    sock = pynet.Socket(readable=False, writable=False)
    assert (sock.readable, sock.writable, sock.ready_state) == (True, True, "open")


def test_what_is_there_is_kept_until_somebody_reads(ends):
    """As any socket: reading starts at once."""
    ends[1].sendall(b"before")
    sock = pynet.Socket(ends[0].detach())
    log = Recorder(sock, "readable")
    log.wait("readable")
    assert sock.read() == b"before"
    sock.destroy()


def test_allow_half_open(ends):
    sock = pynet.Socket(fd=ends[0].detach(), allow_half_open=True)
    log = Recorder(sock, *EVENTS)
    ends[1].shutdown(socket.SHUT_WR)
    log.wait("end")
    sock.end("last words")
    assert ends[1].makefile("rb").read() == b"last words"
    log.wait("close")


def test_onread(ends):
    got, buffer = Recorder(pynet.EventEmitter()), bytearray(16)
    seen = bytearray()

    def received(n, buf):
        seen.extend(buf[:n])
        got.note("read")()

    sock = pynet.Socket(fd=ends[0].detach(), onread={"buffer": lambda: buffer, "callback": received})
    ends[1].sendall(b"in a buffer")
    got.wait_for(lambda: bytes(seen) == b"in a buffer")
    sock.destroy()


def test_options_are_set_at_once():
    ours, theirs = tcp_pair()
    with theirs:
        sock = pynet.Socket(
            fd=ours.detach(), no_delay=True, keep_alive=True, keep_alive_initial_delay=7000, type_of_service=16
        )
        assert read_option(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
        assert read_option(sock, socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        assert read_option(sock, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 7
        assert read_option(sock, socket.IPPROTO_IP, socket.IP_TOS) == 16
        sock.destroy()


# --- not connected ---


def test_not_connected():
    """As Node: an error of reading, at the first chance."""
    with pynet.turn():
        sock = pynet.Socket(socket.socket().detach())
        assert (sock.pending, sock.connecting, sock.ready_state) == (False, False, "open")
        log = Recorder(sock, *EVENTS)
    assert log.wait("close").names == ["error", "close"]
    assert str(log["error"]) == "read ENOTCONN" and log["error"].syscall == "read"
    assert log["close"] is True


def test_a_write_to_what_is_not_connected():
    with pynet.turn():
        sock = pynet.Socket(socket.socket().detach())
        log = Recorder(sock, *EVENTS)
        sock.write("x", log.note("callback"))
    assert log.wait("close").names == ["callback", "error", "close"]
    assert log["callback"].code == "EPIPE" and str(log["error"]) == "write EPIPE"


def test_a_unix_socket_that_is_not_connected():
    with pynet.turn():
        log = Recorder(pynet.Socket(socket.socket(socket.AF_UNIX).detach()), *EVENTS)
    assert log.wait("close").names == ["error", "close"]
    assert str(log["error"]) == "read EINVAL"


@pytest.mark.parametrize("code", ["ENOTCONN", "EINVAL"])
def test_a_listening_descriptor(tmp_path, code):
    listener = socket.socket(socket.AF_UNIX if code == "EINVAL" else socket.AF_INET)
    with listener:
        listener.bind(str(tmp_path / "s.sock") if code == "EINVAL" else ("127.0.0.1", 0))
        listener.listen()
        with pynet.turn():
            log = Recorder(pynet.Socket(os.dup(listener.fileno())), *EVENTS)
        assert log.wait("close").names == ["error", "close"]
        assert str(log["error"]) == f"read {code}"


@pytest.mark.parametrize("form", ["connect", "method"])
def test_connecting_what_is_not_connected(form):
    """A descriptor with options, or an address, of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.socket()
        ours.bind(("127.0.0.1", 0))
        port = ours.getsockname()[1]
        with pynet.turn():
            if form == "connect":
                sock = pynet.connect(listener.getsockname()[1], "127.0.0.1", fd=ours.detach())
            else:
                sock = pynet.Socket(fd=ours.detach())
                assert (sock.local_port, sock.pending) == (port, False)
                sock.connect(listener.getsockname()[1], "127.0.0.1")
            log = Recorder(sock, "connectionAttempt", "connect", "ready", *EVENTS)
            assert (sock.connecting, sock.ready_state) == (True, "opening")
        peer, name = listener.accept()
        log.wait("ready")
        assert name == ("127.0.0.1", port)
        peer.sendall(b"x")
        peer.close()
        assert log.wait("close").names[-5:] == ["data", "end", "prefinish", "finish", "close"]
        assert "error" not in log.names


def test_connecting_what_is_connected(ends):
    """As any connected socket: an error, EISCONN."""
    with pynet.turn():
        sock = pynet.connect(1, "127.0.0.1", fd=ends[0].detach())
        log = Recorder(sock, *EVENTS)
    assert log.wait("close").names == ["error", "close"]
    assert log["error"].code == "EISCONN"


# --- pipes ---


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_a_pipe():
    r, w = os.pipe()
    with pynet.turn():
        reader, writer = pynet.Socket(fd=r, writable=False), pynet.Socket(fd=w, readable=False)
        assert (reader.ready_state, writer.ready_state) == ("readOnly", "writeOnly")
        log, sent = Recorder(reader, *EVENTS), Recorder(writer, *EVENTS)
        writer.write(b"one ", sent.note("callback"))
        writer.write(b"two")
        writer.end()
    assert sent.wait("close").names == ["callback", "prefinish", "finish", "close"]
    log.wait("close")
    assert (log.data(), log.names[-2:]) == (b"one two", ["end", "close"])


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_much_through_a_pipe():
    """More than it holds: partial writes, back-pressure."""
    r, w = os.pipe()
    data = os.urandom(300_000)
    reader, writer = pynet.Socket(fd=r, writable=False), pynet.Socket(fd=w, readable=False)
    log, sent = Recorder(reader, "data", "close"), Recorder(writer, "drain", "close")
    with pynet.turn():
        writer.cork()
        for i in range(0, len(data), 1000):
            writer.write(data[i : i + 1000])
        writer.uncork()
        assert writer.writable_need_drain
    sent.wait("drain")
    writer.end()
    log.wait("close")
    assert log.data() == data


def test_a_pipe_that_another_process_has_made_blocking_again(script):
    """The flag belongs to the pipe, not to the descriptor: a write of more than fits would hang, with the lock held."""
    done = script("""
        import os
        import pynet
        r, w = os.pipe()
        other = os.dup(w)
        writer = pynet.Socket(fd=w, readable=False)
        os.set_blocking(other, True)
        print(writer.write(bytes(300_000)), os.get_blocking(other))
        writer.destroy()
        """)
    assert printed(done) == ["False False"]


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_the_reading_end_as_a_whole_socket():
    """As Node: at the end it ends itself, which a pipe does not mind."""
    r, w = os.pipe()
    os.write(w, b"x")
    os.close(w)
    with pynet.turn():
        log = Recorder(pynet.Socket(r), *EVENTS)
    assert log.wait("close").names == ["data", "end", "prefinish", "finish", "close"]


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_a_write_to_the_reading_end():
    r, w = os.pipe()
    with pynet.turn():
        sock = pynet.Socket(r)
        log = Recorder(sock, *EVENTS)
        sock.write("x", log.note("callback"))
    assert log.wait("close").names == ["callback", "error", "close"]
    assert str(log["error"]) == "write EPIPE"
    os.close(w)


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_reading_from_the_writing_end():
    """As Node: it takes readable=False."""
    r, w = os.pipe()
    with pynet.turn():
        sock = pynet.Socket(w)
        log = Recorder(sock, *EVENTS)
        assert sock.destroyed
    assert log.wait("close").names == ["error", "close"]
    assert str(log["error"]) == "read ENOTCONN"
    os.close(r)


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_nobody_reads_the_pipe_any_more():
    r, w = os.pipe()
    os.close(r)
    with pynet.turn():
        sock = pynet.Socket(fd=w, readable=False)
        log = Recorder(sock, *EVENTS)
        sock.write("x", log.note("callback"))
    assert log.wait("close").names == ["callback", "error", "close"]
    assert str(log["error"]) == "write EPIPE"


def test_a_broken_pipe_does_not_kill_a_program_that_wants_to_die_of_it(script):
    done = script("""
        import os, signal, pynet
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        def main():
            r, w = os.pipe()
            os.close(r)
            sock = pynet.Socket(fd=w, readable=False)
            sock.on("error", print)
            sock.write("x" * 100000)
        pynet.run(main)
    """)
    assert (done.returncode, done.stdout) == (0, "write EPIPE\n"), done.stderr


def test_a_fifo(tmp_path):
    os.mkfifo(tmp_path / "f")
    fd = os.open(tmp_path / "f", os.O_RDWR)
    sock = pynet.Socket(fd)
    log = Recorder(sock, "data")
    sock.write("to itself")
    assert log.wait("data").data() == b"to itself"
    sock.destroy()


@pytest.mark.posix_only("a descriptor is a handle of the system")
@pytest.mark.parametrize("pipes", ["fd=0, writable=False", "0"])
def test_standard_input(pipes):
    source = f"""
import os, sys, pynet
def main():
    sock = pynet.Socket({pipes})
    sock.on("data", lambda chunk: print(chunk.decode()))
    sock.on("close", lambda failed: print("closed", failed))
pynet.run(main)
print(os.get_blocking(0))
"""
    command = [sys.executable, "-P", "-c", source]
    done = subprocess.run(command, input="hello", capture_output=True, text=True, timeout=20, cwd=ROOT, check=False)
    assert done.stdout.split() == ["hello", "closed", "False", "True"], done.stderr


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_standard_output(script):
    """It is left open, and blocks again as before."""
    done = script("""
        import os, pynet
        def main():
            sock = pynet.Socket(fd=1, readable=False)
            sock.write("by pynet\\n" * 20000)
            sock.end()
        pynet.run(main)
        assert os.get_blocking(1)
        print("by print")
    """)
    assert done.stdout == "by pynet\n" * 20000 + "by print\n", done.stderr


@pytest.mark.posix_only("a descriptor is a handle of the system")
def test_between_a_pipe_and_a_socket(pair):
    """pipe() in both directions: sockets on one side, pipes on the other."""
    p = pair()
    r, w = os.pipe()
    log = Recorder(p.peer, "data", "end")
    pynet.Socket(fd=r, writable=False).pipe(p.client)
    with os.fdopen(w, "wb") as file:
        file.write(b"from a pipe")
    log.wait("end")
    assert log.data() == b"from a pipe"
    r, w = os.pipe()
    p.peer.pipe(pynet.Socket(fd=w, readable=False))
    p.client.destroy()
    os.close(r)
