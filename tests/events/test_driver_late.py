"""Listeners that come after their event are called once, in order; unheard errors are held back for a while."""

import socket
import threading
import time

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, wait_until
from isolated.tools import raw_connect

HOLD = 0.25
NOT_YET = 0.05


@pytest.fixture
def reported(monkeypatch):
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append((args.exc_type, time.monotonic())))
    return seen


def connect_to(server):
    address = server.address()
    return pynet.connect(address if isinstance(address, str) else address.port)


@pytest.fixture
def connected(server):
    """A client that has been connected for a while and has no listeners; its server ends it on demand."""
    peers = []
    client = connect_to(server(lambda sock: (peers.append(sock), sock.on("error", lambda err: None))))
    assert wait_until(lambda: peers and not client.connecting)
    on_loop(lambda: None)
    yield client, peers[0]
    client.destroy()
    peers[0].destroy()


def test_connect_and_ready_are_told_late_in_order(connected, record):
    client, _ = connected
    with pynet.turn():  # else the loop may replay `ready` before the second listener is there
        heard = record(client, "ready", "connect")
    heard.wait("ready").wait("connect")
    on_loop(lambda: None)
    assert heard.names == ["connect", "ready"]


def test_each_is_told_once(connected, record):
    client, _ = connected
    first = record(client, "connect").wait("connect")
    second = record(client, "connect", "ready").wait("ready")
    on_loop(lambda: None)
    assert (first.names, second.names) == (["connect"], ["ready"])


def test_what_nobody_asks_for_stays_remembered(connected, record):
    client, _ = connected
    assert record(client, "ready").wait("ready").names == ["ready"]
    assert record(client, "connect").wait("connect").names == ["connect"]


def test_several_listeners_of_one_block_all_hear_it(connected, record):
    client, _ = connected
    with pynet.turn():
        one, two = record(client, "connect"), record(client, "connect")
    one.wait("connect")
    two.wait("connect")


def test_once_and_decorators_count_as_well(connected):
    client, _ = connected
    done, again = threading.Event(), threading.Event()
    client.once("connect", done.set)

    @client.on("ready")
    def ready():
        again.set()

    assert done.wait(5)
    assert again.wait(5)
    assert client.listener_count("connect") == 0


def test_a_listener_removed_before_the_replay_hears_nothing(connected):
    client, _ = connected
    heard = []
    with pynet.turn():
        listener = lambda: heard.append(1)  # noqa: E731
        client.on("connect", listener)
        client.off("connect", listener)
    on_loop(lambda: None)
    assert heard == []
    done = threading.Event()
    client.on("connect", done.set)
    assert done.wait(5), "the event is still there for the next one"


def test_inside_the_loop_nothing_is_told_again(connected):
    client, _ = connected
    heard = []
    on_loop(client.on, "connect", lambda: heard.append(1))
    time.sleep(NOT_YET)
    assert heard == []


def test_listening_is_told_late(where, record):
    server = pynet.create_server(lambda sock: None).listen(*where)
    on_loop(lambda: None)
    assert record(server, "listening").wait("listening").names == ["listening"]
    server.close()


def test_end_and_close_are_told_late(connected, record):
    client, peer = connected
    client.resume()
    peer.end()
    assert wait_until(lambda: client.destroyed)
    on_loop(lambda: None)
    with pynet.turn():
        heard = record(client, "close", "end", "ready", "connect")
    heard.wait("close")
    assert heard.names == ["connect", "ready", "end", "close"]
    assert heard.args("close") == [(False,)]


def test_a_delivered_close_empties_the_list(connected, record):
    client, _ = connected
    client.destroy()
    assert record(client, "close").wait("close").names == ["close"]
    heard = record(client, "connect", "ready", "close")
    time.sleep(NOT_YET)
    assert heard.names == []


def test_a_close_delivered_in_time_empties_the_list(connected, record):
    client, _ = connected
    closed = record(client, "close")
    client.destroy()
    closed.wait("close")
    heard = record(client, "connect", "ready", "close")
    time.sleep(NOT_YET)
    assert heard.names == []


def test_a_new_listen_empties_the_list(where, record):
    server = pynet.create_server(lambda sock: None).listen(*where)
    on_loop(lambda: None)
    server.close()
    assert wait_until(lambda: not server.listening)
    on_loop(lambda: None)
    server.listen(*where)
    on_loop(lambda: None)
    heard = record(server, "listening", "close").wait("listening")
    time.sleep(NOT_YET)
    assert heard.names == ["listening"], "of the new cycle, once"
    server.close()


def test_a_new_connect_empties_the_list(server, record):
    listening = server(lambda sock: sock.resume())
    address = listening.address()
    client = connect_to(listening)
    assert wait_until(lambda: not client.connecting)
    client.destroy()
    assert wait_until(lambda: client.closed)
    on_loop(lambda: None)
    with pynet.turn():
        client.connect(address if isinstance(address, str) else address.port)
        heard = record(client, "close", "connect")
    heard.wait("connect")
    time.sleep(NOT_YET)
    assert heard.names == ["connect"]
    client.destroy()


def test_data_is_not_lost_while_nobody_listens(server):
    client = connect_to(server(lambda sock: sock.end("early")))
    time.sleep(NOT_YET)
    got, ended = [], threading.Event()
    with pynet.turn():
        client.on("data", got.append)
        client.on("end", ended.set)
    assert ended.wait(5)
    assert got == [b"early"]


