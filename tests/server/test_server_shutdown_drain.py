"""shutdown(drain=True): connections end by themselves, until the timeout."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, run_coroutine, two_turns, wait_until


@pytest.fixture
def conversation(server):
    """conversation(): (server, client, accepted socket), which stays open until one of them ends it."""
    clients = []

    def make():
        peers = []
        srv = server(lambda sock: sock.on("data", lambda chunk: None) and peers.append(sock))
        clients.append(raw_client(srv))
        assert wait_until(lambda: peers)
        return srv, clients[-1], peers[0]

    yield make
    for client in clients:
        client.close()


def test_nothing_is_ended(conversation):
    srv, client, sock = conversation()
    log = Recorder(sock, "prefinish", "finish", "end", "close")
    done = srv.shutdown(30, drain=True)
    two_turns()
    assert (srv.listening, sock.writable, log.names, done.done()) == (False, True, [], False)
    sock.write(b"the answer")
    assert client.recv(100) == b"the answer"
    sock.destroy()
    assert done.result(5) == 0


def test_an_answer_in_flight_is_sent_in_full(conversation):
    srv, client, sock = conversation()
    data = bytes(4 << 20)
    done = srv.shutdown(30, drain=True)
    sock.write(data[: 2 << 20])
    sock.end(data[2 << 20 :])
    got = 0
    while chunk := client.recv(1 << 16):
        got += len(chunk)
    client.close()
    assert (got, done.result(5)) == (len(data), 0)


def test_it_is_done_when_the_peer_has_ended(conversation):
    srv, client, _sock = conversation()
    closed = Recorder(srv, "close")
    done = srv.shutdown(drain=True)
    client.close()
    assert done.result(5) == 0
    assert closed.names == ["close"]


def test_the_timeout_destroys_what_is_left(conversation):
    srv, client, sock = conversation()
    assert srv.shutdown(0.01, drain=True).result(5) == 1
    assert sock.destroyed
    assert client.recv(1) == b""


@pytest.mark.posix_only("connect() waits for an instance of the pipe, while there are connections", only="unix")
def test_no_more_connections_are_accepted(conversation, kind):
    srv, client, _sock = conversation()
    place = srv.address()
    done = srv.shutdown(30, drain=True)
    refused = Recorder(pynet.connect(place), "error")
    assert refused.wait("error")["error"].code == ("ENOENT" if kind == "unix" else "ECONNREFUSED")
    client.close()
    done.result(5)


def test_a_later_shutdown_ends_the_connections(conversation):
    srv, client, sock = conversation()
    first = srv.shutdown(30, drain=True)
    second = srv.shutdown(30)
    assert second is first
    assert client.recv(1) == b""
    assert sock.writable_ended
    client.close()
    assert first.result(5) == 0


def test_draining_later_does_not_lengthen_the_time(conversation):
    srv, _client, sock = conversation()
    first = srv.shutdown(0.01)
    assert srv.shutdown(30, drain=True) is first
    assert first.result(5) == 1
    assert sock.destroyed


def test_a_connection_that_nothing_has_taken_is_destroyed(bare):
    srv = bare()
    with pytest.raises(TimeoutError):
        srv.accept(0)
    loop = iter(srv)
    pynet._private.iter_next(srv)
    with raw_client(srv) as client:
        assert wait_until(lambda: srv.connections)
        loop.close()
        assert srv.shutdown(30, drain=True).result(5) == 0
        assert client.recv(1) == b""


def test_in_a_listener(conversation):
    srv, client, sock = conversation()
    done = on_loop(lambda: srv.shutdown(30, drain=True))
    assert sock.writable
    client.close()
    assert done.result(5) == 0


def test_awaited(conversation):
    srv, client, _sock = conversation()

    async def main():
        done = srv.shutdown(30, drain=True)
        client.close()
        return await done

    assert run_coroutine(main()) == 0


def test_with_handlers_in_threads(where):
    """They finish their answer."""
    began = Recorder(pynet.EventEmitter())

    def handler(sock):
        began.note("began")()
        request = sock.read_exactly(4, timeout=10)
        sock.write(b"got " + request)

    srv = pynet.serve(handler, *where)
    with raw_client(srv) as client:
        client.sendall(b"ab")
        began.wait("began")
        done = srv.shutdown(30, drain=True)
        client.sendall(b"cd")
        assert client.recv(100) == b"got abcd"
    assert done.result(5) == 0


def test_with_nothing_to_close_it_is_done():
    assert pynet.Server().shutdown(30, drain=True).result(0) == 0
