"""python -m pynet echo and connect, as processes: against each other, Python's socket and nc."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import socket
import subprocess
import sys
import threading

import pytest

import pynet
from paths import ROOT

BIG = bytes(range(256)) * 8192  # 2 MiB of every byte: more than pipes and kernel buffers hold
DEVNULL = subprocess.DEVNULL
PIPE = subprocess.PIPE


def cli(*args, **options):
    """python -m pynet ARGS, with pipes unless `options` say otherwise."""
    pipes = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
    command = [sys.executable, "-m", "pynet", *map(str, args)]
    return subprocess.Popen(command, **{**pipes, "cwd": ROOT, **options})


def finished(process, data=None, timeout=20):
    """(exit status, stdout, stderr) of a process that got `data` on its stdin."""
    out, err = process.communicate(data, timeout=timeout)
    return process.returncode, out, err


@pytest.fixture
def running():
    """A function that starts one; those that still run are killed at the end."""
    started = []

    def run(*args, **options):
        started.append(cli(*args, **options))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        with contextlib.suppress(BrokenPipeError), process:  # closes its pipes and waits
            pass


@pytest.fixture
def echo(running, kind, tmp_path):
    """A running echo server: (process, what follows `connect` to reach it)."""
    process = running("echo", *([] if kind == "tcp" else [tmp_path / "e.sock"]))
    line = process.stdout.readline().decode()
    assert line.startswith("listening on ")
    return process, line.removeprefix("listening on ").split()


def plain_socket(target):
    if len(target) == 1:
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(target[0])
        return sock
    return socket.create_connection((target[0], int(target[1])), timeout=10)


@contextlib.contextmanager
def listener():
    """A listening socket of Python's, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        yield server, server.getsockname()[1]


def receive_all(sock):
    return b"".join(iter(lambda: sock.recv(1 << 16), b""))


# --- echo ---


def test_echo_and_connect_carry_every_byte(echo, running):
    _, target = echo
    assert finished(running("connect", *target), BIG) == (0, BIG, b"")


def test_echo_serves_a_socket_of_pythons(echo):
    _, target = echo
    with plain_socket(target) as sock:
        threading.Thread(target=lambda: (sock.sendall(BIG), sock.shutdown(socket.SHUT_WR))).start()
        assert receive_all(sock) == BIG


def test_echo_serves_nc(echo):
    _, target = echo
    command = ["nc", "-N", *(["-U"] if len(target) == 1 else []), *target]
    done = subprocess.run(command, input=b"hello\n\0\xff", capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, b"hello\n\0\xff")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_echo_stops_in_order(echo, number):
    process, target = echo
    with plain_socket(target) as sock:
        sock.sendall(b"x")
        assert sock.recv(1) == b"x"
        process.send_signal(number)
        assert sock.recv(1) == b""  # an end, no reset
    assert finished(process) == (0, b"", b"")
    assert len(target) == 2 or not os.path.exists(target[0])


@pytest.mark.slow
def test_a_second_signal_ends_echo_although_a_client_never_reads(echo):
    process, target = echo
    with plain_socket(target) as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            for _ in range(10_000):
                sock.send(b"x" * 65536)
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)  # what is queued cannot leave
        process.terminate()
        assert process.wait(10) == 0


def test_echo_needs_no_reader_of_its_line(tmp_path):
    path = str(tmp_path / "pipe.sock")
    reader, writer = os.pipe()
    os.close(reader)
    with cli("echo", path, stdout=writer) as process:
        os.close(writer)
        assert wait_for_path(path, process)
        process.terminate()
        assert finished(process) == (0, None, b"")


def test_echo_survives_a_client_that_resets(echo):
    process, target = echo
    with plain_socket(target) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.sendall(b"x" * 100_000)
    with plain_socket(target) as sock:
        sock.sendall(b"y")
        assert sock.recv(1) == b"y"
    assert process.poll() is None


def test_echo_on_a_used_port_exits_with_1():
    with listener() as (_, port):
        status, out, err = finished(cli("echo", port))
    assert (status, out) == (1, b"")
    assert err.decode() == f"pynet: listen EADDRINUSE: address already in use 127.0.0.1:{port}\n"


def test_echo_listens_on_ipv6(running):
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        pytest.skip("no IPv6 here")
    line = running("echo", "0", "--host", "[::1]").stdout.readline().decode().split()
    assert line[:3] == ["listening", "on", "::1"]
    assert finished(running("connect", "[::1]", line[3]), b"six") == (0, b"six", b"")


