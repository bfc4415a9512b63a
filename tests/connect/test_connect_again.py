"""One Socket, connected again after it was closed, refused or destroyed."""

import threading
import weakref

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until
from reentrancy import ends_well


def test_reconnect_after_close(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket()
    log = Recorder(client, "connect", "ready", "data", "end", "error", "close")
    for round_number in range(1, 4):
        client.connect(target(srv))
        log.wait("close", times=round_number)
        assert (client.bytes_read, client.bytes_written) == (2, 0)
    assert log.names == ["connect", "ready", "data", "end", "close"] * 3


def test_reconnect_inside_the_close_listener(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "close")
    client.on("close", lambda had_error: len(log.args("close")) < 5 and client.connect(target(srv)))
    client.connect(target(srv))
    log.wait("close", times=5)
    assert log.names == ["connect", "data", "close"] * 5


def test_reconnect_after_refused(server, where):
    srv = server(lambda sock: sock.end(b"hi"))
    place = target(srv)
    srv.close()
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "error", "close")
    client.connect(place)
    log.wait("close")
    first = client.errored
    assert first is log["error"]
    srv.listen(place["path"]) if "path" in place else srv.listen(place["port"], place["host"])
    client.connect(place)
    log.wait("close", times=2)
    assert log.names == ["error", "close", "connect", "data", "close"]
    assert log.args("close") == [(True,), (False,)]
    assert client.errored is None


def test_reconnect_after_destroy_before_close(server):
    srv = server(lambda sock: sock.pipe(sock))
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "close")
    client.connect(target(srv))
    log.wait("connect")
    with pynet.turn():
        client.destroy()
        client.connect(target(srv))
        assert (client.destroyed, client.connecting) == (False, True)
        client.write(b"second life")
    log.wait_for(lambda: log.data() == b"second life")
    assert sorted(log.names) == ["close", "connect", "connect", "data"]
    client.destroy()


def test_reconnect_elsewhere(tmp_path):
    """From TCP to a unix socket and back."""
    tcp = pynet.create_server(lambda sock: sock.end(b"tcp")).listen(0, "127.0.0.1")
    unix = pynet.create_server(lambda sock: sock.end(b"unix")).listen(tmp_path / "s.sock")
    client = pynet.Socket()
    log = Recorder(client, "data", "close")
    for times, srv in enumerate([tcp, unix, tcp], 1):
        client.connect(target(srv))
        log.wait("close", times=times)
    assert [data for (data,) in log.args("data")] == [b"tcp", b"unix", b"tcp"]
    tcp.close()
    unix.close()


def test_an_ended_socket_that_never_connected_can_connect(server):
    peers = []
    srv = server(lambda sock: peers.append(sock) or sock.pipe(sock))
    client = pynet.Socket()
    log = Recorder(client, "finish", "connect", "data", "close")
    client.end()
    log.wait("finish")
    assert (client.ready_state, client.destroyed) == ("readOnly", False)
    client.connect(target(srv))
    log.wait("connect")
    assert client.write(b"revived")
    log.wait_for(lambda: log.data() == b"revived")
    client.end()
    log.wait("close")


def test_options_hold_for_the_next_connection(server, kind):
    srv = server(lambda sock: sock.end())
    client = pynet.Socket(allow_half_open=True)
    log = Recorder(client, "end", "close")
    client.resume()
    for times in (1, 2):
        client.connect(target(srv))
        log.wait("end", times=times)
        assert client.ready_state == "writeOnly"
        client.end()
        log.wait("close", times=times)


def test_accepted_socket_is_not_the_client_of_another(server):
    """A listener that connects further: the sockets do not mix."""
    inner = server(lambda sock: sock.end(b"inner"))
    place = target(inner)
    outer = pynet.create_server(lambda sock: pynet.connect(place).on("error", print).pipe(sock)).listen(0, "127.0.0.1")
    with raw_client(outer) as client:
        assert client.recv(100) == b"inner"
        assert client.recv(100) == b""
    outer.close()
    assert wait_until(lambda: not outer.listening)


