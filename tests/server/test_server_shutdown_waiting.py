"""Server.shutdown() in threads, under asyncio, with run(), at exit and in a forked child."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from helpers import Recorder, raw_client, run_coroutine, wait_until
from pipe_names import raw_socket


def quiet(sock):
    sock.on("error", lambda err: None)
    sock.resume()


def accept(srv, count=1):
    clients = [raw_client(srv) for _ in range(count)]
    assert wait_until(lambda: len(srv.connections) == count)
    return clients, srv.connections


# --- threads ---


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_threads_may_wait_for_the_same_shutdown(server):
    srv = server(quiet)
    clients, _ = accept(srv, 2)
    results = []
    threads = [threading.Thread(target=lambda: results.append(srv.shutdown(0.1).result(5))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert results == [2, 2, 2, 2]
    for client in clients:
        client.close()


def test_result_has_a_timeout_of_its_own(server):
    srv = server(quiet)
    clients, _ = accept(srv)
    done = srv.shutdown()
    with pytest.raises(TimeoutError):
        done.result(0.01)
    clients[0].close()
    assert done.result(5) == 0


def test_shutdown_from_many_threads_while_clients_come_and_go(server):
    """No connection is left, whatever comes in between."""
    srv = server(quiet)
    clients = []
    address = srv.address()

    def connect():
        refused = False
        while not refused:
            client = raw_socket(address)
            clients.append(client)
            refused = client.connect_ex(address if isinstance(address, str) else address[:2]) != 0

    threads = [threading.Thread(target=connect) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert wait_until(lambda: len(srv.connections) >= 5)
    destroyed = srv.shutdown(0.05).result(5)
    ends_itself = sys.platform == "win32" and isinstance(address, str)  # a pipe, 50 ms after its end
    assert destroyed >= 5 or ends_itself
    for thread in threads:
        thread.join(5)
    assert srv.connections == []
    for client in clients:
        client.close()


# --- asyncio ---


def test_await(server):
    async def main():
        clients, _ = await asyncio.to_thread(accept, srv)
        task = asyncio.create_task(stop())
        await asyncio.to_thread(clients[0].recv, 10)
        clients[0].close()
        return await task

    async def stop():
        return await srv.shutdown()

    srv = server(quiet)
    assert run_coroutine(main()) == 0


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_await_gives_the_number_destroyed(server):
    async def main():
        return await srv.shutdown(0.05), await srv.shutdown()

    srv = server(quiet)
    clients, _ = accept(srv, 2)
    assert run_coroutine(main()) == (2, 2)
    for client in clients:
        client.close()


def test_a_cancelled_await_takes_nothing_from_the_others(server):
    async def main():
        impatient = asyncio.create_task(stop())
        patient = asyncio.create_task(stop())
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stop(), 0.01)
        assert not patient.done()
        clients[0].close()
        return await patient

    async def stop():
        return await srv.shutdown()

    srv = server(quiet)
    clients, _ = accept(srv)
    assert run_coroutine(main()) == 0


def test_async_with_after_shutdown(server):
    async def main():
        async with srv:
            await srv.shutdown(0)
        assert not srv.listening

    srv = server(quiet)
    clients, _ = accept(srv)
    run_coroutine(main())
    clients[0].close()


@pytest.mark.posix_only("a named pipe has no half-close: end() closes it", only="unix")
def test_async_with_waits_for_the_shutdown_that_was_begun_in_it(server):
    async def main():
        async with srv:
            done = srv.shutdown(0.05)
        assert await done == 1

    srv = server(quiet)
    clients, _ = accept(srv)
    run_coroutine(main())
    clients[0].close()


# --- run(), exit, fork ---


def test_run_returns_when_the_last_connection_was_destroyed(script):
    done = script(
        """
        import socket
        import pynet

        def main():
            def on_connection(sock):
                sock.unref()
                srv.unref()
                results.append(srv.shutdown(0.05))
            results = []
            srv = pynet.create_server({"allow_half_open": True}, on_connection)
            srv.listen(0, "127.0.0.1", lambda: clients.append(socket.create_connection(srv.address()[:2])))
            return results

        clients, results = [], []
        pynet.run(lambda: results.append(main()))
        print(results[0][0].done(), results[0][0].result())
        """
    )
    assert (done.stdout, done.stderr) == ("True 1\n", "")


def test_after_ctrl_c_the_background_thread_shuts_down(script):
    done = script(
        """
        import os, signal, socket
        import pynet

        def on_connection(sock):
            sock.on("end", lambda: print("end"))
            sock.resume()
            os.kill(os.getpid(), signal.SIGINT)

        def main():
            srv.listen(0, "127.0.0.1", lambda: clients.append(socket.create_connection(srv.address()[:2])))

        clients = []
        srv = pynet.create_server(on_connection)
        try:
            pynet.run(main)
        except KeyboardInterrupt:
            result = srv.shutdown(10)
            assert clients[0].recv(10) == b""
            clients[0].close()
            print(result.result(10))
        """
    )
    assert (done.stdout, done.stderr) == ("end\n0\n", "")


def test_at_exit_nobody_waits_for_ever(script):
    done = script(
        """
        import atexit

        atexit.register(lambda: thread.join(5))  # registered before pynet's: runs after it
        import socket, threading
        import pynet
        from pynet._exit import blocked

        srv = pynet.create_server(lambda sock: accepted.set(), allow_half_open=True)
        accepted, waiting = threading.Event(), threading.Event()
        srv.listen(0, "127.0.0.1")
        client = socket.create_connection(srv.address()[:2])
        accepted.wait(5)
        result = srv.shutdown()

        def wait():
            waiting.set()
            try:
                result.result()
            except pynet.NetError as err:
                print(err.code, flush=True)

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        waiting.wait(5)
        while not blocked:
            pass
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("ERR_LOOP_CLOSED\n", "", 0)