def test_echo_needs_no_stdout(running, tmp_path):
    path = str(tmp_path / "quiet.sock")
    process = running("echo", path, stdout=None, preexec_fn=lambda: os.close(1))
    status, out, _ = finished(running("connect", path), b"") if wait_for_path(path, process) else (None, b"", b"")
    assert (status, out) == (0, b"")
    process.terminate()
    assert process.wait(10) == 0


def wait_for_path(path, process):
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
            return True
    return False


# --- connect: ends and errors ---


def test_connect_half_closes_and_goes_on_reading(running):
    with listener() as (server, port):
        process = running("connect", "127.0.0.1", port)
        process.stdin.write(b"question")
        process.stdin.close()
        peer = server.accept()[0]
        with peer:
            assert receive_all(peer) == b"question"  # the end of stdin arrived
            peer.sendall(b"answer")
        assert process.stdout.read() == b"answer"
        assert process.wait(10) == 0


def test_connect_sends_on_after_the_peer_half_closed(running):
    with listener() as (server, port):
        process = running("connect", port)
        peer = server.accept()[0]
        with peer:
            peer.sendall(b"only this")
            peer.shutdown(socket.SHUT_WR)
            assert process.stdout.read(9) == b"only this"
            process.stdin.write(b"late")
            process.stdin.close()
            assert receive_all(peer) == b"late"
        assert process.wait(10) == 0


def test_refused_connection_is_one_line_and_1():
    with listener() as (_, port):
        pass
    status, out, err = finished(cli("connect", "127.0.0.1", port), b"")
    assert (status, out, err.decode()) == (1, b"", f"pynet: connect ECONNREFUSED 127.0.0.1:{port}\n")


def test_refused_name_names_each_address():
    with listener() as (_, port):
        pass
    status, _, err = finished(cli("connect", "localhost", port), b"")
    assert status == 1
    assert err.startswith(b"pynet: connect ECONNREFUSED ") and f"127.0.0.1:{port}" in err.decode()
    assert err.count(b"\n") == 1


def test_connect_from_a_local_address(running):
    with listener() as (server, port):
        process = running("connect", "--local-address", "127.0.0.2", "127.0.0.1", port, stdin=DEVNULL)
        sock, peer = server.accept()
        sock.close()
        assert peer[0] == "127.0.0.2"
        assert finished(process) == (0, b"", b"")


def test_connecting_may_have_a_time_limit(running):
    with socket.socket() as full, contextlib.ExitStack() as fillers:
        full.bind(("127.0.0.1", 0))
        full.listen(1)
        for _ in range(3):  # its queue is full: it answers no further connection
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        target = full.getsockname()
        status, out, err = finished(running("connect", "--timeout", "0.05", *target, stdin=DEVNULL))
    assert (status, out) == (1, b"")
    assert err == f"pynet: connect ETIMEDOUT {target[0]}:{target[1]}\n".encode()


def test_missing_path_and_unknown_name_are_one_line(tmp_path):
    path = tmp_path / "none.sock"
    assert finished(cli("connect", path), b"") == (1, b"", f"pynet: connect ENOENT {path}\n".encode())
    status, out, err = finished(cli("connect", "no.such.host.invalid", 80), b"")
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert err.startswith(b"pynet: getaddrinfo ")


def test_reset_by_the_peer_is_one_line_and_1(running):
    with listener() as (server, port):
        process = running("connect", port)
        peer = server.accept()[0]
        peer.sendall(b"x")
        assert process.stdout.read(1) == b"x"  # or the reset may come before the connection
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()
        assert finished(process) == (1, b"", b"pynet: read ECONNRESET 127.0.0.1:%d\n" % port)


def test_failed_connect_leaves_stdin_alone(tmp_path):
    """What was not sent is there for the next command of a shell."""
    source = tmp_path / "source"
    source.write_bytes(b"untouched")
    with source.open("rb") as file:
        assert finished(cli("connect", tmp_path / "none.sock", stdin=file))[0] == 1
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0


# --- connect: what stdin and stdout may be ---