def test_it_is_connecting_again_within_the_listener_of_what_failed(server, where):
    srv = server(lambda sock: sock.end())
    place = target(srv)
    states = []

    def again(*args):
        client.off("connectionAttemptFailed", again)
        states.append((client.connecting, client.ready_state))
        client.destroy()
        client.connect(place)
        states.append((client.connecting, client.pending, client.ready_state))

    client = pynet.Socket()
    log = Recorder(client, "ready")
    client.on("connectionAttemptFailed", again).on("error", lambda err: None)
    client.connect({**place, **({"path": place["path"] + ".none"} if "path" in place else {"host": "127.0.0.2"})})
    log.wait("ready")
    assert states == [(False, "open"), (True, True, "opening")]
    client.destroy()


# --- connected again inside a call or a callback ---


@pytest.mark.posix_only("the system takes a big write at once")
def test_a_connection_made_at_once_after_destroy_sends(silent):
    host, port = silent
    log, connected, answered = [], threading.Event(), threading.Event()
    sock = pynet.connect(port, host, connected.set)
    assert connected.wait(5)

    def again():
        sock.write(bytes(20_000_000), lambda err: log.append(("big", err.code)))
        sock.write(b"behind", lambda err: log.append(("behind", err.code)))
        pynet.set_immediate(reconnect)

    def reconnect():
        sock.destroy()
        sock.connect(port, host)
        assert log == []
        sock.write(b"hello", lambda err: (log.append(("hello", err)), answered.set()))

    on_loop(again)
    assert answered.wait(5), log
    assert log == [("big", "ECANCELED"), ("behind", "ECANCELED"), ("hello", None)]
    sock.destroy()


def test_callbacks_of_a_connection_that_never_was_are_answered(silent):
    host, port = silent
    log = []
    sock = pynet.Socket()

    def twice():
        sock.connect(port, host)
        sock.write(b"a", lambda err: log.append(("a", err.code)))
        sock.end(callback=lambda err: log.append(("end", err.code)))
        sock.destroy()
        sock.connect(port, host)
        sock.write(b"b", lambda err: (log.append(("b", err)), sock.destroy()))

    closed = Recorder(sock, "close")
    on_loop(twice)
    closed.wait("close", times=1)
    assert wait_until(lambda: len(log) == 3)
    never = "ERR_SOCKET_CLOSED_BEFORE_CONNECTION"
    assert log == [("a", never), ("end", never), ("b", None)]


def test_the_close_of_the_connection_before_tells_of_its_error(silent):
    host, port = silent
    sock = pynet.connect(port, host)
    events = Recorder(sock, "connect", "error", "close")

    def again():
        sock.destroy(LookupError("mine"))
        sock.connect(port, host)

    sock.once("connect", again)
    events.wait("connect", times=2)
    events.wait("close")
    assert events.args("close") == [(True,)]
    sock.destroy()
    events.wait("close", times=2)
    assert events.args("close") == [(True,), (False,)]


def test_an_end_that_waits_to_be_told_is_not_told_to_the_next_connection(pair):
    p = pair()
    events = Recorder(p.client, "connect", "end", "finish")
    p.client.resume()
    on_loop(p.client.pause)

    def again():
        p.client.destroy()
        p.client.connect(target(p.server))

    p.client.on("data", lambda chunk: again())  # the tick of `end` is queued already
    p.peer.end(b"x")
    assert wait_until(lambda: p.client.bytes_read == 1)
    for _ in range(3):  # the end is read behind the chunk, and kept as well
        on_loop(lambda: None)
    on_loop(p.client.resume)
    events.wait("connect")
    on_loop(lambda: None)
    assert events.names == ["connect"]
    assert p.client.ready_state == "open"


