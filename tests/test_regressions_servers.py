"""Bugs of servers and descriptors that a review found: each fails without its repair, two only under `make asan`."""

from __future__ import annotations

import asyncio
import encodings.idna
import gc
import os
import socket
import threading

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until

HOST = "127.0.0.1"

# --- what is called out to ---


def test_an_error_that_goes_may_take_the_listening_server_with_it():
    """The memory of a listener that was closed while listen() was under way: needs the sanitizer."""
    isolated.check(
        """
        import gc, threading
        import pynet
        def turn():
            done = threading.Event()
            pynet.set_timeout(done.set, 1)
            assert done.wait(10)
        class Last:
            def __del__(self):
                server.close()
                turn()
                turn()
        blocker = pynet.Server().listen(0, "127.0.0.1")
        server = pynet.Server().unref().on("connection", print)
        with pynet.turn():
            server.listen(blocker.address().port, "127.0.0.1")
            pynet.next_tick(lambda: pynet.next_tick(lambda: None))
        turn()
        errors = [o for o in gc.get_objects() if isinstance(o, pynet.NetError)]
        assert [error.code for error in errors] == ["EADDRINUSE"]
        errors.pop().last = Last()
        server.listen(0, "127.0.0.1")
        assert not server.listening
        blocker.close()
        """
    )


def test_at_exit_servers_that_only_their_listener_holds():
    """What their closing looks at afterwards: needs the sanitizer."""
    isolated.check(
        """
        import pynet
        signal = pynet.AbortController().signal
        for options in ({}, {"signal": signal}):
            pynet.create_server(print).listen(0, "127.0.0.1", **options).unref()
        """
    )


def test_a_collection_that_closes_the_server_while_a_connection_is_made(server):
    """`close` comes once, when the connection has gone."""

    def collecting(phase, info):
        if threading.get_ident() == driver and srv.listening:
            srv.close()

    srv = server()
    log = Recorder(srv, "connection", "close")
    driver = on_loop(threading.get_ident)
    threshold = gc.get_threshold()
    gc.callbacks.append(collecting)
    try:
        gc.set_threshold(1)
        client = raw_client(srv)
        log.wait("connection")
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.remove(collecting)
    srv.close()
    (sock,) = log.args("connection")[0]
    sock.on("close", log.note("socket closed"))
    sock.destroy()
    log.wait("close").wait("socket closed")
    on_loop(lambda: None)
    client.close()
    assert log.names == ["connection", "close", "socket closed"]


def test_a_host_that_another_thread_listens_during(monkeypatch):
    """Its spelling is found in Python, before anything is looked at."""
    real, calls = encodings.idna.ToASCII, []

    def slow(label):
        calls.append(label)
        if len(calls) == 2:
            srv.listen(0, HOST)
        return real(label)

    monkeypatch.setattr(encodings.idna, "ToASCII", slow)
    srv = pynet.Server()
    log = Recorder(srv, "error")
    srv.listen(0, "b\u00fccher")
    assert len(calls) == 1 and not srv.listening
    srv.close()
    assert log.names == []


# --- descriptors ---


def test_the_descriptor_of_a_bound_socket_is_no_sockets():
    with pynet.BoundSocket(host=HOST) as bound:
        with pytest.raises(FileExistsError) as info:
            pynet.Socket(bound.fd())
        assert info.value.code == "EEXIST"
        os.fstat(bound.fd())
        with pytest.raises(FileExistsError):
            pynet.connect(1, HOST, fd=bound.fd())
        assert pynet.Server().listen(bound).close()


def test_listening_on_standard_input_leaves_it_open(tmp_path):
    """As Node, and as Socket(fd=0): else the next file that is opened would be standard input."""
    with socket.create_server((HOST, 0)) as listener:
        done = isolated.run(
            """
            import os, pynet
            server = pynet.Server()
            server.listen(fd=0)
            assert server.listening and server.fileno() > 2
            os.fstat(0)
            server.close()
            pynet.run()
            os.fstat(0)
            """,
            stdin=listener,
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_detach_of_a_socket_that_has_another_connection_by_then(pair, monkeypatch):
    class Slow(socket.socket):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            if not reconnected:
                p.client.destroy()
                p.client.wait("close", 5)
                reconnected.append(p.client.connect(target(p.server)))
                p.client.wait("connect", 5)

    reconnected = []
    p = pair()
    monkeypatch.setattr(socket, "socket", Slow)
    with pytest.raises(pynet.NetError) as info:
        p.client.detach()
    assert info.value.code == "ENOTCONN" and reconnected
    assert p.client.ready_state == "open", "the new connection stays"
    p.client.destroy()


def test_the_child_of_a_process_without_descriptors_left_has_none_of_its_parents(tmp_path):
    isolated.check(
        """
        import os, resource, socket, sys
        import pynet
        servers = [pynet.create_server(print).listen(0, "127.0.0.1"), pynet.create_server(print).listen(sys.argv[1])]
        bound = pynet.BoundSocket(host="127.0.0.1")
        fds = [server.fileno() for server in servers] + [bound.fd()]
        inodes = [os.fstat(fd).st_ino for fd in fds]
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, limit[1]))
        filled = []
        try:
            while True:
                filled.append(os.dup(1))
        except OSError:
            pass
        child = os.fork()
        if child == 0:
            os._exit(sum(os.fstat(fd).st_ino == inode for fd, inode in zip(fds, inodes)))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        for fd in filled:
            os.close(fd)
        assert status == 0, status
        bound.close()
        for server in servers:
            server.close()
        """,
        tmp_path / "s",
    )


# --- asyncio ---


def servers():
    gc.collect()
    return pynet._pynet._counts()["servers"]


def test_a_listen_that_nobody_may_wait_for_leaves_no_server():
    async def main():
        with pynet.turn(), pytest.raises(RuntimeError):
            await pynet.aio.listen(0, "localhost")

    before = servers()
    asyncio.run(main())
    assert wait_until(lambda: servers() == before)


def test_the_error_of_a_listen_that_was_given_up_is_nobodys(tmp_path):
    async def main():
        with pynet.turn(), pytest.raises(RuntimeError):
            await pynet.aio.listen(tmp_path / "missing" / "s")

    uncaught, alive = [], servers()
    before = pynet.set_uncaught_handler(lambda exc, emitter: uncaught.append(exc))
    try:
        asyncio.run(main())
        assert wait_until(lambda: servers() == alive)
    finally:
        pynet.set_uncaught_handler(before)
    assert uncaught == []


def test_who_gives_up_waiting_for_a_connection_is_forgotten():
    async def main():
        async with await pynet.aio.listen(0, HOST) as srv:
            connections = aiter(srv)
            for _ in range(3):
                task = asyncio.ensure_future(anext(connections))
                await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert len(connections._waiters._wakers) == 0
            await connections.aclose()

    asyncio.run(main())