def test_stdin_may_be_a_file(echo, running, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(BIG)
    with source.open("rb") as file:
        assert finished(running("connect", *echo[1], stdin=file)) == (0, BIG, b"")


def test_stdin_may_be_dev_null_or_closed(echo, running):
    assert finished(running("connect", *echo[1], stdin=DEVNULL)) == (0, b"", b"")
    closed = running("connect", *echo[1], stdin=None, preexec_fn=lambda: os.close(0))
    assert finished(closed) == (0, b"", b"")


def test_stdin_may_be_non_blocking(echo, running):
    process = running("connect", *echo[1])
    os.set_blocking(process.stdin.fileno(), False)  # the flag is the pipe's end's: theirs stays as it is
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    other = running("connect", *echo[1], stdin=reader)
    os.close(reader)
    os.write(writer, b"one")
    assert other.stdout.read(3) == b"one"  # the read after it finds nothing, and waits
    os.write(writer, b"two")
    os.close(writer)
    assert finished(other) == (0, b"two", b"")


def test_stdin_may_be_a_terminal(running):
    main, terminal = pty.openpty()
    with listener() as (server, port):
        process = running("connect", port, stdin=terminal)
        os.close(terminal)
        peer = server.accept()[0]
        with peer:
            os.write(main, b"typed\n")
            assert peer.recv(100) == b"typed\n"
            peer.sendall(b"bye")
        # The peer has hung up: the command ends without an end of input.
        assert finished(process) == (0, b"bye", b"")
    os.close(main)


def test_end_of_input_typed_at_a_terminal(running):
    main, terminal = pty.openpty()
    with listener() as (server, port):
        process = running("connect", port, stdin=terminal)
        os.close(terminal)
        peer = server.accept()[0]
        with peer:
            os.write(main, b"line\n\x04")
            assert receive_all(peer) == b"line\n"
        assert finished(process) == (0, b"", b"")
    os.close(main)


def test_closed_stdout_ends_quietly(echo, running):
    process = running("connect", *echo[1])
    process.stdout.close()
    process.stdin.write(b"x")
    process.stdin.flush()
    assert process.wait(10) == 0
    assert process.stderr.read() == b""
    closed = running("connect", *echo[1], stdout=None, preexec_fn=lambda: os.close(1))
    closed.stdin.write(b"x")
    closed.stdin.flush()
    assert closed.wait(10) == 0
    assert closed.stderr.read() == b""


def test_ctrl_c_ends_quietly(running):
    with listener() as (server, port):
        process = running("connect", port)
        with server.accept()[0] as peer:
            peer.sendall(b"x")
            assert process.stdout.read(1) == b"x"
            process.send_signal(signal.SIGINT)
            assert finished(process) == (130, b"", b"")


# --- connect: back-pressure ---


def taken_of_an_endless_pipe(process):
    """How many bytes the process reads from its stdin before it stops reading for good."""
    fd = process.stdin.fileno()
    os.set_blocking(fd, False)
    total = idle = 0
    while idle < 20:
        try:
            total += os.write(fd, b"x" * 65536)
            idle = 0
        except BlockingIOError:
            idle += 1
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
    return total


def test_a_peer_that_does_not_read_stops_the_reading_of_stdin(running, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:  # a unix socket holds little
        server.bind(str(tmp_path / "s"))
        server.listen()
        process = running("connect", tmp_path / "s")
        with server.accept()[0]:
            assert taken_of_an_endless_pipe(process) < 2 << 20
            assert process.poll() is None


def test_a_stdout_nobody_reads_stops_the_reading_of_the_socket(running, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        process = running("connect", tmp_path / "s")
        peer = server.accept()[0]
        peer.settimeout(0.3)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 8 << 20:
                sent += peer.send(b"x" * 65536)
        # The other direction goes on meanwhile.
        process.stdin.write(b"still here")
        process.stdin.flush()
        peer.settimeout(10)
        assert peer.recv(100) == b"still here"
        peer.close()
        process.stdin.close()
        assert len(process.stdout.read()) == sent
        assert process.wait(10) == 0


# --- the command line itself ---


def test_version_and_help():
    assert finished(cli("--version")) == (0, f"pynet {pynet.__version__}\n".encode(), b"")
    for args in (["--help"], ["echo", "--help"], ["connect", "--help"]):
        status, out, err = finished(cli(*args))
        assert (status, err) == (0, b"")
        assert out.startswith(b"usage: python -m pynet")


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["dance"],
        ["connect"],
        ["connect", "a", "1", "2"],
        ["connect", "localhost", "65536"],
        ["connect", "--timeout", "-1", "80"],
        ["connect", "--local-address", "nowhere", "80"],
        ["echo", "99999"],
        ["echo", "localhost:80"],
        ["connect", "tcp://localhost:80"],
    ],
)
def test_wrong_usage_exits_with_2(args):
    status, out, err = finished(cli(*args))
    assert (status, out) == (2, b"")
    assert b"usage: python -m pynet" in err
    assert b"Traceback" not in err
