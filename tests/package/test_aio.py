"""pynet.aio: connect() and listen() to be awaited."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys

import pytest

import pynet
from helpers import Recorder, live_handles, nothing_dispatched, raw_client, run_coroutine, target, wait_until


def closed_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


# --- the module ---


def test_it_is_there_without_being_imported(script):
    done = script(
        """
        import sys
        import pynet
        assert "asyncio" not in sys.modules
        assert "concurrent.futures" not in sys.modules
        print(pynet.aio.__name__, pynet.promises is pynet.aio, {"aio", "promises"} <= set(dir(pynet)))
        assert "asyncio" not in sys.modules
        """
    )
    assert (done.stdout, done.stderr) == ("pynet.aio True True\n", "")


@pytest.mark.parametrize(
    "statements",
    [
        "import pynet.promises; import pynet.aio",
        "import pynet.aio; import pynet.promises",
        "from pynet import promises; from pynet import aio",
        "from pynet import aio; from pynet import promises",
        "from pynet.promises import connect, listen; import pynet",
    ],
)
def test_both_names_are_one_module(script, statements):
    done = script(
        f"""
        {statements}
        import sys, pynet
        assert pynet.aio is pynet.promises is sys.modules["pynet.aio"] is sys.modules["pynet.promises"]
        from pynet.promises import connect
        assert connect is pynet.aio.connect
        """
    )
    assert (done.stderr, done.returncode) == ("", 0)


def test_its_functions():
    assert {"connect", "listen", "serve"} <= set(pynet.aio.__all__) <= set(dir(pynet.aio))
    assert sys.modules["pynet.aio"] is pynet.aio


# --- connect ---


def test_connect_gives_a_connected_socket(server):
    async def main():
        sock = await pynet.aio.connect(target(srv))
        assert isinstance(sock, pynet.Socket)
        assert (sock.connecting, sock.pending, sock.ready_state) == (False, False, "open")
        assert await sock.read_exactly(2) == b"hi"
        sock.destroy()

    srv = server(lambda sock: sock.end("hi"))
    run_coroutine(main())


def test_the_forms_of_connect(tmp_path):
    async def main():
        port = tcp.address().port
        for args, options in (
            ((port, "127.0.0.1"), {}),
            ((str(port), "127.0.0.1"), {}),
            ((("127.0.0.1", port),), {}),
            ((tcp.address(),), {}),
            (({"port": port, "host": "127.0.0.1"},), {}),
            (({"port": port},), {"host": "127.0.0.1"}),
            ((), {"port": port, "host": "127.0.0.1", "no_delay": True}),
            ((port,), {"host": "127.0.0.1", "allowHalfOpen": True}),
            ((unix.address(),), {}),
            ((tmp_path / "s.sock",), {}),
            ((), {"path": tmp_path / "s.sock"}),
        ):
            sock = await pynet.aio.connect(*args, **options)
            assert sock.ready_state == "open"
            sock.destroy()

    tcp = pynet.create_server(lambda sock: sock.resume()).listen(0, "127.0.0.1")
    unix = pynet.create_server(lambda sock: sock.resume()).listen(tmp_path / "s.sock")
    run_coroutine(main())
    tcp.close()
    unix.close()


def test_connect_raises_what_the_error_event_carries(tmp_path):
    async def main():
        with pytest.raises(ConnectionRefusedError) as info:
            await pynet.aio.connect(port, "127.0.0.1")
        assert (info.value.code, info.value.port) == ("ECONNREFUSED", port)
        with pytest.raises(FileNotFoundError):
            await pynet.aio.connect(tmp_path / "missing")

    port = closed_port()
    run_coroutine(main())


def test_connect_raises_for_a_name_that_is_none():
    async def main():
        with pytest.raises(socket.gaierror):
            await pynet.aio.connect(80, "name.invalid")

    run_coroutine(main())


@pytest.mark.parametrize(
    ("args", "options", "kind", "code"),
    [
        ((70000,), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
        ((), {}, TypeError, "ERR_MISSING_ARGS"),
        ((80,), {"high_water_mark": "x"}, TypeError, "ERR_INVALID_ARG_TYPE"),
        (("example.com", 80), {}, TypeError, None),
    ],
)
def test_wrong_arguments_of_connect_raise_when_it_is_awaited(args, options, kind, code):
    async def main():
        coroutine = pynet.aio.connect(*args, **options)
        with pytest.raises(kind) as info:
            await coroutine
        if code is not None:
            assert info.value.code == code

    run_coroutine(main())


def test_an_unknown_option_of_connect_raises():
    async def main():
        with pytest.raises(TypeError, match=r"no_dely.*no_delay"):
            await pynet.aio.connect(80, no_dely=True)

    run_coroutine(main())


def test_a_cancelled_connect_destroys_the_socket(server):
    async def main():
        task = asyncio.create_task(pynet.aio.connect(target(srv)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    srv = server(lambda sock: sock.resume())
    before = live_handles()
    run_coroutine(main())
    assert wait_until(lambda: live_handles() == before)


def test_a_connect_that_takes_too_long_destroys_the_socket():
    """Nothing answers: the queue of the listener is full."""

    async def main():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await pynet.aio.connect(full.getsockname())

    before = live_handles()
    fillers = []
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            fillers.append(socket.socket())
            fillers[-1].setblocking(False)
            fillers[-1].connect_ex(full.getsockname())
        run_coroutine(main())
        assert wait_until(lambda: live_handles() == before)
        for filler in fillers:
            filler.close()


@pytest.mark.parametrize("form", ["keyword", "mapping"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("moment", ["before", "while it is made", "while connecting"])
def test_a_signal_ends_connect_with_an_abort_error(form, host, moment):
    """Nothing answers: the queue of the listener is full."""

    async def main(port):
        options = {"port": port, "host": host, "family": 4, "signal": controller.signal}
        coroutine = pynet.aio.connect(options) if form == "mapping" else pynet.aio.connect(**options)
        if moment == "before":
            controller.abort(reason)
        task = asyncio.create_task(coroutine)
        await asyncio.sleep(0)
        if moment == "while connecting":
            assert await asyncio.to_thread(wait_until, lambda: live_handles()["requests"] > handles["requests"])
        controller.abort(reason)
        with pytest.raises(pynet.AbortError) as info:
            await task
        assert (info.value.code, info.value.__cause__) == ("ABORT_ERR", reason)

    controller, reason = pynet.AbortController(), ValueError("enough")
    fillers = []
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            fillers.append(socket.socket())
            fillers[-1].setblocking(False)
            fillers[-1].connect_ex(full.getsockname())
        handles = live_handles()
        run_coroutine(main(full.getsockname()[1]))
        assert wait_until(lambda: live_handles() == handles)
        for filler in fillers:
            filler.close()


def test_a_signal_destroys_the_socket_that_connect_gave(server):
    async def main():
        sock = await pynet.aio.connect(**target(srv), signal=controller.signal)
        log = Recorder(sock, "error", "close")
        controller.abort()
        return await asyncio.to_thread(log.wait, "close")

    controller = pynet.AbortController()
    srv = server(lambda sock: sock.resume())
    log = run_coroutine(main())
    assert log.names == ["error", "close"] and isinstance(log["error"], pynet.AbortError)


def test_a_signal_closes_the_server_that_listen_gave(where):
    async def main():
        place = {"path": where[0]} if len(where) == 1 else {"port": 0, "host": where[1]}
        srv = await pynet.aio.listen(place, signal=controller.signal)
        taken = [sock async for sock in abort_after_first(srv)]
        await pynet.once(srv, "close")
        assert len(taken) == 1 and not srv.listening

    async def abort_after_first(srv):
        client = await asyncio.to_thread(raw_client, srv)
        async for sock in srv:
            yield sock
            sock.destroy()
            client.close()
            controller.abort()

    controller = pynet.AbortController()
    run_coroutine(main())


def test_many_connects_at_once(server):
    async def main():
        socks = await asyncio.gather(*(pynet.aio.connect(target(srv)) for _ in range(20)))
        assert {sock.ready_state for sock in socks} == {"open"}
        for sock in socks:
            sock.destroy()

    srv = server(lambda sock: sock.resume())
    run_coroutine(main())


def test_listeners_of_the_socket_work_as_always(server):
    async def main():
        sock = await pynet.aio.connect({**target(srv), "listener": lambda: seen.append("connect")})
        assert seen == ["connect"]
        log = Recorder(sock, "data", "end", "close")
        await pynet.once(sock, "close")
        return log.names

    seen = []
    srv = server(lambda sock: sock.end("hi"))
    assert run_coroutine(main()) == ["data", "end", "close"]


# --- listen ---


def test_listen_gives_a_listening_server(where):
    async def main():
        async with await pynet.aio.listen(*where) as srv:
            assert isinstance(srv, pynet.Server)
            assert srv.listening and srv.address() is not None
        assert not srv.listening

    run_coroutine(main())


def test_listen_without_arguments():
    async def main():
        async with await pynet.aio.listen() as srv:
            assert srv.address().port > 0

    run_coroutine(main())


def test_listen_with_a_name():
    async def main():
        async with await pynet.aio.listen(0, "localhost") as srv:
            assert srv.address().address in ("127.0.0.1", "::1")

    run_coroutine(main())


def test_listen_takes_the_options_of_both(where):
    async def main():
        place = {"path": where[0]} if len(where) == 1 else {"port": 0, "host": where[1]}
        blocked = pynet.BlockList()
        server_options = {
            "allow_half_open": True,
            "high_water_mark": 7,
            "listener": peers.append,
            "block_list": blocked,
            "backlog": 5,
        }
        nodes = {"allowHalfOpen": True, "highWaterMark": 7, "listener": peers.append, "blockList": blocked}
        for args, options in (
            ((), {**place, **server_options}),
            (({**place, **server_options},), {}),
            ((place,), server_options),
            (where, server_options),
            (where, nodes),
            (({**place, **nodes},), {}),
        ):
            async with await pynet.aio.listen(*args, **options) as srv:
                assert srv.block_list is blocked
                client = await asyncio.to_thread(raw_client, srv)
                (sock,) = await asyncio.to_thread(wait, peers)
                assert (sock.allow_half_open, sock.readable_high_water_mark) == (True, 7)
                sock.destroy()
                client.close()
                peers.clear()

    def wait(things):
        assert wait_until(lambda: things)
        return things

    peers: list[pynet.Socket] = []
    run_coroutine(main())


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_listen_raises_what_the_error_event_carries(server, where, tmp_path):
    async def main():
        with pytest.raises(OSError) as info:
            await pynet.aio.listen(target(srv))
        assert info.value.code == "EADDRINUSE"

    srv = server()
    before = live_handles()
    run_coroutine(main())
    assert live_handles() == before


@pytest.mark.parametrize(
    ("args", "options", "kind", "code"),
    [
        ((70000,), {}, ValueError, "ERR_SOCKET_BAD_PORT"),
        (({},), {}, ValueError, "ERR_INVALID_ARG_VALUE"),
        ((0,), {"high_water_mark": "x"}, TypeError, "ERR_INVALID_ARG_TYPE"),
        ((0,), {"block_list": 5}, TypeError, "ERR_INVALID_ARG_TYPE"),
        (({"port": 0, "blockList": 5},), {}, TypeError, "ERR_INVALID_ARG_TYPE"),
        ((0,), {"tls": True}, TypeError, None),
        (({"port": 0, "ssl": True},), {}, TypeError, None),
        ((0,), {"nonsense": True}, TypeError, None),
    ],
)
def test_wrong_arguments_of_listen_raise_when_it_is_awaited(args, options, kind, code):
    async def main():
        coroutine = pynet.aio.listen(*args, **options)
        with pytest.raises(kind) as info:
            await coroutine
        if code is not None:
            assert info.value.code == code

    before = live_handles()
    run_coroutine(main())
    assert live_handles() == before


def test_a_cancelled_listen_closes_the_server():
    async def main():
        task = asyncio.create_task(pynet.aio.listen(0, "localhost"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = live_handles()
    run_coroutine(main())
    assert wait_until(lambda: live_handles() == before)


@pytest.mark.parametrize("form", ["keyword", "mapping"])
@pytest.mark.parametrize("before", [True, False])
def test_a_signal_ends_listen_with_an_abort_error(form, before):
    async def main():
        options = {"port": 0, "host": "localhost", "signal": controller.signal}
        coroutine = pynet.aio.listen(options) if form == "mapping" else pynet.aio.listen(**options)
        if before:
            controller.abort()
        with nothing_dispatched():  # or the lookup is over, and the server listens, before the abort
            task = asyncio.create_task(coroutine)
            await asyncio.sleep(0)
            controller.abort()
        with pytest.raises(pynet.AbortError):
            await task

    controller = pynet.AbortController()
    handles = live_handles()
    run_coroutine(main())
    assert wait_until(lambda: live_handles() == handles)


def test_the_options_of_the_caller_are_not_changed(where):
    async def main():
        await (await pynet.aio.listen(options)).shutdown()

    place = {"path": where[0]} if len(where) == 1 else {"port": 0, "host": where[1]}
    options = {**place, "allow_half_open": True}
    before = dict(options)
    run_coroutine(main())
    assert options == before


OPTIONS = """allow_half_open allowHalfOpen pause_on_connect pauseOnConnect no_delay noDelay keep_alive keepAlive
    keep_alive_initial_delay keepAliveInitialDelay high_water_mark highWaterMark max_write_buffer maxWriteBuffer
    block_list blockList listener tls ssl port host path fd handle backlog exclusive ipv6_only ipv6Only signal callback
    reuse_port reusePort nothing ALLOW_HALF_OPEN""".split()


def test_every_option_of_server_goes_to_the_server():
    """What aio.listen() splits by name is what Server() takes."""
    from pynet import _private

    def taken(name):
        try:
            pynet.Server(**{name: None})
        except TypeError:
            return False
        return True

    known = [name for name in OPTIONS if _private.server_knows_option(name)]
    assert known == [name for name in OPTIONS if taken(name)]
    assert len(known) == 19
    with pytest.raises(TypeError, match="must be a str"):
        _private.server_knows_option(5)


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


# --- together ---


def test_an_echo_server_from_top_to_bottom(where):
    async def handle(sock):
        async with sock:
            async for line in sock.lines():
                sock.write(b"you said " + line + b"\n")

    async def main():
        async with await pynet.aio.listen(*where, allow_half_open=True) as server, asyncio.TaskGroup() as group:
            task = group.create_task(serve(server, group))
            async with await pynet.aio.connect(target(server)) as sock:
                for word in ("one", "two"):
                    sock.write(word + "\n")
                    assert await sock.read_until("\n") == b"you said " + word.encode() + b"\n"
            assert await server.shutdown(5) == 0
            await task

    async def serve(server, group):
        async for sock in server:
            group.create_task(handle(sock))

    run_coroutine(main())
