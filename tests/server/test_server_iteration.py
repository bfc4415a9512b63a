"""`for sock in server` in a thread."""

from __future__ import annotations

import gc
import socket
import struct
import sys
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until
from server_loops import InThread, answer_all, ask

# --- helpers ---


def take(srv, count):
    """The first connections, and then no more."""
    socks = []
    for sock in srv:
        socks.append(sock)
        if len(socks) == count:
            break
    return socks


@pytest.fixture
def one_in_advance(bare, where):
    """A server, an iterator over it, and a client whose connection is there for the first next()."""
    srv = bare(listen=False)
    loop = iter(srv)
    srv.listen(*where)
    with raw_client(srv) as client:
        assert wait_until(lambda: srv.connections)
        yield srv, loop, client
        loop.close()


# --- in a thread ---


def test_each_connection_is_given_once(bare):
    srv = bare()
    loop = InThread(answer_all, srv)
    for _ in range(10):
        assert ask(srv) == b"!"
    srv.close()
    assert loop.join() == 10


def test_connections_that_came_before_the_loop_are_not_lost(bare):
    srv = bare()
    clients = [raw_client(srv) for _ in range(5)]
    socks = take(srv, 5)
    ends = [sock.remote_port for sock in socks]
    if ends[0] is not None:
        assert ends == [client.getsockname()[1] for client in clients]
    for sock in socks:
        sock.destroy()
    for client in clients:
        assert client.recv(1) == b""
        client.close()


def test_connections_that_come_during_the_body_are_not_lost(bare):
    srv = bare()
    clients = [raw_client(srv)]
    socks = []
    for sock in srv:
        socks.append(sock)
        if len(socks) == 20:
            break
        clients.append(raw_client(srv))
        if len(clients) < 21:
            clients.append(raw_client(srv))
    for sock in socks:
        sock.destroy()
    for client in clients:
        client.close()


def test_no_more_is_accepted_than_is_taken(bare):
    """Between two calls of next() the server accepts at most one connection; the kernel keeps the rest."""
    srv = bare()
    clients = [raw_client(srv) for _ in range(5)]
    loop = iter(srv)
    sock = next(loop)
    on_loop(lambda: None)
    on_loop(lambda: None)
    assert len(srv.connections) <= 2
    for client in clients:
        client.close()
    sock.destroy()
    loop.close()


def test_a_loop_may_begin_before_listen(bare, where):
    srv = bare(listen=False)
    begun = threading.Event()

    def loop():
        connections = iter(srv)
        begun.set()
        return next(connections)

    thread = InThread(loop)
    begun.wait(5)
    srv.listen(*where)
    with raw_client(srv):
        sock = thread.join()
        assert srv.connections == [sock]
        sock.destroy()


def test_several_loops_share_the_connections(bare):
    srv = bare()
    loops = [InThread(answer_all, srv, b"%d" % n) for n in range(3)]
    answers = [ask(srv) for _ in range(30)]
    srv.close()
    counts = [loop.join() for loop in loops]
    assert sum(counts) == 30
    assert [answers.count(b"%d" % n) for n in range(3)] == counts


def test_close_ends_the_loop_while_a_connection_is_open(bare):
    srv = bare()
    log = Recorder(srv, "close")
    with raw_client(srv):
        loop = iter(srv)
        sock = next(loop)
        srv.close()
        assert list(loop) == []
        assert log.names == []
        sock.destroy()
    log.wait("close")


def test_close_ends_a_loop_that_waits(bare):
    srv = bare()
    loop = InThread(answer_all, srv)
    assert ask(srv) == b"!"
    srv.close()
    assert loop.join() == 1


def test_a_loop_over_a_closed_server_is_over_at_once(bare):
    srv = bare()
    srv.close()
    assert list(srv) == []
    srv.wait("close", timeout=5)
    assert list(srv) == []


def test_what_was_accepted_before_close_is_still_given(one_in_advance):
    srv, loop, _ = one_in_advance
    srv.close()
    (sock,) = loop
    sock.destroy()


def test_a_server_that_listens_again_is_looped_over_again(bare, where):
    srv = bare()
    srv.close()
    assert list(srv) == []
    srv.listen(*where)
    loop = InThread(answer_all, srv)
    assert ask(srv) == b"!"
    srv.close()
    assert loop.join() == 1


def test_an_error_of_the_server_is_raised_once_by_each_loop(bare, where, tmp_path):
    srv = bare(listen=False)
    loops = [iter(srv), iter(srv)]
    with pynet.turn():  # elsewhere listen() raises
        srv.listen(tmp_path / "missing" / "s")
    for loop in loops:
        with pytest.raises(pynet.NetError) as info:
            next(loop)
        assert info.value.code == ("EACCES" if sys.platform == "win32" else "ENOENT")
        assert list(loop) == []
    srv.listen(*where)
    fresh = InThread(answer_all, srv)
    assert ask(srv) == b"!"
    srv.close()
    assert fresh.join() == 1