def test_a_shutdown_under_way_does_not_hold_up_the_exit(script):
    done = script(
        """
        import socket, threading
        import pynet

        srv = pynet.create_server(lambda sock: accepted.set(), allow_half_open=True)
        accepted = threading.Event()
        srv.listen(0, "127.0.0.1")
        client = socket.create_connection(srv.address()[:2])
        accepted.wait(5)
        srv.shutdown(1000)
        print("over")
        """
    )
    assert (done.stdout, done.stderr, done.returncode) == ("over\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork()")
def test_in_a_forked_child_it_raises(script):
    done = script(
        """
        import os, socket, threading, warnings
        import pynet

        warnings.simplefilter("ignore")
        srv = pynet.create_server(lambda sock: accepted.set(), allow_half_open=True)
        accepted = threading.Event()
        srv.listen(0, "127.0.0.1")
        client = socket.create_connection(srv.address()[:2])
        accepted.wait(5)
        before = srv.shutdown()
        if os.fork() == 0:
            print(srv.connections)
            for attempt in (before.result, srv.shutdown, lambda: srv.shutdown(0), lambda: next(iter(srv))):
                try:
                    attempt()
                except pynet.NetError as err:
                    print(err.code)
            mine = pynet.create_server()
            mine.listen(0, "127.0.0.1")
            print(mine.shutdown(5).result(5), flush=True)
            os._exit(0)
        os.wait()
        print(len(srv.connections))
        print(srv.shutdown(0).result(5))
        client.close()
        """
    )
    assert done.stdout == "[]\n" + "ERR_FORKED\n" * 4 + "0\n1\n1\n"
    assert done.stderr == ""


def test_after_exit_began_it_raises(script):
    done = script(
        """
        import atexit

        @atexit.register  # registered before pynet's: runs after it
        def late():
            try:
                srv.shutdown(1)
            except pynet.NetError as err:
                print(err.code, srv.connections)

        import pynet
        srv = pynet.create_server().listen(0, "127.0.0.1").unref()
        """
    )
    assert (done.stdout, done.stderr) == ("ERR_LOOP_CLOSED []\n", "")


def test_the_order_is_that_of_close_and_end(server):
    """Nothing but what close() and end() cause is emitted."""
    order = []

    def on_connection(sock):
        quiet(sock)
        for event in ("prefinish", "finish", "end", "close"):
            sock.on(event, lambda *args, event=event: order.append(event))

    srv = server(on_connection)
    srv.on("close", lambda: order.append("server close"))
    clients, _ = accept(srv)
    log = Recorder(srv)
    srv.shutdown().add_done_callback(lambda done: (order.append("done"), log.note("done")()))
    assert clients[0].recv(10) == b""
    clients[0].close()
    log.wait("done")
    assert wait_until(lambda: len(order) == 6)
    assert order == ["prefinish", "finish", "end", "server close", "done", "close"]
