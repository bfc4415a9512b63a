"""Named pipes, on Windows: those of other programs, clients that wait, and what the loops of asyncio see of them."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import threading

import pytest

import pynet
from helpers import Recorder, raw_client, wait_until
from pipe_names import RawPipe

pytestmark = pytest.mark.skipif(sys.platform != "win32", reason="other systems have no named pipes")
numbers = itertools.count()


@pytest.fixture
def name():
    return rf"\\.\pipe\pynet-named-{os.getpid()}-{next(numbers)}"


@pytest.fixture
def message_pipe(name):
    """(name, the handle) of a pipe in message mode, as another program makes it."""
    import _winapi as api

    access = api.PIPE_ACCESS_DUPLEX | api.FILE_FLAG_OVERLAPPED | api.FILE_FLAG_FIRST_PIPE_INSTANCE
    mode = api.PIPE_TYPE_MESSAGE | api.PIPE_READMODE_MESSAGE | api.PIPE_WAIT
    pipe = RawPipe()
    pipe.handle = api.CreateNamedPipe(name, access, mode, 1, 65536, 65536, 0, api.NULL)
    yield name, pipe
    pipe.close()


def test_messages_of_a_pipe_in_message_mode_are_a_stream(message_pipe):
    name, pipe = message_pipe
    sock = pynet.connect(name)
    log = Recorder(sock, "data", "error")
    sock.wait("connect", timeout=5)
    pipe.sendall(b"one")
    pipe.sendall(b"two")
    log.wait_for(lambda: log.data() == b"onetwo")
    assert log.args("error") == []
    sock.destroy()


def test_each_write_to_a_pipe_in_message_mode_is_a_message(message_pipe):
    name, pipe = message_pipe
    sock = pynet.connect(name)
    sock.wait("connect", timeout=5)
    for message in (b"one", b"two"):
        sent = threading.Event()
        sock.write(message, lambda err, sent=sent: sent.set())
        assert sent.wait(5)
    assert [pipe.recv(100), pipe.recv(100)] == [b"one", b"two"]
    sock.destroy()


def test_clients_connect_before_the_server_accepts(name):
    server = pynet.Server().listen(name)  # without a listener of `connection`
    clients = [raw_client(server) for _ in range(8)]
    accepted = [server.accept(timeout=5) for _ in clients]
    for index, client in enumerate(clients):
        client.sendall(b"%d" % index)
    assert sorted(sock.read_exactly(1, timeout=5) for sock in accepted) == [b"%d" % n for n in range(8)]
    for end in (*clients, *accepted, server):
        end.close()


def test_the_thread_that_listens_may_end(name):
    """Windows ends the operations that it has begun."""
    server = pynet.Server()
    log = Recorder(server, "connection")
    thread = threading.Thread(target=server.listen, args=(name,))
    thread.start()
    thread.join()
    clients = [raw_client(server) for _ in range(3)]
    log.wait("connection", times=3)
    assert len(server.connections) == 3
    for end in (*clients, *server.connections, server):
        end.close()


def test_a_client_that_has_gone_before_it_is_accepted(name):
    server = pynet.Server().listen(name)
    raw_client(server).close()
    sock = server.accept(timeout=5)
    assert b"".join(sock) == b""
    server.close()


def test_an_empty_write_is_no_error(pair):
    p = pair()
    seen, done = [], threading.Event()
    log = Recorder(p.peer, "data", "error")
    p.client.write(b"", seen.append)
    p.client.write(b"x", lambda err: (seen.append(err), done.set()))
    assert done.wait(5)
    log.wait("data")
    assert (seen, log.entries) == ([None, None], [("data", (b"x",))])


@pytest.mark.parametrize("kind_of_loop", ["ProactorEventLoop", "SelectorEventLoop"])
def test_a_connection_beside_each_loop_of_asyncio(where, kind_of_loop):
    """pynet's loop is in the background."""

    async def main():
        server = await pynet.aio.listen(*where)
        server.on("connection", lambda sock: sock.on("data", lambda data: sock.write(data.upper())))
        client = await pynet.aio.connect(server.address())
        client.write(b"a line\n")
        answer = await asyncio.wait_for(client.read_until(b"\n"), 5)
        client.destroy()
        server.close()
        return answer

    with asyncio.Runner(loop_factory=getattr(asyncio, kind_of_loop)) as runner:
        assert runner.run(main()) == b"A LINE\n"


def test_ctrl_c_ends_run(where):
    """As the console reports it: the handler of the C library, on a thread of its own."""
    server = pynet.Server()
    seen = []

    def main():
        server.listen(*where)
        threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()

    try:
        pynet.run(main)
    except KeyboardInterrupt:
        seen.append("KeyboardInterrupt")
    assert (seen, server.listening) == (["KeyboardInterrupt"], True)
    server.close()


def test_ctrl_c_closes_in_order_with_signals(where):
    server = pynet.Server()
    log = Recorder(server, "listening", "close")

    def main():
        server.listen(*where)
        threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()

    pynet.run(main, signals=True)
    assert log.names == ["listening", "close"]


def test_destroy_of_a_client_that_waits_for_an_instance(name):
    """`close` comes although the thread that waits for libuv goes on."""
    server = pynet.create_server(lambda sock: None).listen(name)
    peer = raw_client(server)
    assert wait_until(lambda: server.connections)
    server.close()
    waiting = pynet.connect(name)
    log = Recorder(waiting, "connect", "error", "close")
    waiting.destroy()
    peer.close()
    log.wait("close", timeout=10)
    assert log.names == ["close"]