def test_an_error_before_the_loop_is_raised_by_it(bare, tmp_path):
    srv = bare(listen=False)
    with pynet.turn():  # elsewhere listen() raises
        srv.listen(tmp_path / "missing" / "s")
    with pytest.raises(pynet.NetError, match="ENOENT|EACCES"):
        InThread(answer_all, srv).join()


def test_an_error_after_the_loop_is_for_others(bare, where):
    srv = bare()
    with raw_client(srv):
        take(srv, 1)[0].destroy()
    srv.close()
    log = Recorder(srv, "error")
    srv.listen(*where)
    srv.close()
    srv.emit("error", pynet.NetError("mine"))
    assert [str(args[0]) for args in log.args("error")] == ["mine"]


# --- leaving ---


def test_leaving_early_loses_nothing(bare):
    """The next loop goes on where the last one was left."""
    srv = bare()
    clients = [raw_client(srv) for _ in range(3)]
    socks = []
    for _ in range(3):
        socks += take(srv, 1)
    assert len(set(socks)) == 3
    for sock in socks:
        sock.write("here")
    for client in clients:
        assert client.recv(10) == b"here"
        client.close()
    for sock in socks:
        sock.destroy()


def test_what_was_accepted_and_not_taken_goes_with_the_loop(one_in_advance):
    srv, loop, client = one_in_advance
    (sock,) = srv.connections
    loop.close()
    assert sock.destroyed
    assert client.recv(10) == b""
    assert srv.connections == []
    assert list(loop) == []


def test_what_was_not_taken_stays_for_another_loop(one_in_advance):
    srv, loop, _ = one_in_advance
    other = iter(srv)
    loop.close()
    sock = next(other)
    assert not sock.destroyed
    sock.destroy()
    other.close()


def test_after_the_loop_connections_wait_for_a_listener(bare):
    srv = bare()
    with raw_client(srv):
        take(srv, 1)[0].destroy()
    with raw_client(srv) as client:
        on_loop(lambda: None)
        on_loop(lambda: None)
        assert srv.connections == []
        srv.on("connection", lambda sock: sock.end("heard"))
        assert client.recv(10) == b"heard"


def test_a_dropped_iterator_is_closed(bare, where):
    srv = bare(listen=False)
    loop = iter(srv)
    srv.listen(*where)
    with raw_client(srv) as client:
        assert wait_until(lambda: srv.connections)
        del loop
        gc.collect()
        assert client.recv(10) == b""


def test_with_closes_the_iterator(one_in_advance):
    _, loop, client = one_in_advance
    with loop as same:
        assert same is loop
    assert client.recv(10) == b""
    assert list(loop) == []


def test_closing_the_iterator_ends_a_loop_that_waits_in_another_thread(bare):
    loop = iter(bare())
    thread = InThread(lambda: list(loop))
    loop.close()
    assert thread.join() == []


def test_an_exception_in_the_body_leaves_the_connection_alone(bare):
    srv = bare()

    def fail():
        for sock in srv:
            socks.append(sock)
            raise ZeroDivisionError

    socks = []
    with raw_client(srv):
        with pytest.raises(ZeroDivisionError):
            fail()
        assert not socks[0].destroyed
        socks[0].destroy()


# --- with listeners ---


def test_a_listener_gets_each_connection_as_well(bare):
    srv = bare()
    log = Recorder(srv, "connection")
    loop = InThread(answer_all, iter(srv))
    for _ in range(5):
        assert ask(srv) == b"!"
    srv.close()
    assert loop.join() == 5
    assert len(log.names) == 5


def test_with_a_listener_a_busy_loop_misses_none(bare):
    srv = bare()
    log = Recorder(srv, "connection")
    loop = iter(srv)
    clients = [raw_client(srv) for _ in range(5)]
    log.wait("connection", times=5)
    srv.close()
    socks = list(loop)
    assert socks == [args[0] for args in log.args("connection")]
    for sock in socks:
        sock.destroy()
    for client in clients:
        client.close()


def test_with_a_listener_nothing_is_destroyed_when_the_loop_is_left(bare):
    srv = bare()
    log = Recorder(srv, "connection")
    loop = iter(srv)
    with raw_client(srv):
        log.wait("connection")
        loop.close()
        assert not log["connection"].destroyed
        log["connection"].destroy()


def test_what_a_listener_refuses_is_not_given(bare):
    srv = bare()
    refused = []
    srv.on("connection", lambda sock: refused or (refused.append(sock), sock.destroy()))
    loop = InThread(answer_all, iter(srv))
    with raw_client(srv) as client:
        assert client.recv(10) == b""
    assert ask(srv) == b"!"
    srv.close()
    assert loop.join() == 1