def test_a_server_accepts_nothing_before_its_first_connection_listener(where):
    server = pynet.create_server().listen(*where)
    with raw_connect(server):
        time.sleep(NOT_YET)
        counts = []
        server.get_connections(lambda err, count: counts.append(count))
        assert wait_until(lambda: counts == [0])
        peers = []
        server.on("connection", peers.append)
        assert wait_until(lambda: len(peers) == 1)
        peers[0].destroy()
    server.close()


# --- errors ---


def refused():
    return pynet.connect(path="/nonexistent/socket")


def test_an_error_listener_in_time_hears_it_and_close_follows(reported, record):
    client = refused()
    time.sleep(NOT_YET)
    heard = record(client, "error")
    heard.wait("error")
    with_close = record(client, "close").wait("close")
    assert heard["error"].code == "ENOENT"
    assert with_close.args("close") == [(True,)]
    time.sleep(HOLD + NOT_YET)
    assert reported == []
    assert heard.names == ["error"]


def test_error_and_close_attached_late_come_in_order(reported, record):
    client = refused()
    time.sleep(NOT_YET)
    with pynet.turn():
        heard = record(client, "close", "error")
    heard.wait("close")
    assert heard.names == ["error", "close"]
    assert reported == []


def test_what_comes_after_an_unheard_error_is_held_back(reported, record):
    began = time.monotonic()
    client = refused()
    closed = []
    client.on("close", lambda had: closed.append(time.monotonic()))
    time.sleep(NOT_YET)
    assert closed == []
    client.on("error", lambda err: closed.append("error"))
    assert wait_until(lambda: len(closed) == 2)
    assert closed[0] == "error"
    assert closed[1] - began < HOLD + 2
    assert reported == []


def test_after_the_hold_it_is_uncaught_once_and_close_follows(reported, record):
    began = time.monotonic()
    client = refused()
    closed = []
    client.on("close", lambda had: closed.append((had, time.monotonic())))
    assert wait_until(lambda: closed)
    assert [issubclass(kind, FileNotFoundError) for kind, _ in reported] == [True]
    assert HOLD - 0.01 <= reported[0][1] - began
    assert reported[0][1] <= closed[0][1]
    assert closed[0][0] is True
    heard = record(client, "error")
    time.sleep(NOT_YET)
    assert heard.names == []
    assert len(reported) == 1


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_a_server_error_is_held_back_as_well(reported, record, where):
    first = pynet.create_server(lambda sock: None).listen(*where)
    address = first.address()
    second = pynet.create_server(lambda sock: None)
    with pynet.turn():  # elsewhere listen() raises
        second.listen(*([address] if isinstance(address, str) else [address.port, address.address]))
    time.sleep(NOT_YET)
    heard = record(second, "error").wait("error")
    assert heard["error"].code == "EADDRINUSE"
    assert reported == []
    first.close()


def test_an_error_made_inside_the_loop_is_not_held_back(reported):
    began = time.monotonic()
    on_loop(lambda: refused() and None)
    assert wait_until(lambda: reported)
    assert reported[0][1] - began < HOLD - 0.02


def test_an_error_listener_attached_inside_the_loop_hears_a_held_error(reported):
    client = refused()
    time.sleep(NOT_YET)
    heard = []
    on_loop(client.on, "error", heard.append)
    assert wait_until(lambda: heard)
    assert reported == []


def test_run_counts_a_held_error_as_work():
    client = refused()
    closed = []
    client.on("close", lambda had: closed.append(had))
    with pytest.raises(FileNotFoundError):
        pynet.run()
    pynet.run()
    assert closed == [True]


def test_the_hold_is_cut_short_at_exit():
    done = isolated.run("""
        import pynet, threading, time
        pynet.connect(path="/nonexistent/socket")
        done = threading.Event()
        pynet.set_timeout(done.set, 20)
        done.wait(10)
        pynet.next_tick(done.clear)
    """)
    assert done.returncode == 0
    assert "FileNotFoundError" in done.stderr
    assert done.stderr.count("ENOENT") >= 1


def test_many_emitters_hold_back_at_once(reported):
    clients = [refused() for _ in range(50)]
    time.sleep(NOT_YET)
    heard = []
    for client in clients[::2]:
        client.on("error", heard.append)
    assert wait_until(lambda: len(heard) == 25 and len(reported) == 25)


def test_each_error_of_a_server_without_a_listener_reaches_the_one_that_comes(silent):
    server = pynet.create_server()
    with pynet.turn():
        for _ in range(3):
            server.listen(silent[1], silent[0])
    on_loop(lambda: None)
    errors = Recorder(server, "error").wait("error", times=3)
    assert [args[0].code for args in errors.args("error")] == ["EADDRINUSE"] * 3


def test_listener_for_a_remembered_event_attached_while_another_is_replayed():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = pynet.connect(listening.getsockname()[1], "127.0.0.1")
        peer, _ = listening.accept()
        data = Recorder(client, "data")
        peer.sendall(b"x")
        data.wait("data")
        entered, go_on, ready = threading.Event(), threading.Event(), threading.Event()
        peer.close()
        assert wait_until(lambda: client.ready_state != "open")
        client.on("end", lambda: (entered.set(), go_on.wait(5)))
        assert entered.wait(5)
        client.on("ready", ready.set)
        go_on.set()
        assert ready.wait(5)
        client.destroy()
