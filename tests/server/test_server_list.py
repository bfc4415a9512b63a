"""servers() and close_all(); the note of EADDRINUSE about a server of this process."""

from __future__ import annotations

import socket
import sys

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, raw_client, wait_until


def notes_of(error) -> list[str]:
    return getattr(error, "__notes__", [])


def in_use(call) -> list[str]:
    with pytest.raises(OSError) as caught:
        call()
    assert caught.value.code == "EADDRINUSE"
    return notes_of(caught.value)


@pytest.fixture
def only(monkeypatch):
    """No other test's server listens."""
    if sys.platform == "win32":
        pynet.close_all()  # a test that was skipped half-way has left one
    assert wait_until(lambda: pynet.servers() == []), pynet.servers()


def place_of(kind, tmp_path):
    return (tmp_path / "s.sock",) if kind == "unix" else (0, "127.0.0.1")


@pytest.fixture(params=["tcp", "unix"])
def kind(request):
    return request.param


def test_servers_are_those_that_listen(only, kind, tmp_path):
    first = pynet.create_server(print).listen(*place_of(kind, tmp_path))
    idle = pynet.create_server(print)
    second = pynet.create_server(print).listen(0, "127.0.0.1").unref()
    assert pynet.servers() == [first, second]
    first.close()
    assert pynet.servers() == [second]
    second.close()
    assert pynet.servers() == [] and not idle.listening


def test_servers_before_the_loop_is_used():
    assert isolated.check("import pynet; print(pynet.servers(), pynet.close_all())") == "[] 0\n"


def test_close_all_ends_servers_and_connections_and_frees_their_addresses(only, kind, tmp_path):
    peers = []
    server = pynet.create_server(peers.append).listen(*place_of(kind, tmp_path))
    with raw_client(server) as client:
        assert wait_until(lambda: peers)
        log = Recorder(server, "close")
        again = (server.address(),) if kind == "unix" else server.address()[1::-1]
        assert pynet.close_all() == 1
        second = pynet.create_server(print).listen(*again)
        log.wait("close")
        assert client.recv(1) == b"" and peers[0].destroyed
    second.close()


def test_close_all_in_a_listener(only):
    server = pynet.create_server(print).listen(0, "127.0.0.1")
    assert on_loop(pynet.close_all) == 1
    assert not server.listening


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_the_error_of_an_address_that_a_server_of_ours_has(only, kind, tmp_path):
    place = place_of(kind, tmp_path)
    server = pynet.create_server(print).listen(*place)
    again = (server.address(),) if kind == "unix" else server.address()[1::-1]
    for take in (
        lambda: pynet.create_server(print).listen(*again),
        lambda: pynet.BoundSocket(path=again[0]) if kind == "unix" else pynet.BoundSocket(again[::-1]),
    ):
        [note] = in_use(take)
        assert note.startswith(f"a server of this process has this address: {server!r}, since listen() at ")
        assert "test_server_list.py:" in note
        assert "pynet.servers()" in note and "pynet.close_all()" in note
    server.close()


def test_the_error_names_the_line_of_the_program_also_for_a_helper_of_ours(only):
    server = pynet.serve(print, 0, "127.0.0.1")
    [note] = in_use(lambda: pynet.create_server(print).listen(server.port, "127.0.0.1"))
    assert "test_server_list.py:" in note
    server.close()


def test_the_event_has_the_note_too(only):
    server = pynet.create_server(print).listen(0, "127.0.0.1")
    second = pynet.Server()
    log = Recorder(second, "error")
    second.listen(server.port, "127.0.0.1")
    assert "a server of this process" in notes_of(log.wait("error")["error"])[0]
    server.close()


def test_all_addresses_are_held_by_one(only):
    server = pynet.create_server(print).listen(0, "127.0.0.1")
    [note] = in_use(lambda: pynet.create_server(print).listen(server.port, "0.0.0.0"))
    assert repr(server) in note
    server.close()


def test_an_address_that_another_program_has():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert in_use(lambda: pynet.create_server(print).listen(listener.getsockname()[1], "127.0.0.1")) == []


def test_another_port_of_ours_is_not_named(only):
    server = pynet.create_server(print).listen(0, "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert in_use(lambda: pynet.create_server(print).listen(listener.getsockname()[1], "127.0.0.1")) == []
    server.close()


@pytest.mark.wine_fault("a second server may listen at the name of a pipe")
def test_a_server_of_several_addresses_is_listed_once_and_named_for_each(only, tmp_path):
    server = pynet.create_server(print).listen([("127.0.0.1", 0), tmp_path / "s.sock"])
    assert pynet.servers() == [server]
    tcp, path = server.addresses
    for again in ((tcp.port, tcp.address), (path,)):
        [note] = in_use(lambda again=again: pynet.create_server(print).listen(*again))
        assert repr(server) in note
    server.close()
