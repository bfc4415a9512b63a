"""Server(grace=...): leaving `with server` is shutdown(grace, drain=True), and waits for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

import pynet
from bad_values import check_error
from helpers import on_loop, raw_client, run_coroutine, wait_until


class Boom(Exception):
    pass


def when_asked(sock):
    """Answers what it gets, and ends then."""
    sock.on("data", lambda chunk: sock.end(b"got " + chunk))


@pytest.fixture
def graceful(where):
    """graceful(grace=30): a server that listens, and a client whose connection is there."""
    clients, servers = [], []

    def make(grace=30):
        srv = pynet.create_server(when_asked, grace=grace).listen(*where)
        servers.append(srv)
        clients.append(raw_client(srv))
        assert wait_until(lambda: srv.connections)
        return srv, clients[-1]

    yield make
    for srv in servers:
        srv.shutdown(0)
    for client in clients:
        client.close()


def leave(srv, error=None):
    with srv:
        if error is not None:
            raise error


def in_thread(function, *args):
    """A thread, and the list of what the function raised there."""
    raised = []

    def call():
        try:
            function(*args)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread, raised


def test_the_block_ends_when_the_connections_have(graceful):
    srv, client = graceful()
    thread, raised = in_thread(leave, srv)
    assert wait_until(lambda: not srv.listening)
    assert thread.is_alive()
    client.sendall(b"x")
    assert client.recv(10) == b"got x"
    client.close()
    thread.join(5)
    assert not thread.is_alive() and raised == []
    assert srv.connections == []


def test_after_grace_they_are_destroyed(graceful):
    srv, client = graceful(grace=0.01)
    leave(srv)
    assert srv.connections == []
    assert client.recv(1) == b""


def test_an_exception_of_the_block_waits_too_and_is_raised(graceful):
    srv, client = graceful()
    error = Boom()
    thread, raised = in_thread(leave, srv, error)
    assert wait_until(lambda: not srv.listening)
    client.sendall(b"x")
    assert client.recv(10) == b"got x"
    client.close()
    thread.join(5)
    assert raised == [error]


@pytest.mark.parametrize("grace", [None, 30])
def test_in_a_listener_it_does_not_wait(graceful, grace):
    srv, client = graceful(grace)
    on_loop(leave, srv)
    assert not srv.listening
    client.sendall(b"x")
    assert client.recv(10) == b"got x"


def test_inside_turn_it_does_not_wait(graceful):
    srv, client = graceful()
    with pynet.turn():
        leave(srv)
    client.sendall(b"x")
    assert client.recv(10) == b"got x"


def test_in_a_coroutine_with_does_not_wait(graceful):
    srv, client = graceful()

    async def main():
        leave(srv)

    run_coroutine(main())
    client.sendall(b"x")
    assert client.recv(10) == b"got x"


def test_in_main_of_run(script):
    done = script("""
        import pynet
        def main():
            with pynet.create_server(lambda sock: sock.end("bye"), grace=30) as server:
                server.listen(0, "127.0.0.1")
                client = pynet.connect(server.address())
                client.on("data", print)
                client.on("error", print)
            print("left", server.listening)
        pynet.run(main)
    """)
    assert done.stdout.splitlines()[0] == "left False" and done.stderr == ""


def test_with_around_run(script):
    """Ctrl-C leaves run(), and the block lets the connections finish."""
    done = script("""
        import os, signal, pynet
        def on_connection(sock):
            sock.on("data", lambda chunk: sock.end(chunk))
            client.write("late")
            os.kill(os.getpid(), signal.SIGINT)
        client = pynet.Socket()
        client.on("data", print)
        try:
            with pynet.create_server(on_connection, grace=30) as server:
                server.listen(0, "127.0.0.1")
                client.connect(server.address())
                pynet.run()
        except KeyboardInterrupt:
            print("interrupted", len(server.connections))
    """)
    assert (done.stdout.splitlines(), done.stderr) == (["b'late'", "interrupted 0"], "")


def test_a_second_interrupt_destroys(script):
    done = script("""
        import os, signal, threading, time, pynet
        def once(*args):
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise KeyboardInterrupt
        signal.signal(signal.SIGINT, once)
        peers = []
        server = pynet.create_server(peers.append, grace=30)
        server.on("connection", lambda sock: there.set())
        there = threading.Event()
        def interrupt():
            while server.listening or not peers[0].destroyed:  # a signal just before the wait does not end it
                if not server.listening:
                    os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.001)
        try:
            with server:
                server.listen(0, "127.0.0.1")
                client = pynet.connect(server.address(), allow_half_open=True)
                there.wait(10)
                threading.Thread(target=interrupt).start()
        except KeyboardInterrupt:
            print("interrupted", peers[0].destroyed)
    """)
    assert (done.stdout, done.stderr) == ("interrupted True\n", "")


def test_async_with(graceful):
    srv, client = graceful()

    async def main():
        async def ask():
            while srv.listening:
                await asyncio.sleep(0.001)
            client.sendall(b"x")
            client.close()

        task = asyncio.ensure_future(ask())
        async with srv:
            pass
        assert task.done() and srv.connections == []

    run_coroutine(main())


def test_async_with_raises_what_the_block_raised(graceful):
    srv, client = graceful(grace=0.01)

    async def main():
        async with srv:
            raise Boom

    with pytest.raises(Boom):
        run_coroutine(main())
    assert srv.connections == []
    assert client.recv(1) == b""


def test_a_cancelled_exit_destroys(graceful):
    srv, client = graceful()

    async def main():
        async def block():
            async with srv:
                pass

        task = asyncio.ensure_future(block())
        while srv.listening:
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert srv.connections == []

    run_coroutine(main())
    assert client.recv(1) == b""


def test_aio_serve_with_grace(where):
    async def handler(sock):
        sock.write(b"got " + await sock.read_exactly(1))

    async def main():
        async with await pynet.aio.serve(handler, *where, grace=30) as srv:
            sock = await pynet.aio.connect(srv.address())
            while not srv.connections:
                await asyncio.sleep(0.001)
            sock.write("x")
        got = await sock.read_exactly(5, timeout=5)
        sock.destroy()
        return got

    assert run_coroutine(main()) == b"got x"


def test_a_server_that_never_listened_may_be_left():
    leave(pynet.Server(grace=30))


def test_the_property():
    srv = pynet.Server()
    assert srv.grace is None
    srv.grace = 5
    assert srv.grace == 5.0
    srv.grace = None
    assert srv.grace is None
    assert pynet.Server({"grace": 1.5}).grace == 1.5
    assert pynet.Server(grace=None).grace is None


@pytest.mark.parametrize("value", [-1, float("nan"), "5", True, [], b"5"])
def test_wrong_values(value):
    kind = ValueError if isinstance(value, (int, float)) and not isinstance(value, bool) else TypeError
    with pytest.raises(kind) as caught:
        pynet.Server(grace=value)
    check_error(caught.value, ("ERR_OUT_OF_RANGE", "ERR_INVALID_ARG_TYPE"), "grace")
    srv = pynet.Server()
    with pytest.raises(kind):
        srv.grace = value
    assert srv.grace is None
