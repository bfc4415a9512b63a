"""python -m pynet echo, against connect, Python's socket and nc."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading

import pytest

from commands import (
    BIG,
    cli,
    done,
    finished,
    listener,
    place_of,
    plain_socket,
    receive_all,
    reset,
    wait_for_path,
)


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


@pytest.mark.posix_only("a process gets no signals of others")
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


@pytest.mark.posix_only("a broken pipe of the C library is EINVAL")
def test_echo_needs_no_reader_of_its_line(tmp_path):
    path = str(tmp_path / "pipe.sock")
    reader, writer = os.pipe()
    os.close(reader)
    with cli("echo", path, stdout=writer) as process:
        os.close(writer)
        assert wait_for_path(path, process)
        process.terminate()
        assert finished(process) == (0, None, b"")


@pytest.mark.posix_only("a pipe has no reset", only="unix")
def test_echo_survives_a_client_that_resets(echo):
    process, target = echo
    sock = plain_socket(target)
    sock.sendall(b"x" * 100_000)
    reset(sock)
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


@pytest.mark.posix_only("preexec_fn needs fork()")
def test_echo_needs_no_stdout(running, tmp_path):
    path = str(tmp_path / "quiet.sock")
    process = running("echo", path, stdout=None, preexec_fn=lambda: os.close(1))
    status, out, _ = finished(running("connect", path), b"") if wait_for_path(path, process) else (None, b"", b"")
    assert (status, out) == (0, b"")
    process.terminate()
    assert process.wait(10) == 0


# --- its options ---


@pytest.mark.posix_only("names of files are text")
def test_a_path_may_be_any_bytes(running, tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xe9"
    process = running("echo", os.fsdecode(path))
    assert process.stdout.readline() == b"listening on " + path + b"\n"
    assert finished(running("connect", os.fsdecode(path)), b"x") == (0, b"x", b"")


def test_echo_listens_on_a_host_and_port_in_one_or_two_arguments(running):
    for words in (["127.0.0.2:0"], ["127.0.0.2", "0"], ["0", "--host", "127.0.0.2"]):
        place = place_of(running("echo", *words).stdout)
        assert place[0] == "127.0.0.2"
        assert finished(running("connect", *place), b"x") == (0, b"x", b"")


@pytest.mark.posix_only("a path that does not name a pipe fails with EACCES")
def test_echo_listens_on_a_path_that_looks_like_a_port(running, tmp_path):
    process = running("echo", "-U", "80", cwd=tmp_path)
    assert place_of(process.stdout) == ["80"]
    assert finished(running("connect", "-U", "80", cwd=tmp_path), b"x") == (0, b"x", b"")
    assert finished(running("connect", "unix:80", cwd=tmp_path), b"y") == (0, b"y", b"")


def test_echo_reports_each_connection(running, free_place):
    process = running("echo", "-v", free_place)
    place = place_of(process.stdout)
    with plain_socket(place) as sock:
        sock.sendall(b"five!")
        assert sock.recv(5, socket.MSG_WAITALL) == b"five!"
        name = f"127.0.0.1 {sock.getsockname()[1]}" if len(place) == 2 else f"pid {os.getpid()}, uid {os.getuid()}"
    assert process.stderr.readline().decode() == f"{name} connected\n"
    closed = process.stderr.readline().decode()
    assert closed.startswith(f"{name} closed after ")
    assert closed.endswith("s: 5 bytes received, 5 sent\n")


def test_echo_reports_a_reset(running):
    process = running("echo", "-v")
    sock = plain_socket(place_of(process.stdout))
    sock.sendall(b"x")
    assert sock.recv(1) == b"x"
    reset(sock)
    lines = [process.stderr.readline().decode() for _ in range(3)]
    assert lines[1].endswith(" failed: ECONNRESET\n")
    assert lines[2].endswith("1 byte received, 1 sent\n")


def test_echo_takes_over_a_path_on_which_nobody_listens(running, tmp_path):
    path = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    assert place_of(running("echo", path).stdout) == [str(path)]
    assert finished(running("connect", path), b"x") == (0, b"x", b"")


@pytest.mark.wine_fault("a second server may listen at the name of a pipe")
def test_echo_leaves_a_path_that_is_in_use(running, tmp_path):
    path = tmp_path / "used.sock"
    place_of(running("echo", path).stdout)
    status, out, err = done("echo", path)
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert b"EADDRINUSE" in err
    assert finished(running("connect", path), b"x") == (0, b"x", b"")


@pytest.mark.posix_only("pipes are no files")
def test_echo_leaves_a_file_that_is_no_socket(tmp_path):
    path = tmp_path / "precious"
    path.write_text("text")
    status, out, err = done("echo", path)
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert path.read_text() == "text"


@pytest.mark.posix_only("there is no /dev/full")
def test_a_stdout_that_is_full_ends_echo(tmp_path):
    path = tmp_path / "full.sock"
    with open("/dev/full", "wb") as full:
        assert done("echo", path, stdout=full) == (1, None, b"pynet: stdout: No space left on device\n")
    assert not path.exists()
