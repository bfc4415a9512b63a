"""The command line beside the real nc (Debian's netcat-openbsd): where both have a letter, both do the same."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading

import pytest

from commands import DEVNULL, PIPE, free_port, full_server, listener, place_of, plain_socket, receive_all, wait_for_path
from paths import ROOT

OURS = [sys.executable, "-m", "pynet", "connect"]


@pytest.fixture(scope="module")
def nc():
    return [shutil.which("nc") or pytest.fail("nc is missing: apt-get install netcat-openbsd")]


@pytest.fixture(params=["nc", "pynet"])
def client(request, nc):
    """A function that runs nc, or pynet connect, to its end: (exit status, stdout)."""

    def run(*args, data=b""):
        command = [*(nc if request.param == "nc" else OURS), *map(str, args)]
        done = subprocess.run(command, input=data, stdout=PIPE, stderr=PIPE, cwd=ROOT, timeout=40, check=False)
        return done.returncode, done.stdout

    return run


@pytest.fixture
def peer():
    """A port, and a list of what a peer got there when all is over: it answers `late` after the client's end."""
    got: list[bytes] = []
    with listener() as (server, port):

        def serve():
            with server.accept()[0] as sock:
                got.append(receive_all(sock))
                sock.sendall(b"late")

        thread = threading.Thread(target=serve)
        thread.start()
        yield port, got
        thread.join()


def test_half_close(client, peer):
    port, got = peer
    assert client("-N", "127.0.0.1", port, data=b"early") == (0, b"late")
    assert got == [b"early"]


def test_crlf(client, peer):
    port, got = peer
    client("-N", "-C", "127.0.0.1", port, data=b"a\nb\r\nc\r\r\n\n")
    assert got == [b"a\r\nb\r\nc\r\r\n\r\n"]


def test_no_stdin(client):
    with listener() as (server, port):

        def serve():
            with server.accept()[0] as sock:
                sock.sendall(b"x")

        thread = threading.Thread(target=serve)
        thread.start()
        assert client("-d", "127.0.0.1", port, data=b"not sent") == (0, b"x")
        thread.join()


def test_a_unix_socket(client, tmp_path):
    with listener(tmp_path / "s.sock") as (server, path):

        def serve():
            with server.accept()[0] as sock:
                sock.sendall(receive_all(sock)[::-1])

        thread = threading.Thread(target=serve)
        thread.start()
        assert client("-N", "-U", path, data=b"abc") == (0, b"cba")
        thread.join()


def test_an_idle_connection_ends_with_0(client):
    with listener() as (_, port):  # the system accepts
        assert client("-w", "1", "127.0.0.1", port) == (0, b"")


def test_a_server_that_does_not_answer_is_1(client):
    with full_server() as (host, port):
        assert client("-w", "1", host, port) == (1, b"")


def test_a_refused_connection_is_1(client):
    assert client("127.0.0.1", free_port()) == (1, b"")


def test_a_missing_path_is_1(client, tmp_path):
    assert client("-U", tmp_path / "none") == (1, b"")


def test_an_unknown_name_is_1(client):
    assert client("no.such.host.invalid", 80) == (1, b"")


@pytest.mark.parametrize("which", ["nc", "pynet"])
def test_scan_has_the_exit_status_of_nc_z(nc, which):
    command = [*nc, "-z"] if which == "nc" else [sys.executable, "-m", "pynet", "scan"]
    with listener() as (_, port):
        done = [
            subprocess.run([*command, "127.0.0.1", str(each)], stdin=DEVNULL, capture_output=True, cwd=ROOT, timeout=40)
            for each in (port, free_port())
        ]
    assert [each.returncode for each in done] == [0, 1]


def test_nc_talks_to_listen(nc, running):
    process = running("listen", "127.0.0.1:0")
    place = place_of(process.stderr)
    with subprocess.Popen([*nc, "-N", *place], stdin=PIPE, stdout=PIPE) as other:
        other.stdin.write(b"question")
        other.stdin.close()
        assert process.stdout.read(8) == b"question"
        process.stdin.write(b"answer")
        process.stdin.close()
        assert other.stdout.read() == b"answer"
    assert process.wait(20) == 0


def test_connect_talks_to_nc_l(nc, running, tmp_path):
    with subprocess.Popen([*nc, "-lU", "-k", tmp_path / "s.sock"], stdin=DEVNULL, stdout=PIPE) as other:
        assert wait_for_path(tmp_path / "s.sock", other)
        process = running("connect", "-N", tmp_path / "s.sock")
        process.stdin.write(b"hello")
        process.stdin.close()
        assert other.stdout.read(5) == b"hello"
        assert process.wait(20) == 0
        other.kill()


@pytest.mark.parametrize("which", ["nc", "pynet"])
def test_further_connections(nc, running, tmp_path, which):
    """-k: one after the other, each until its peer ends."""
    path = tmp_path / "s.sock"
    if which == "nc":
        process = subprocess.Popen([*nc, "-lkU", path], stdin=PIPE, stdout=PIPE)
    else:
        process = running("listen", "-k", "-U", path)
    try:
        assert wait_for_path(path, process)
        for text in (b"first", b"second"):
            with plain_socket([path]) as sock:
                sock.sendall(text)
                sock.shutdown(socket.SHUT_WR)
                assert process.stdout.read(len(text)) == text
                assert receive_all(sock) == b""
    finally:
        process.kill()
        process.communicate()
