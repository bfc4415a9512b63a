"""Server.shutdown(): what happens to the server and to its connections, and what the Future says."""

from __future__ import annotations

import gc
import socket
import threading
import weakref
from concurrent import futures

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until

BIG = b"x" * 8_000_000


def accept(srv, count=1):
    """Clients of Python's own, and the sockets that were accepted for them."""
    clients = [raw_client(srv) for _ in range(count)]
    assert wait_until(lambda: len(srv.connections) == count)
    return clients, srv.connections


def quiet(sock):
    sock.on("error", lambda err: None)
    sock.resume()


# --- without connections ---


def test_a_server_without_connections_closes(server):
    srv = server()
    log = Recorder(srv, "close")
    done = srv.shutdown()
    assert isinstance(done, pynet.Future) and isinstance(done, futures.Future)
    assert done.result(5) == 0
    assert log.names == ["close"]
    assert not srv.listening


def test_the_future_is_done_after_close_has_been_emitted(server):
    srv = server()
    log = Recorder(srv, "close")
    on_loop(lambda: srv.shutdown().add_done_callback(log.note("done")))
    log.wait("done")
    assert log.names == ["close", "done"]


def test_a_server_that_never_listened_has_nothing_to_do():
    srv = pynet.Server()
    log = Recorder(srv, "close", "error")
    done = srv.shutdown(5)
    assert done.done() and done.result() == 0
    on_loop(lambda: None)
    assert log.names == []


def test_a_closed_server_has_nothing_to_do(server):
    srv = server()
    log = Recorder(srv, "close")
    srv.close()
    log.wait("close")
    assert srv.shutdown(0).result() == 0
    on_loop(lambda: None)
    assert log.names == ["close"]


def test_a_close_that_is_on_its_way_is_waited_for(server):
    srv = server()
    log = Recorder(srv, "close")

    def both():
        srv.close()
        srv.shutdown().add_done_callback(log.note("done"))
        assert log.names == []

    on_loop(both)
    log.wait("done")
    assert log.names == ["close", "done"]


def test_a_server_that_looks_its_host_up_never_listens():
    srv = pynet.create_server(lambda sock: None)
    log = Recorder(srv, "listening", "error", "close")

    def both():
        srv.listen(0, "localhost")
        return srv.shutdown()

    assert on_loop(both).result(5) == 0
    assert log.names == ["close"]
    assert not srv.listening


# --- connections ---


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_every_connection_is_ended_and_goes_by_itself(server):
    srv = server(quiet)
    clients, socks = accept(srv, 3)
    logs = [Recorder(sock, "finish", "end", "close") for sock in socks]
    done = srv.shutdown()
    for client in clients:
        assert client.recv(10) == b""
        assert not done.done()
        client.close()
    assert done.result(5) == 0
    for log in logs:
        log.wait("close")
        assert log.names == ["finish", "end", "close"]
        assert log.args("close") == [(False,)]


