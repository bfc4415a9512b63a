"""Server.listen(unlink_stale=True): removes a unix path on which no process listens, and nothing else."""

import os
import socket
import subprocess
import sys
import textwrap

import pytest

from helpers import Recorder, raw_client
from paths import ROOT


@pytest.fixture
def stale(tmp_path):
    """The path that a server left which died."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
    return path


def refused(srv, path, code="EADDRINUSE", **options):
    log = Recorder(srv, "listening", "error")
    srv.listen(path, **options)
    log.wait_for(lambda: log.names)
    assert (log.names, log["error"].code, log["error"].address) == (["error"], code, path)


def test_a_stale_path_is_in_use_without_the_option(make_greeter, stale):
    refused(make_greeter(), stale)
    refused(make_greeter(), stale, unlink_stale=False)
    assert os.path.exists(stale)


@pytest.mark.parametrize("form", ["keyword", "mapping", "bytes", "relative"])
def test_a_stale_path_is_cleared_away(make_greeter, stale, form, monkeypatch):
    monkeypatch.chdir(os.path.dirname(stale))
    srv = make_greeter()
    if form == "keyword":
        srv.listen(stale, unlink_stale=True)
    elif form == "mapping":
        srv.listen({"path": stale, "unlinkStale": True})
    elif form == "bytes":
        srv.listen(os.fsencode(stale), unlink_stale=True)
    else:
        srv.listen("s", unlink_stale=True)
    assert srv.listening
    with raw_client(srv) as client:
        assert client.recv(10) == b"hi"
    srv.close()
    assert not os.path.exists(stale)


def test_a_free_path(make_greeter, tmp_path):
    assert make_greeter().listen(str(tmp_path / "s"), unlink_stale=True).listening


def test_a_path_that_somebody_answers_on(make_greeter, tmp_path):
    path = str(tmp_path / "s")
    first = make_greeter().listen(path)
    refused(make_greeter(), path, unlink_stale=True)
    with raw_client(first) as client:
        assert client.recv(10) == b"hi"


def test_a_path_whose_queue_is_full(make_greeter, tmp_path):
    """The process accepts nothing, but the system refuses no connection: the path is in use."""
    path = str(tmp_path / "s")
    clients = []
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(path)
        sock.listen(0)
        for _ in range(10):
            client = socket.socket(socket.AF_UNIX)
            clients.append(client)
            client.setblocking(False)
            if client.connect_ex(path) != 0:
                break
        refused(make_greeter(), path, unlink_stale=True)
    for client in clients:
        client.close()
    assert os.path.exists(path)


def test_a_datagram_socket_that_is_open(make_greeter, tmp_path):
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)
        refused(make_greeter(), path, unlink_stale=True)
    assert os.path.exists(path)


@pytest.mark.parametrize("what", ["file", "empty file", "folder", "link to a stale path", "dangling link", "fifo"])
def test_what_is_no_socket_is_never_removed(make_greeter, stale, tmp_path, what):
    path = str(tmp_path / "other")
    if what in ("file", "empty file"):
        (tmp_path / "other").write_text("dear" if what == "file" else "")
    elif what == "folder":
        os.mkdir(path)
    elif what == "fifo":
        os.mkfifo(path)
    else:
        os.symlink(stale if "stale" in what else tmp_path / "nowhere", path)
    refused(make_greeter(), path, unlink_stale=True)
    assert os.path.lexists(path) and os.path.lexists(stale)
    if what == "file":
        assert (tmp_path / "other").read_text() == "dear"


def test_a_missing_folder(make_greeter, tmp_path):
    refused(make_greeter(), str(tmp_path / "missing" / "s"), "ENOENT", unlink_stale=True)


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_abstract_name_in_use(make_greeter):
    name = f"\0pynet-{os.getpid()}-stale"
    make_greeter().listen(name, unlink_stale=True)
    refused(make_greeter(), name, unlink_stale=True)


def test_it_says_nothing_to_a_port(make_greeter):
    assert make_greeter().listen(0, "127.0.0.1", unlink_stale=True).listening


def test_of_many_that_clear_it_away_at_once_one_listens(stale):
    """Each process of a group that is started anew does this."""
    source = textwrap.dedent("""
        import sys, pynet
        server = pynet.create_server(lambda sock: None)
        def over(*args):
            print("listening" if server.listening else args[0].code, flush=True)
        def main():
            server.on("error", over)
            sys.stdin.readline()
            server.listen(sys.argv[1], over, unlink_stale=True)
        pynet.run(main)
    """)
    command = [sys.executable, "-P", "-c", source, stale]
    children = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(6)
    ]
    try:
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        said = sorted(child.stdout.readline().strip() for child in children)
    finally:
        for child in children:
            child.kill()
            child.communicate()
    assert said == ["EADDRINUSE"] * 5 + ["listening"]