def test_a_callback_of_a_dead_socket_may_connect_it_and_write(silent):
    host, port = silent
    log, connected = [], threading.Event()
    sock = pynet.connect(port, host, connected.set)
    assert connected.wait(5)

    def reconnect(err):
        log.append(("first", err.code))
        sock.connect(port, host)
        sock.write(b"new", lambda err: log.append(("new", err)))

    def fail():
        sock.write(bytes(20_000_000), reconnect)
        sock.write(b"2", lambda err: log.append(("second", err.code)))
        sock.write(b"3", lambda err: log.append(("third", err.code)))
        pynet.set_immediate(sock.destroy)

    on_loop(fail)
    assert wait_until(lambda: len(log) == 4)
    assert log == [("first", "ECANCELED"), ("second", "ECANCELED"), ("third", "ECANCELED"), ("new", None)]
    sock.destroy()


def test_the_error_of_the_callbacks_outlives_a_connect_in_the_first(silent):
    """connect() releases the error of the socket, which the callbacks behind it still get."""

    class Lost(Exception):
        pass

    host, port = silent
    got, connected = [], threading.Event()
    sock = pynet.connect(port, host, connected.set)
    assert connected.wait(5)
    sock.on("error", lambda err: None)

    def reconnect(err):
        got.append(err.code)
        sock.connect(port, host)
        got.append(lost() is not None)

    def fail():
        nonlocal lost
        error = Lost("destroyed")
        lost = weakref.ref(error)
        sock.write(bytes(20_000_000), reconnect)
        sock.write(b"2", lambda err: got.append(repr(err)))
        pynet.set_immediate(sock.destroy, error)

    lost = None
    on_loop(fail)
    assert wait_until(lambda: len(got) == 3)
    assert got == ["ECANCELED", True, "Lost('destroyed')"]
    sock.destroy()


def test_connect_while_a_collection_connects_the_same_socket():
    """Once, the inner handle was lost, and its lookup went on beside the outer one."""
    ends_well("""
        target = Target()
        for n in range(12):
            sock = pynet.Socket()
            sock.on("error", lambda err: None)
            at(n, lambda: sock.connect(target.port, "localhost"), sock.connect, target.port, "localhost")
            assert wait_until(lambda: not sock.connecting)
            sock.destroy()
        del sock
        assert wait_until(lambda: pynet._pynet._counts()["streams"] == 0), pynet._pynet._counts()
        print("well")
    """)


def test_connect_again_while_a_collection_connects_the_same_socket():
    """Once, callbacks of the previous connection were called twice, from freed memory."""
    ends_well("""
        target = Target()
        chunk = bytes(1 << 22)
        for n in range(25):
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.on("error", lambda err: None)
            assert wait_until(lambda: not sock.connecting)
            told = []
            def again():
                with pynet.turn():
                    sock.destroy()
                    at(n, lambda: sock.connect(target.port, "127.0.0.1"), sock.connect, target.port, "127.0.0.1")
            for i in range(4):
                sock.write(chunk, lambda err, i=i: told.append(i))
            sock.end(lambda err: told.append(4))
            again()
            assert wait_until(lambda: len(told) == 5), told
            sock.destroy()
        del sock
        assert wait_until(lambda: pynet._pynet._counts()["streams"] == 0), pynet._pynet._counts()
        print("well")
    """)


def test_end_callbacks_of_a_dead_socket_while_a_collection_connects_it_again():
    """Making their error may run code, which may free their queue."""
    ends_well("""
        target = Target()
        for n in range(12):
            sock = pynet.connect(target.port, "127.0.0.1")
            sock.on("error", lambda err: None)
            told = []
            def connect():
                if sock.destroyed:
                    sock.connect(target.port, "127.0.0.1")
            def arm():
                left = [n]
                def hook(phase, info):
                    left[0] -= 1
                    if left[0] < 0 and sock.destroyed:
                        gc.callbacks.remove(hook)
                        connect()
                gc.callbacks.append(hook)
                return hook
            def main():
                sock.cork()
                sock.write(b"x")
                sock.end(lambda err: told.append(err))
                sock.destroy()
                gc.collect()
                gc.set_threshold(1)
                hook = arm()
                return hook
            with pynet.turn():
                hook = main()
            assert wait_until(lambda: told)
            gc.set_threshold(700)
            if hook in gc.callbacks:
                gc.callbacks.remove(hook)
            sock.destroy()
        print("well")
    """)