@pytest.mark.posix_only("connect() waits for an instance of the pipe, while there are connections", only="unix")
def test_new_connections_are_refused_at_once(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    where = target(srv)
    done = srv.shutdown()
    assert not srv.listening
    err = Recorder(pynet.connect(where), "error", "close").wait("close")["error"]
    assert err.code in ("ECONNREFUSED", "ENOENT")
    clients[0].close()
    assert done.result(5) == 0


def test_what_is_queued_still_leaves(server):
    srv = server(lambda sock: (quiet(sock), sock.write(BIG)))
    clients, (sock,) = accept(srv)
    assert wait_until(lambda: sock.bytes_written)
    done = srv.shutdown()
    got = 0
    while chunk := clients[0].recv(1_000_000):
        got += len(chunk)
    clients[0].close()
    assert done.result(5) == 0
    assert got == len(BIG)


def test_what_is_corked_still_leaves(server):
    srv = server(lambda sock: (quiet(sock), sock.cork(), sock.write("held")))
    clients, (sock,) = accept(srv)
    assert wait_until(lambda: sock.bytes_written)
    done = srv.shutdown()
    assert clients[0].recv(10) == b"held"
    clients[0].close()
    assert done.result(5) == 0


def test_a_peer_that_never_ends_is_destroyed_in_time(server):
    srv = server(quiet, allow_half_open=True)
    clients, socks = accept(srv, 2)
    log = Recorder(srv, "close")
    done = srv.shutdown(0.05)
    assert clients[0].recv(10) == b""
    clients[0].close()
    assert done.result(5) == 1
    assert log.names == ["close"]
    assert socks[1].destroyed and socks[1].errored is None
    clients[1].close()


def test_a_peer_that_does_not_read_is_destroyed_in_time(server):
    srv = server(lambda sock: (quiet(sock), sock.write(BIG)))
    clients, (sock,) = accept(srv)
    assert wait_until(lambda: sock.bytes_written)  # it is among the connections before its listener is called
    assert srv.shutdown(0.05).result(5) == 1
    assert sock.destroyed
    clients[0].close()


def test_a_paused_connection_is_destroyed_in_time(server):
    srv = server(lambda sock: sock.on("error", lambda err: None), pause_on_connect=True)
    clients, (sock,) = accept(srv)
    done = srv.shutdown(0.05)
    clients[0].close()
    assert done.result(5) == 1
    assert sock.destroyed


def test_a_paused_connection_goes_when_it_is_read(server):
    srv = server(pause_on_connect=True)
    clients, (sock,) = accept(srv)
    done = srv.shutdown()
    clients[0].sendall(b"last words")
    clients[0].close()
    log = Recorder(sock, "data", "end")
    sock.resume()
    assert done.result(5) == 0
    assert log.data() == b"last words"


def test_a_timeout_of_0_destroys_at_once(server):
    srv = server(quiet)
    clients, socks = accept(srv, 3)
    done = srv.shutdown(0)
    assert all(sock.destroyed for sock in socks)
    assert done.result(5) == 3
    for client in clients:
        client.close()


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_a_socket_that_was_destroyed_meanwhile_does_not_count(server):
    srv = server(quiet)
    clients, socks = accept(srv, 2)
    done = srv.shutdown(0.05)
    socks[0].destroy()
    assert done.result(5) == 1
    for client in clients:
        client.close()


def test_a_socket_that_has_ended_already_is_waited_for(server):
    srv = server(quiet)
    clients, (sock,) = accept(srv)
    log = Recorder(sock, "finish", "error", "close")
    sock.end()
    done = srv.shutdown()
    clients[0].close()
    assert done.result(5) == 0
    log.wait("close")
    assert log.names == ["finish", "close"]


def test_writing_after_it_is_a_write_after_end(server):
    srv = server(lambda sock: sock.resume())
    clients, (sock,) = accept(srv)
    log = Recorder(sock, "error", "close")
    done = srv.shutdown()
    assert sock.write("late") is False
    log.wait("close")
    assert log["error"].code == "ERR_STREAM_WRITE_AFTER_END"
    assert done.result(5) == 0
    clients[0].close()


def test_the_socket_of_the_connection_listener_under_way_is_ended_too(server):
    results = []
    srv = server(lambda sock: (quiet(sock), results.append(srv.shutdown())))
    with raw_client(srv) as client:
        assert client.recv(10) == b""
    assert results[0].result(5) == 0


def test_listeners_of_ended_sockets_may_do_anything(server):
    """The first one to be ended destroys the others."""
    srv = server(quiet)
    clients, socks = accept(srv, 3)
    for sock in socks:
        sock.on("prefinish", lambda: [other.destroy() for other in socks])
    assert on_loop(lambda: srv.shutdown(5)).result(5) == 0
    for client in clients:
        client.close()


def test_only_its_own_connections_are_ended(server, tmp_path):
    srv = server(quiet)
    other = pynet.create_server(quiet).listen(tmp_path / "other.sock")
    clients, _ = accept(srv)
    more, (theirs,) = accept(other)
    assert srv.shutdown(0).result(5) == 1
    assert not theirs.destroyed and not theirs.writable_ended and other.listening
    theirs.destroy()
    other.close()
    for client in clients + more:
        client.close()


# --- again ---


def test_a_second_call_gives_the_same_future(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown()
    assert srv.shutdown() is done
    assert on_loop(srv.shutdown) is done
    clients[0].close()
    assert done.result(5) == 0
    assert srv.shutdown() is done


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_a_later_call_may_shorten_the_time(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown(1000)
    assert srv.shutdown(0.05) is done
    assert done.result(5) == 1
    clients[0].close()


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_a_later_call_does_not_lengthen_the_time(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown(0.05)
    assert srv.shutdown(1000) is srv.shutdown() is done
    assert done.result(5) == 1
    clients[0].close()


def test_the_count_stays_when_it_is_called_after_the_end(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    assert srv.shutdown(0).result(5) == 1
    assert srv.shutdown(5).result(0) == 1
    clients[0].close()


def test_a_new_life_has_a_new_future(server, where):
    srv = server(quiet)
    first = srv.shutdown()
    assert first.result(5) == 0
    srv.listen(*where)
    clients, _ = accept(srv)
    second = srv.shutdown(0)
    assert second is not first
    assert second.result(5) == 1
    clients[0].close()


def test_listening_again_meanwhile_does_not_hold_it_up(server, where):
    """It waits for the connections that it has ended, not for those of the server's next life."""
    srv = server(quiet)
    clients, old = accept(srv)
    log = Recorder(srv, "close")
    done = srv.shutdown()
    srv.listen(*where)
    clients.append(raw_client(srv))
    assert wait_until(lambda: len(srv.connections) == 2)
    clients[0].close()
    assert done.result(5) == 0
    (new,) = srv.connections
    assert new not in old and not new.writable_ended and srv.listening
    assert log.names == []
    new.destroy()
    clients[1].close()


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_the_timeout_spares_the_connections_of_the_next_life(server, where):
    srv = server(quiet)
    clients, old = accept(srv)
    done = srv.shutdown(0.1)
    srv.listen(*where)
    clients.append(raw_client(srv))
    assert wait_until(lambda: len(srv.connections) == 2)
    assert done.result(5) == 1
    assert old[0].destroyed
    (new,) = srv.connections
    new.destroy()
    for client in clients:
        client.close()


def test_a_call_after_listening_again_takes_in_the_new_connections(server, where):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown()
    srv.listen(*where)
    clients.append(raw_client(srv))
    assert wait_until(lambda: len(srv.connections) == 2)
    assert srv.shutdown(0) is done
    assert done.result(5) == 2
    assert not srv.listening
    for client in clients:
        client.close()


def test_close_again_after_it_is_as_always(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown()
    log = Recorder(srv, "close")
    srv.close(log.note("callback"))
    clients[0].close()
    assert done.result(5) == 0
    log.wait("callback")
    assert log["callback"].code == "ERR_SERVER_NOT_RUNNING"


# --- the future ---


def test_it_cannot_be_cancelled(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown()
    assert done.running() and not done.cancel() and not done.cancelled()
    clients[0].close()
    assert done.result(5) == 0


def test_it_goes_on_when_nobody_keeps_the_future(server):
    srv = server(quiet)
    clients, (sock,) = accept(srv)
    log = Recorder(sock, "close")
    srv.shutdown(0.05)
    gc.collect()
    log.wait("close")
    clients[0].close()


def test_the_server_goes_when_nobody_needs_it_any_more(server):
    srv = pynet.create_server(quiet)
    srv.listen(0, "127.0.0.1")
    done = srv.shutdown(1000)
    assert done.result(5) == 0
    gone = threading.Event()
    weakref.finalize(srv, gone.set)
    del srv
    assert wait_until(gone.is_set)


def test_result_in_a_listener_would_wait_for_ever(server):
    srv = server(quiet)
    clients, _ = accept(srv)

    def wait():
        with pytest.raises(RuntimeError, match="listener"):
            srv.shutdown().result()

    on_loop(wait)
    clients[0].close()
    assert srv.shutdown().result(5) == 0


@pytest.mark.parametrize(
    ("bad", "kind", "code"),
    [
        ("5", TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
        ([], TypeError, "ERR_INVALID_ARG_TYPE"),
        (-1, ValueError, "ERR_OUT_OF_RANGE"),
        (-0.001, ValueError, "ERR_OUT_OF_RANGE"),
        (float("nan"), ValueError, "ERR_OUT_OF_RANGE"),
    ],
)
def test_a_bad_timeout_raises_and_changes_nothing(server, bad, kind, code):
    srv = server(quiet)
    with pytest.raises(kind, match="timeout") as info:
        srv.shutdown(bad)
    assert info.value.code == code
    assert srv.listening


@pytest.mark.parametrize("timeout", [float("inf"), 1e9, 10**30, 2147484])
def test_a_timeout_may_be_of_any_length(server, timeout, recwarn):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown(timeout)
    on_loop(lambda: None)
    assert not done.done()
    clients[0].close()
    assert done.result(5) == 0
    assert not recwarn.list


def test_arguments_are_counted():
    with pytest.raises(TypeError):
        pynet.Server().shutdown(1, 2)
    with pytest.raises(TypeError):
        pynet.Server().shutdown(time=1)


def test_the_private_function_refuses_what_is_no_server():
    for args in ((), (5, None), (pynet.Socket(), None)):
        with pytest.raises(TypeError):
            pynet._pynet._shut_down(*args)
    with pytest.raises(TypeError):
        pynet._pynet._destroy_draining(5)


def test_a_failed_listen_does_not_fail_it(server, tmp_path):
    """An error of the server's is for its own listeners."""
    srv = server(quiet)
    clients, _ = accept(srv)
    log = Recorder(srv, "error")
    done = srv.shutdown()
    srv.listen(tmp_path / "missing" / "s")
    log.wait("error")
    assert not done.done()
    clients[0].close()
    assert done.result(5) == 0


def test_a_client_of_pynet_sees_an_orderly_end(server):
    srv = server(quiet)
    client = pynet.connect(target(srv))
    log = Recorder(client, "connect", "data", "end", "error", "close")
    log.wait("connect")
    assert wait_until(lambda: srv.connections)
    assert srv.shutdown(5).result(5) == 0
    log.wait("close")
    assert log.names == ["connect", "end", "close"]
    assert log.args("close") == [(False,)]


def test_a_client_that_half_closes_first(server):
    srv = server(quiet, allow_half_open=True)
    clients, (sock,) = accept(srv)
    log = Recorder(sock, "end")
    clients[0].shutdown(socket.SHUT_WR)
    log.wait("end")
    assert srv.shutdown().result(5) == 0
    assert clients[0].recv(10) == b""
    clients[0].close()
