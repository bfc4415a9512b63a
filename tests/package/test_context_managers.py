"""`with` and `async with` over sockets and servers: what a normal exit and an exception do."""

from __future__ import annotations

import asyncio
import contextlib
import time

import pytest

import pynet
from helpers import Recorder, on_loop, run_coroutine, target, wait_until

BIG = b"x" * 8_000_000


def received(sock):
    """A Recorder of what a socket gets."""
    return Recorder(sock, "data", "end", "close")


# --- with, sockets ---


def test_with_gives_the_socket(pair):
    p = pair()
    with p.client as sock:
        assert sock is p.client


def test_with_gives_the_server(server):
    srv = server()
    with srv as same:
        assert same is srv


def test_a_normal_exit_sends_what_is_queued_and_closes(pair):
    p = pair()
    got = received(p.peer)
    events = Recorder(p.client, "finish", "close")
    with p.client as sock:
        assert sock.write(BIG) is False
    got.wait("close", timeout=10)
    assert len(got.data()) == len(BIG)
    assert events.wait("close").names == ["finish", "close"]
    assert events.args("close") == [(False,)]


def test_a_normal_exit_before_the_connection_sends_what_is_queued(server):
    accepted = []
    srv = server(lambda sock: accepted.append(received(sock)))
    with pynet.connect(target(srv)) as client:
        client.write("hello")
    client.wait("close", timeout=5)
    assert wait_until(lambda: accepted)
    assert accepted[0].wait("end").data() == b"hello"


def test_an_exception_destroys(pair):
    p = pair()
    with pytest.raises(ZeroDivisionError), p.client as sock:
        sock.write(BIG)
        1 / 0  # noqa: B018
    assert p.client.destroyed and p.client.errored is None


def test_without_a_close_timeout_it_does_not_wait(pair):
    p = pair({"close_timeout": 0})
    with p.client as sock:
        sock.write(BIG)
    assert not sock.destroyed and sock.writable_length > 0
    p.client.destroy()


def test_a_socket_that_is_destroyed_already_may_be_left(pair):
    p = pair()
    with p.client as sock:
        sock.destroy()
    with pytest.raises(ZeroDivisionError), p.client:
        1 / 0  # noqa: B018
    assert p.client.wait("close", timeout=5) is False


def test_with_in_a_listener(server):
    def on_connection(sock):
        with sock:
            sock.write("bye")

    client = pynet.connect(target(server(on_connection)))
    assert b"".join(client) == b"bye"


def test_with_around_a_dialogue_in_a_thread(server):
    def on_connection(sock):
        sock.on("data", lambda data: sock.end(data.upper()))

    with pynet.connect(target(server(on_connection))) as client:
        client.wait("connect", timeout=5)
        client.write("hello")
        assert b"".join(client) == b"HELLO"
    assert client.wait("close", timeout=5) is False


# --- with, servers ---


def test_a_server_is_closed_and_its_connections_live_on(where):
    accepted = []
    with pynet.create_server(accepted.append).listen(*where) as srv:
        client = pynet.connect(target(srv))
        client.wait("connect", timeout=5)
        assert wait_until(lambda: accepted)
    assert not srv.listening
    assert not accepted[0].destroyed
    accepted[0].end("bye")
    assert b"".join(client) == b"bye"
    accepted[0].resume()
    assert srv.wait("close", timeout=5) is None


def test_an_exception_destroys_the_connections_of_the_server_only(where, pair):
    accepted = []
    other = pair()
    with pytest.raises(ZeroDivisionError), pynet.create_server(accepted.append).listen(*other_place(where)) as srv:
        clients = [pynet.connect(target(srv)) for _ in range(5)]
        assert wait_until(lambda: len(accepted) == 5)
        1 / 0  # noqa: B018
    assert [sock.destroyed for sock in accepted] == [True] * 5
    assert not other.client.destroyed and not other.peer.destroyed
    assert srv.wait("close", timeout=5) is None
    for client in clients:
        client.destroy()


def other_place(where):
    """Not the path that another server of the test listens on."""
    return (where[0] + "2", *where[1:]) if isinstance(where[0], str) else where


def test_leaving_a_closed_server_does_not_close_it_again(where):
    with pynet.create_server().listen(*where) as srv:
        events = Recorder(srv, "close")
        srv.close()
        events.wait("close")
    on_loop(lambda: None)
    assert events.names == ["close"]


def test_a_server_that_never_listened_may_be_left():
    with pynet.create_server() as srv:
        pass
    assert srv.wait("close", timeout=5) is None


# --- async with ---


def test_async_with_waits_until_everything_is_sent_and_closed(pair):
    p = pair()
    got = received(p.peer)

    async def main():
        async with p.client as sock:
            assert sock is p.client
            sock.write(BIG)
        assert p.client.destroyed and p.client.writable_finished
        assert pynet.once(p.client, "close").result(timeout=0) is False

    run_coroutine(main())
    assert len(got.wait("end", timeout=10).data()) == len(BIG)


