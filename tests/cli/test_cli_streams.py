"""python -m pynet connect: what stdin and stdout may be, and back-pressure."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading

import pytest

from commands import BIG, DEVNULL, finished, listener, receive_all, typed_at

LINE = b"00000000  78                                                |x|\n"
HEX_OF_X = b"> " + LINE + b"< " + LINE


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


@pytest.fixture
def at_terminal(running):
    """(process, peer, main): `connect` with a terminal as its stdin, its peer, and what types at the terminal."""
    main, terminal = os.openpty()
    with listener() as (server, port):
        process = running("connect", port, stdin=terminal)
        os.close(terminal)
        with server.accept()[0] as peer:
            yield process, peer, main
    os.close(main)


def test_stdin_may_be_a_terminal(at_terminal):
    process, peer, main = at_terminal
    os.write(main, b"typed\n")
    assert peer.recv(100) == b"typed\n"
    peer.sendall(b"bye")
    peer.close()
    # The peer has hung up: the command ends without an end of input.
    assert finished(process) == (0, b"bye", b"")


def test_end_of_input_typed_at_a_terminal(at_terminal):
    process, peer, main = at_terminal
    os.write(main, b"line\n\x04")
    assert receive_all(peer) == b"line\n"
    peer.close()
    assert finished(process) == (0, b"", b"")


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


def test_stdin_that_cannot_be_read_is_1(running, tmp_path):
    with listener() as (server, port), open(tmp_path / "output", "wb") as file:
        process = running("connect", port, stdin=file)
        with server.accept()[0] as peer:
            assert receive_all(peer) == b""
        assert finished(process) == (1, b"", b"pynet: stdin: Bad file descriptor\n")


def test_stdout_may_be_non_blocking(echo, running):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    process = running("connect", *echo[1], stdout=writer)
    os.close(writer)
    threading.Thread(target=lambda: (process.stdin.write(BIG), process.stdin.close())).start()
    with open(reader, "rb") as file:
        assert file.read() == BIG
    assert process.wait(20) == 0


def test_a_full_stdout_is_one_line_and_1(running):
    with listener() as (server, port), open("/dev/full", "wb") as full:
        process = running("connect", port, stdout=full)
        with server.accept()[0] as peer:
            peer.sendall(b"x")
            assert peer.recv(1) == b""
        assert finished(process) == (1, None, b"pynet: stdout: No space left on device\n")


def test_hex_dump_replaces_the_data_on_a_terminal(echo, running):
    main, terminal = os.openpty()
    process = running("connect", "-x", *echo[1], stdout=terminal)
    os.close(terminal)
    assert finished(process, b"x")[::2] == (0, HEX_OF_X)
    assert typed_at(main) == b""
    os.close(main)


# --- back-pressure ---


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
        server.bind(str(tmp_path / "s.sock"))
        server.listen()
        process = running("connect", tmp_path / "s.sock")
        with server.accept()[0]:
            assert taken_of_an_endless_pipe(process) < 2 << 20
            assert process.poll() is None


def test_a_stdout_nobody_reads_stops_the_reading_of_the_socket(running, tmp_path):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.sock"))
        server.listen()
        process = running("connect", tmp_path / "s.sock")
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
