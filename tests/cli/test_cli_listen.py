"""python -m pynet listen: as `nc -l`, and with a command for each connection."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

import pytest

from commands import (
    BIG,
    DEVNULL,
    done,
    finished,
    listener,
    place_of,
    plain_socket,
    receive_all,
    reset,
    wait_for_path,
)


@pytest.fixture
def listen(running, free_place):
    """A function that starts `listen` with these options: (process, where it listens)."""

    def start(*options, **more):
        process = running("listen", "-v", *options, free_place, **more)
        return process, place_of(process.stderr)

    return start


def refused(place):
    """Whether nobody listens there any more."""
    try:
        plain_socket(place).close()
    except (ConnectionRefusedError, FileNotFoundError):
        return True
    return False


# --- one connection ---


def test_listen_joins_a_connection_to_stdin_and_stdout(listen):
    process, place = listen()
    with plain_socket(place) as sock:
        sock.sendall(b"from the peer")
        assert process.stdout.read(13) == b"from the peer"
        process.stdin.write(b"from stdin")
        process.stdin.close()
        assert receive_all(sock) == b"from stdin"  # with our end
    assert process.wait(20) == 0


def test_listen_sends_on_after_the_peer_half_closed(listen):
    process, place = listen()
    with plain_socket(place) as sock:
        sock.sendall(b"question")
        sock.shutdown(socket.SHUT_WR)
        assert process.stdout.read(8) == b"question"
        process.stdin.write(b"answer")
        process.stdin.close()
        assert receive_all(sock) == b"answer"
    assert process.wait(20) == 0


def test_listen_without_stdin_ends_with_the_peer(listen):
    process, place = listen("-d")
    with plain_socket(place) as sock:
        sock.sendall(b"x")
        sock.shutdown(socket.SHUT_WR)
        assert receive_all(sock) == b""
    assert process.wait(20) == 0
    assert process.stdout.read() == b"x"


@pytest.mark.posix_only("clients of a pipe wait, and are not refused", only="unix")
def test_listen_accepts_one_connection_only(listen):
    process, place = listen()
    with plain_socket(place) as sock:
        sock.sendall(b"x")
        assert process.stdout.read(1) == b"x"
        assert refused(place)
    process.stdin.close()
    assert process.wait(20) == 0


def test_a_second_connection_of_the_same_moment_ends(listen):
    process, place = listen()
    os.kill(process.pid, signal.SIGSTOP)
    with plain_socket(place) as first, plain_socket(place) as second:
        os.kill(process.pid, signal.SIGCONT)
        first.sendall(b"first")
        assert process.stdout.read(5) == b"first"
        with contextlib.suppress(ConnectionResetError):
            assert second.recv(1) == b""
    process.stdin.close()
    assert process.wait(20) == 0


def test_listen_and_connect_carry_every_byte_both_ways(listen, running, tmp_path):
    (tmp_path / "a").write_bytes(BIG)
    (tmp_path / "b").write_bytes(BIG[::-1])
    with (tmp_path / "a").open("rb") as a, (tmp_path / "b").open("rb") as b, (tmp_path / "c").open("wb") as c:
        process, place = listen(stdin=a, stdout=c)
        assert finished(running("connect", *place, stdin=b)) == (0, BIG, b"")
        assert process.wait(20) == 0
    assert (tmp_path / "c").read_bytes() == BIG[::-1]


def test_listen_without_a_place_takes_a_free_port_of_all_addresses(running):
    process = running("listen")
    host, port = place_of(process.stderr)
    assert host in ("::", "0.0.0.0")
    with plain_socket(("127.0.0.1", port)) as sock:
        sock.sendall(b"x")
        assert process.stdout.read(1) == b"x"


def test_listen_is_silent_on_a_path(running, tmp_path):
    process = running("listen", tmp_path / "s.sock", stdin=DEVNULL)
    assert wait_for_path(tmp_path / "s.sock", process)
    assert finished(process) == (0, b"", b"")
    assert not (tmp_path / "s.sock").exists()


def test_listen_reports_its_connection(listen):
    process, place = listen()
    with plain_socket(place) as sock:
        name = f"127.0.0.1 {sock.getsockname()[1]}" if len(place) == 2 else f"pid {os.getpid()}, uid {os.getuid()}"
        sock.sendall(b"four")
        assert process.stdout.read(4) == b"four"
    process.stdin.close()
    assert process.stderr.readline().decode() == f"{name} connected\n"
    assert process.stderr.readline().decode().endswith("s: 0 bytes sent, 4 received\n")


@pytest.mark.posix_only("a named pipe has no half-close", only="unix")
def test_listen_sends_crlf_and_dumps(listen):
    process, place = listen("-C", "-x")
    with plain_socket(place) as sock:
        process.stdin.write(b"a\n")
        process.stdin.close()
        assert receive_all(sock) == b"a\r\n"
        sock.sendall(b"b")
    assert process.wait(20) == 0
    text = process.stderr.read().decode()
    assert "> 00000000  61 0d 0a " in text
    assert "< 00000000  62 " in text


def test_listen_without_half_close(listen):
    process, place = listen("--no-half-close", stdin=DEVNULL)
    with plain_socket(place) as sock:
        sock.sendall(b"x")
        assert process.stdout.read(1) == b"x"
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    assert process.wait(20) == 0


def test_a_reset_is_one_line_and_1(running):
    process = running("listen", "127.0.0.1:0")
    sock = plain_socket(place_of(process.stderr))
    sock.sendall(b"x")
    assert process.stdout.read(1) == b"x"
    port = sock.getsockname()[1]
    reset(sock)
    assert finished(process) == (1, b"", b"pynet: read ECONNRESET 127.0.0.1:%d\n" % port)


def test_listen_on_a_used_port_exits_with_1():
    with listener() as (_, port):
        status, out, err = done("listen", "127.0.0.1", port)
    assert (status, out) == (1, b"")
    assert err.decode() == f"pynet: listen EADDRINUSE: address already in use 127.0.0.1:{port}\n"


def test_listen_on_a_used_path_exits_with_1(tmp_path):
    with listener(tmp_path / "s.sock") as (_, path):
        status, out, err = done("listen", path)
        assert (status, out, err.count(b"\n")) == (1, b"", 1)
        assert os.path.exists(path)


def test_listen_on_an_address_of_another_machine_exits_with_1():
    status, out, err = done("listen", "192.0.2.1", "0")
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert err.startswith(b"pynet: listen EADDRNOTAVAIL")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_listen_and_its_path_goes(listen, number, status):
    process, place = listen()
    process.send_signal(number)
    assert process.wait(20) == status
    assert process.stderr.read() == b""
    assert len(place) == 2 or not os.path.exists(place[0])


# --- further connections ---


def test_connections_take_turns(listen):
    process, place = listen("-k")
    with plain_socket(place) as first:
        first.sendall(b"1")
        assert process.stdout.read(1) == b"1"
        with plain_socket(place) as second:
            second.sendall(b"2")
            first.sendall(b"1")
            assert process.stdout.read(1) == b"1"  # the second one waits
            process.stdin.write(b"for the first")
            process.stdin.flush()
            assert first.recv(100) == b"for the first"
            first.shutdown(socket.SHUT_WR)  # its turn is over, although stdin goes on
            assert receive_all(first) == b""
            assert process.stdout.read(1) == b"2"
            process.stdin.write(b"for the second")
            process.stdin.close()
            assert receive_all(second) == b"for the second"
    with plain_socket(place) as third:
        third.sendall(b"3")
        assert process.stdout.read(1) == b"3"
        assert receive_all(third) == b""  # stdin has ended
    assert process.poll() is None


def test_a_closed_stdout_ends_listening(listen):
    process, place = listen("-k")
    process.stdout.close()
    with plain_socket(place) as sock:
        sock.sendall(b"x")
        assert process.wait(20) == 0
    assert refused(place)


# --- commands ---


@pytest.mark.posix_only("there is no --exec")
def test_a_command_gets_the_connection(listen):
    process, place = listen("--exec", "tr a-z A-Z; echo done")
    with plain_socket(place) as sock:
        sock.sendall(b"hello ")
        sock.shutdown(socket.SHUT_WR)
        assert receive_all(sock) == b"HELLO done\n"
    assert finished(process)[:2] == (0, b"")


@pytest.mark.posix_only("there is no --exec")
def test_commands_run_side_by_side(listen):
    process, place = listen("-k", "-e", "cat")
    with plain_socket(place) as first, plain_socket(place) as second:
        for sock, text in ((second, b"second"), (first, b"first")):
            sock.sendall(text)
            assert sock.recv(100) == text
    process.terminate()
    assert process.wait(20) == 143


@pytest.mark.posix_only("there is no --exec")
def test_a_command_gets_what_was_sent_before_it_started(listen):
    process, place = listen("--exec", "cat")
    os.kill(process.pid, signal.SIGSTOP)
    with plain_socket(place) as sock:
        sock.sendall(b"early")
        os.kill(process.pid, signal.SIGCONT)
        sock.shutdown(socket.SHUT_WR)
        assert receive_all(sock) == b"early"
    assert process.wait(20) == 0


@pytest.mark.posix_only("there is no --exec")
def test_a_command_knows_both_ends(listen):
    process, place = listen("--exec", 'echo "$PYNET_REMOTE_ADDRESS $PYNET_REMOTE_PORT $PYNET_LOCAL_PORT"')
    with plain_socket(place) as sock:
        said = receive_all(sock).decode()
        expected = f"127.0.0.1 {sock.getsockname()[1]} {place[1]}\n" if len(place) == 2 else "  \n"
    assert said == expected
    assert process.wait(20) == 0


@pytest.mark.posix_only("there is no --exec")
def test_a_command_knows_its_path(running, tmp_path):
    process = running("listen", "-v", "-e", 'echo "$PYNET_LOCAL_PATH"', tmp_path / "s.sock")
    with plain_socket(place_of(process.stderr)) as sock:
        assert receive_all(sock).decode() == f"{tmp_path / 's.sock'}\n"


@pytest.mark.posix_only("there is no --exec")
def test_a_command_that_fails_is_1_and_reported(listen):
    process, place = listen("--exec", "echo complaint >&2; exit 7")
    with plain_socket(place) as sock:
        assert receive_all(sock) == b""
    status, out, err = finished(process)
    assert (status, out) == (1, b"")
    lines = err.decode().splitlines()
    assert "complaint" in lines
    assert lines[-1].endswith(" closed: the command ended with 7")


@pytest.mark.posix_only("there is no --exec")
def test_with_a_command_and_no_host_it_listens_on_loopback(running):
    assert place_of(running("listen", "--exec", "cat", "0").stderr)[0] == "127.0.0.1"
    assert place_of(running("listen", "--exec", "cat", "127.0.0.2:0").stderr)[0] == "127.0.0.2"


@pytest.mark.posix_only("there is no --exec")
def test_a_command_may_outlive_the_listener(listen):
    process, place = listen("-k", "--exec", "cat")
    with plain_socket(place) as sock:
        sock.sendall(b"a")
        assert sock.recv(1) == b"a"
        process.terminate()
        assert process.wait(20) == 143
        sock.sendall(b"b")
        assert sock.recv(1) == b"b"