def test_async_with_destroys_at_an_exception_and_waits(pair):
    p = pair()

    async def main():
        with pytest.raises(ZeroDivisionError):
            async with p.client as sock:
                sock.write(BIG)
                1 / 0  # noqa: B018
        assert pynet.once(p.client, "close").result(timeout=0) is False

    run_coroutine(main())


def test_async_with_raises_what_goes_wrong_while_it_closes(pair):
    p = pair()

    async def main():
        with pytest.raises(ValueError, match="mine"):
            async with p.client as sock:
                sock.write(BIG)
                asyncio.get_running_loop().call_soon(p.client.destroy, ValueError("mine"))
        assert pynet.once(p.client, "close").result(timeout=0) is True

    run_coroutine(main())


def test_async_with_waits_for_close_after_an_error(pair):
    p = pair()

    def fail():
        p.client.on("error", lambda error: time.sleep(0.05))  # holds the close back
        p.client.destroy(ValueError("mine"))

    async def main():
        with pytest.raises(ValueError, match="mine"):
            async with p.client as sock:
                sock.write(BIG)
                asyncio.get_running_loop().call_soon(fail)
        assert pynet.once(p.client, "close").result(timeout=0) is True

    run_coroutine(main())


def test_async_with_lets_the_exception_of_the_body_through(pair):
    p = pair()

    async def main():
        with pytest.raises(ZeroDivisionError):
            async with p.client as sock:
                sock.destroy(ValueError("mine"))
                1 / 0  # noqa: B018

    run_coroutine(main())


def test_async_with_raises_what_the_body_raised_once(pair):
    p = pair()

    async def main():
        with pytest.raises(ValueError, match="mine") as caught:
            async with p.client as sock:
                pynet.set_timeout(lambda: sock.destroy(ValueError("mine")), 5)
                await sock.read_exactly(1)
        assert caught.value is p.client.errored

    run_coroutine(main())


def test_a_cancelled_exit_destroys(pair):
    p = pair()

    async def main():
        async def use():
            async with p.client as sock:
                sock.write(BIG)

        task = asyncio.ensure_future(use())
        await asyncio.sleep(0)
        assert not task.done() and not p.client.destroyed
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert p.client.destroyed

    run_coroutine(main())


def test_a_cancelled_body_destroys(pair):
    p = pair()

    async def main():
        async def use():
            async with p.client as sock:
                await sock.read_exactly(1)

        task = asyncio.ensure_future(use())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert p.client.destroyed

    run_coroutine(main())


def test_async_with_a_server_waits_for_its_connections(where):
    accepted = []

    async def main():
        async with pynet.create_server(accepted.append).listen(*where) as srv:
            client = pynet.connect(target(srv))
            await pynet.once(client, "connect")
            while not accepted:
                await asyncio.sleep(0.001)
            pynet.set_timeout(lambda: accepted[0].end("bye"), 10)
            accepted[0].resume()
            client.resume()
        assert accepted[0].destroyed and not srv.listening
        assert pynet.once(srv, "close").result(timeout=0) is None

    run_coroutine(main())


def test_async_with_a_server_destroys_the_connections_at_an_exception(where):
    accepted = []
    clients = []

    async def main():
        with pytest.raises(ZeroDivisionError):
            async with pynet.create_server(accepted.append).listen(*where) as srv:
                clients.append(pynet.connect(target(srv)))
                while not accepted:
                    await asyncio.sleep(0.001)
                1 / 0  # noqa: B018
        assert accepted[0].destroyed
        assert pynet.once(srv, "close").result(timeout=0) is None

    run_coroutine(main())
    clients[0].destroy()


def test_a_cancelled_exit_of_a_server_destroys_its_connections(where):
    servers = []
    accepted = []
    clients = []

    async def main():
        async def use():
            async with pynet.create_server(accepted.append).listen(*where) as srv:
                servers.append(srv)
                clients.append(pynet.connect(target(srv)))
                while not accepted:
                    await asyncio.sleep(0.001)

        task = asyncio.ensure_future(use())
        while not clients or clients[0].connecting or servers[0].listening:
            await asyncio.sleep(0.001)
        assert accepted and not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert accepted[0].destroyed

    run_coroutine(main())
    clients[0].destroy()


def test_an_exit_stack_takes_both_kinds(where):
    async def main():
        async with contextlib.AsyncExitStack() as stack:
            srv = await stack.enter_async_context(pynet.create_server(lambda sock: sock.end("hi")).listen(*where))
            client = await stack.enter_async_context(pynet.connect(target(srv)))
            return b"".join([chunk async for chunk in client])

    assert run_coroutine(main()) == b"hi"


def test_a_forked_child_may_leave_the_blocks_of_its_parent(script):
    done = script("""
        import os, sys, pynet
        with pynet.create_server(lambda sock: sock.end("hi")).listen(0, "127.0.0.1") as server:
            with pynet.connect(server.address().port, "127.0.0.1") as client:
                client.wait("connect")
                pid = os.fork()
                if pid == 0:
                    sys.exit(7)
                print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), b"".join(client))
    """)
    assert done.stdout == "7 b'hi'\n"
    assert "Traceback" not in done.stderr