def test_a_write_that_was_refused_before_destroy_leaves_the_next_connection_alone(server):
    srv = server()
    client = pynet.Socket()
    log = Recorder(client, "connect", "error", "close")
    answers = []
    with pynet.turn():
        client.write(b"x", callback=answers.append)
        client.destroy()
        client.connect(target(srv))
    log.wait("connect")
    assert log.names == ["close", "connect"]
    assert [error.code for error in answers] == ["ERR_SOCKET_CLOSED"]
    assert not client.destroyed
    client.destroy()


def test_a_write_that_was_refused_before_connect_ends_the_connection(server):
    srv = server()
    client = pynet.Socket()
    log = Recorder(client, "connect", "error", "close")
    answers = []
    with pynet.turn():
        client.write(b"x", callback=answers.append)
        client.connect(target(srv))
    log.wait("close")
    assert log.names == ["error", "close"]
    assert [error.code for error in (*answers, log["error"])] == ["ERR_SOCKET_CLOSED"] * 2


def test_destroy_soon_is_for_its_own_connection(server):
    peers = []
    srv = server(peers.append, allow_half_open=True)
    client = pynet.Socket()
    log = Recorder(client, "connect", "finish", "end", "close")
    client.connect(target(srv))
    log.wait("connect")
    client.destroy_soon()
    log.wait("close")
    client.connect(target(srv))
    client.resume()
    client.end()
    log.wait("finish", times=2)
    assert wait_until(lambda: len(peers) == 2)
    peers[1].end()
    log.wait("close", times=2)
    assert log.names[3:] == ["connect", "finish", "end", "close"]
    for peer in peers:
        peer.destroy()


def test_destroy_soon_before_connect_ends_the_connection(server):
    srv = server()
    client = pynet.Socket()
    log = Recorder(client, "connect", "finish", "error", "close")
    with pynet.turn():
        client.destroy_soon()
        client.connect(target(srv))
    log.wait("close")
    assert log.names == ["finish", "close"]


# --- the `close` of the earlier connection comes between connect() and its `connect` ---


@pytest.fixture
def overtaken(server):
    """Gives a socket that write() was called on before its second connection, and what has happened: the `close` of its
    first connection comes before the second one is established."""
    srv = server(lambda sock: sock.resume())
    log, answers, sockets = [], [], []

    def hold(host, options, callback):
        answers.append(callback)

    def again():
        client = sockets[0]
        place = target(srv)
        client.destroy()
        client.connect(place if "path" in place else {**place, "host": "held", "lookup": hold})
        client.on("connect", lambda: log.append("before"))
        client.write(b"early", lambda err: log.append(("sent", err)))
        client.on("connect", lambda: log.append("behind"))

    def closed(had_error):
        log.append("close")
        for answer in answers:
            answer(None, "127.0.0.1", 4)
        answers.clear()

    client = pynet.connect(target(srv))
    sockets.append(client)
    client.once("finish", again)
    client.on("close", closed)
    yield client, log
    client.destroy()


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_an_early_write_keeps_its_place_when_the_connection_before_closes(overtaken):
    client, log = overtaken
    client.end()
    assert wait_until(lambda: "behind" in log)
    assert log == ["close", "before", ("sent", None), "behind"]


def test_an_early_write_is_sent_though_a_listener_of_connect_raises(overtaken):
    client, log = overtaken
    errors = []
    previous = pynet.set_uncaught_handler(lambda error, emitter: errors.append(error))

    def fail():
        raise LookupError("mine")

    client.on("close", lambda had_error: client.prepend_listener("connect", fail))
    client.end()
    try:
        assert wait_until(lambda: len(log) == 2)
    finally:
        pynet.set_uncaught_handler(previous)
    assert log == ["close", ("sent", None)]
    assert [type(error) for error in errors] == [LookupError]
    assert client.writable_length == 0
