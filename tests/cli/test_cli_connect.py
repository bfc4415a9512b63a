"""python -m pynet connect: how a connection ends, and its options."""

from __future__ import annotations

import os
import re
import socket

import pytest

from commands import DEVNULL, cli, done, finished, free_port, full_server, listener, receive_all, reset


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
    port = free_port()
    status, out, err = finished(cli("connect", "127.0.0.1", port), b"")
    assert (status, out, err.decode()) == (1, b"", f"pynet: connect ECONNREFUSED 127.0.0.1:{port}\n")


def test_refused_name_names_each_address():
    port = free_port()
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
    with full_server() as target:
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
        reset(peer)
        assert finished(process) == (1, b"", b"pynet: read ECONNRESET 127.0.0.1:%d\n" % port)


def test_failed_connect_leaves_stdin_alone(tmp_path):
    """What was not sent is there for the next command of a shell."""
    source = tmp_path / "source"
    source.write_bytes(b"untouched")
    with source.open("rb") as file:
        assert finished(cli("connect", tmp_path / "none.sock", stdin=file))[0] == 1
        assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0


# --- its options ---


def test_connect_takes_the_port_alone_and_host_and_port_in_one(echo, running):
    _, place = echo
    if len(place) == 2:
        host, port = place
        for words in ([port], [f"{host}:{port}"], [f"localhost:{port}"], [host, port]):
            assert finished(running("connect", *words), b"x") == (0, b"x", b"")
    else:
        for word in (place[0], f"unix:{place[0]}"):
            assert finished(running("connect", word), b"x") == (0, b"x", b"")


@pytest.mark.parametrize("options", [[], ["-N"]])
def test_the_end_of_stdin_is_a_half_close(running, options):
    with listener() as (server, port):
        process = running("connect", *options, port, stdin=DEVNULL)
        with server.accept()[0] as peer:
            assert peer.recv(1) == b""
            peer.sendall(b"late")
        assert finished(process) == (0, b"late", b"")


def test_without_half_close_the_peer_gets_no_end(running):
    with listener() as (server, port):
        process = running("connect", "--no-half-close", port)
        with server.accept()[0] as peer:
            process.stdin.write(b"all")
            process.stdin.close()
            assert peer.recv(100) == b"all"
            peer.settimeout(0.2)
            with pytest.raises(TimeoutError):
                peer.recv(1)
            peer.sendall(b"late")
        assert process.stdout.read() == b"late"
        assert process.wait(20) == 0


def test_without_stdin_it_only_receives(running):
    with listener() as (server, port):
        process = running("connect", "-d", port)
        with server.accept()[0] as peer:
            process.stdin.write(b"not sent")
            process.stdin.flush()
            peer.settimeout(0.2)
            with pytest.raises(TimeoutError):
                peer.recv(1)
            peer.sendall(b"x")
            peer.settimeout(20)
            peer.shutdown(socket.SHUT_WR)
            assert peer.recv(1) == b""  # it ends with the peer, although stdin goes on
        assert process.wait(20) == 0
        assert process.stdout.read() == b"x"


def test_crlf_is_sent_for_each_line_ending(echo, running):
    text = b"a\nb\r\nc\r\r\n\nd"
    assert finished(running("connect", "-C", *echo[1]), text) == (0, b"a\r\nb\r\nc\r\r\n\r\nd", b"")


def test_idle_connections_end_after_the_wait(echo, running):
    process = running("connect", "-v", "-w", "0.05", *echo[1])
    assert process.wait(20) == 0
    assert b"\nidle for 50 ms\n" in process.stderr.read()


def test_the_wait_limits_connecting_as_well():
    with full_server() as place:
        status, out, err = done("connect", "-w", "50ms", *place, stdin=DEVNULL)
    assert (status, out) == (1, b"")
    assert err == f"pynet: connect ETIMEDOUT {place[0]}:{place[1]}\n".encode()


def test_a_connection_that_is_used_is_not_idle(echo, running):
    process = running("connect", "-w", "5", *echo[1])
    for _ in range(3):
        process.stdin.write(b"ping")
        process.stdin.flush()
        assert process.stdout.read(4) == b"ping"
    assert finished(process, b"") == (0, b"", b"")


def test_hex_dump_of_both_directions(echo, running):
    status, out, err = finished(running("connect", "-x", *echo[1]), b"hello, world! \0\xff\n")
    assert (status, out) == (0, b"hello, world! \0\xff\n")
    dump = "00000000  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 20 00 ff  |hello, world! ..|\n"
    rest = "00000010  0a                                                |.|\n"
    assert err.decode() == f"> {dump}> {rest}< {dump}< {rest}"


def test_verbose_reports_attempts_with_times(echo, running):
    _, place = echo
    status, out, err = finished(running("connect", "-v", *place), b"hello")
    assert (status, out) == (0, b"hello")
    lines = err.decode().splitlines()
    took = r"[0-9.]+ m?s"
    where = " ".join(place)
    assert lines[0] == f"trying {where}"
    source = r" from 127\.0\.0\.1 \d+" if len(place) == 2 else ""
    assert re.fullmatch(rf"connected to {re.escape(where)}{source} after {took}", lines[1])
    assert re.fullmatch(rf"closed after {took}: 5 bytes sent, 5 received", lines[2])
    assert len(lines) == 3


def test_verbose_reports_lookup_and_failed_attempts():
    port = free_port()
    status, out, err = done("connect", "-v", "localhost", port)
    assert (status, out) == (1, b"")
    lines = err.decode().splitlines()
    took = r"[0-9.]+ m?s"
    assert re.fullmatch(rf"localhost is (127\.0\.0\.1|::1) \({took}\)", lines[0])
    assert f"trying 127.0.0.1 {port}" in lines
    assert any(re.fullmatch(rf"127\.0\.0\.1 {port} failed after {took}: ECONNREFUSED", line) for line in lines)
    assert lines[-1].startswith("pynet: connect ECONNREFUSED ")
    assert not any(line.startswith("closed") for line in lines)


def test_verbose_reports_a_path_that_is_missing(tmp_path):
    path = tmp_path / "none.sock"
    status, _, err = done("connect", "-v", path)
    lines = err.decode().splitlines()
    assert status == 1
    assert lines[0] == f"trying {path}"
    assert lines[-1] == f"pynet: connect ENOENT {path}"


def test_a_family_may_be_chosen(running):
    with listener() as (server, port):
        process = running("connect", "-4", "localhost", port, stdin=DEVNULL)
        server.accept()[0].close()
        assert finished(process) == (0, b"", b"")
        status, _, err = done("connect", "-v", "-6", "localhost", port, stdin=DEVNULL)
    assert status == 1  # the server has IPv4 only
    assert b"127.0.0.1" not in err


def test_only_one_family_may_be_chosen():
    status, _, err = done("connect", "-4", "-6", "80")
    assert (status, err.count(b"\n")) == (2, 1)


@pytest.mark.wine_fault("it knows no names of services")
def test_service_names_are_ports():
    status, _, err = done("connect", "127.0.0.1", "tcpmux", stdin=DEVNULL)
    assert (status, err) == (1, b"pynet: connect ECONNREFUSED 127.0.0.1:1\n")


@pytest.mark.posix_only("a process gets no signals of others")
def test_sigterm_ends_connect(running):
    with listener() as (server, port):
        process = running("connect", port)
        with server.accept()[0]:
            process.terminate()
            assert process.wait(20) == -15