def test_the_loop_is_not_seen(bare):
    srv = bare()
    seen = Recorder(srv, "newListener", "removeListener")
    loop = iter(srv)
    assert srv.event_names() == ["newListener", "removeListener"]
    loop.close()
    assert seen.names == ["newListener"]


def test_max_connections_holds(bare):
    srv = bare()
    srv.max_connections = 1
    drops = Recorder(srv, "drop")
    loop = iter(srv)
    with raw_client(srv), raw_client(srv) as second:
        sock = next(loop)
        waiting = InThread(lambda: next(loop, None))
        drops.wait("drop")
        assert second.recv(10) == b""
        sock.destroy()
    srv.close()
    assert waiting.join() is None


def test_shutdown_ends_the_loop_and_its_connections(bare):
    srv = bare()
    loop = InThread(lambda: [sock.resume() for sock in srv])
    with raw_client(srv) as client:
        assert wait_until(lambda: srv.connections)
        done = srv.shutdown()
        assert client.recv(10) == b""
    assert done.result(5) == 0
    assert len(loop.join()) == 1


# --- where it may not be ---


def test_in_a_listener_it_raises(bare):
    srv = bare()

    def loop():
        with pytest.raises(RuntimeError, match="inside a listener"):
            iter(srv)

    on_loop(loop)
    loop = iter(srv)

    def go_on():
        with pytest.raises(RuntimeError, match="a loop over a server would wait for ever inside a listener"):
            next(loop)

    on_loop(go_on)
    loop.close()


def test_in_a_turn_it_raises(bare):
    srv = bare()
    with pynet.turn(), pytest.raises(RuntimeError, match=r"inside turn\(\)"):
        iter(srv)


def test_at_exit_a_loop_ends_with_an_error(script):
    done = script(
        """
        import atexit

        atexit.register(lambda: thread.join(5))  # registered before pynet's: runs after it
        import threading
        import pynet
        from pynet._exit import blocked

        def loop():
            try:
                for sock in srv:
                    pass
            except pynet.NetError as err:
                print(err.code, flush=True)

        srv = pynet.Server().listen(0, "127.0.0.1").unref()
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        while not blocked:
            pass
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("ERR_LOOP_CLOSED\n", "", 0)


def test_run_beside_a_thread_that_loops(script):
    done = script(
        """
        import threading
        import pynet

        def loop():
            for sock in srv:
                sock.end("hello")
                sock.resume()

        def main():
            srv.listen(0, "127.0.0.1")
            threading.Thread(target=loop).start()
            client = pynet.connect(srv.address())
            client.on("data", print).on("close", lambda had_error: srv.close())

        srv = pynet.Server()
        pynet.run(main)
        """
    )
    assert (done.stdout, done.stderr) == ("b'hello'\n", "")


# --- odds and ends ---


@pytest.mark.posix_only("a pipe has no reset", only="unix")
def test_a_peer_that_resets_at_once_is_given_and_its_error_waits(one_in_advance, kind):
    """An error of a connection that was just given waits for its listener, as for every object that is used outside."""
    _, loop, client = one_in_advance
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    sock = next(loop)
    if kind == "tcp":
        with pytest.raises(ConnectionResetError):
            sock.wait("end", timeout=5)
    sock.destroy()


def test_the_private_functions_refuse_what_is_no_server():
    for function in (pynet._pynet._iter_open, pynet._pynet._iter_next, pynet._pynet._iter_close):
        for bad in (5, pynet.Socket()):
            with pytest.raises(TypeError):
                function(bad)


def test_one_end_too_many_does_nothing(bare):
    srv = bare()
    pynet._pynet._iter_close(srv)
    loop = iter(srv)
    pynet._pynet._iter_close(srv)
    loop.close()
    with raw_client(srv):
        take(srv, 1)[0].destroy()


def test_threads_loop_while_threads_connect(bare):
    """Nothing is lost and nothing is given twice, with loops that are left and begun all the time."""
    srv = bare()
    served = []
    stop = threading.Event()

    def loop():
        while not stop.is_set():
            for sock in srv:
                served.append(sock)
                sock.end("!")
                sock.resume()
                break

    loops = [InThread(loop) for _ in range(3)]

    def connect():
        for _ in range(30):
            with raw_client(srv) as client:
                assert client.recv(10) in (b"!", b"")

    clients = [InThread(connect) for _ in range(3)]
    for client in clients:
        client.join()
    stop.set()
    srv.close()
    for thread in loops:
        thread.join()
    assert len(served) == len(set(served))
    assert len(served) >= 60
