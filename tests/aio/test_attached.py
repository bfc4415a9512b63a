"""pynet.aio.run() and attached(): listeners on the thread of an asyncio loop, asyncio's own or uvloop's."""

import asyncio
import contextvars
import threading
import time

import pytest

import pynet
from helpers import wait_until


def driver():
    return pynet._pynet._driver()


async def listen(where):
    """A server that sends one byte."""
    return await pynet.aio.listen(*where, listener=lambda sock: sock.end(b"x"))


# --- listeners and asyncio's objects ---


def test_listeners_touch_objects_of_asyncio(run, where):
    async def main():
        queue, threads = asyncio.Queue(), set()

        def on_connection(sock):
            threads.add(threading.get_ident())
            sock.on("data", queue.put_nowait).on("end", sock.end)

        server = await pynet.aio.listen(*where, listener=on_connection)
        client = await pynet.aio.connect(server.address())
        client.end(b"hello")
        got = await queue.get()
        await client.wait("close")
        server.close()
        return got, threads

    # In debug mode asyncio refuses calls from other threads.
    assert run(main(), debug=True) == (b"hello", {threading.get_ident()})


def test_a_listener_starts_a_task(run, where):
    async def main():
        done = asyncio.get_running_loop().create_future()

        async def answer(sock):
            sock.end(await sock.read_exactly(2))
            done.set_result(True)

        tasks = []
        server = await pynet.aio.listen(*where, listener=lambda sock: tasks.append(asyncio.create_task(answer(sock))))
        client = await pynet.aio.connect(server.address())
        client.write(b"hi")
        got = await client.read_exactly(2)
        await done
        client.destroy()
        server.close()
        return got

    assert run(main()) == b"hi"


def test_waits_of_every_kind(run, where):
    async def main():
        async with await pynet.aio.listen(*where) as server, await pynet.aio.connect(server.address()) as client:
            peer = await anext(aiter(server))
            client.write(b"4567\nline\nrest")
            got = [await peer.read_exactly(2), await peer.read_until(b"\n")]
            async for line in peer.lines():
                got.append(line)
                break
            client.write(b"x" * 3_000_000)
            read = asyncio.create_task(peer.read_exactly(3_000_004))
            await client.drain()
            got.append(len(await read))
            client.end()
            async for chunk in peer:
                got.append(chunk)
            peer.end()
            await pynet.once(client, "close")
            return got

    got = run(main())
    assert got[0] == b"45"
    assert got[1].startswith(b"67")
    assert got[3:] == [3_000_004]


def test_the_read_after_the_last_byte_raises_and_then_end_comes(run, where):
    async def main():
        log = []
        ended = asyncio.Event()
        async with asyncio.timeout(10), await listen(where) as server:
            client = await pynet.aio.connect(server.address())
            client.on("end", lambda: (log.append("end"), ended.set()))
            client.read(0)
            while not pynet._pynet._at_end(client):
                await asyncio.sleep(0)
            try:
                assert await client.read_exactly(1) == b"x"
                try:
                    await client.read_exactly(1)
                except pynet.IncompleteReadError:
                    log.append("raised")
                await ended.wait()
            finally:
                client.destroy()
        return log

    assert run(main()) == ["raised", "end"]


def test_the_context_of_the_attachment_is_that_of_listeners(loop_factory):
    var = contextvars.ContextVar("var", default="none")
    seen = []

    async def main():
        var.set("attached")
        async with pynet.aio.attached():
            var.set("later")
            seen.append(None)
            done = asyncio.Event()

            def listener():
                seen.append(var.get())
                done.set()

            pynet.set_timeout(listener, 1)
            await done.wait()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
    assert seen == [None, "attached"]


def test_timers_are_exact_to_a_millisecond(run):
    async def main():
        late = []
        for ms in (3, 7, 15):
            fired = asyncio.get_running_loop().create_future()
            begun = time.monotonic()
            pynet.set_timeout(fired.set_result, ms, None)
            await fired
            late.append((time.monotonic() - begun) * 1000 - ms)
        return late

    best = run(main())
    for _ in range(50):  # the machine may be busy now and then
        if max(best) < 1:
            break
        best = [min(pair) for pair in zip(best, run(main()), strict=True)]
    assert all(0 <= late < 1 for late in best), best


def test_asyncio_goes_on_beside_immediates_without_end(run):
    async def main():
        turns = 0
        going = True

        def again():
            nonlocal turns
            turns += 1
            if going:
                pynet.set_immediate(again)

        again()
        for _ in range(100):
            await asyncio.sleep(0)
        going = False
        return turns

    assert run(main()) >= 40


# --- attached() ---


def test_attached_and_back(loop_factory, where):
    names = []
    pynet.next_tick(lambda: None)
    assert wait_until(lambda: driver()[0] == "background")

    async def main():
        server = pynet.create_server(lambda sock: names.append(threading.current_thread().name) or sock.end())
        server.listen(*where)
        async with pynet.aio.attached():
            assert driver() == ("attached", True)
            async with await pynet.aio.connect(server.address()) as client:
                client.resume()
        assert driver()[0] == "background"
        async with await pynet.aio.connect(server.address()) as client:
            client.resume()
        server.close()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
    assert names == [threading.current_thread().name, "pynet"]


def test_a_cancelled_block_detaches(loop_factory):
    async def main():
        async def block():
            async with pynet.aio.attached():
                await asyncio.Event().wait()

        task = asyncio.create_task(block())
        await asyncio.sleep(0)
        assert driver() == ("attached", True)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert driver()[0] != "attached"

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())


# --- the automatic attachment ---


def test_listen_attaches_when_no_thread_drives(loop_factory, where):
    pynet.run(lambda: None)

    async def main():
        server = await listen(where)
        seen = driver()
        server.close()
        return seen

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(main()) == ("attached", True)
    assert driver() == ("idle", False)


def test_connect_attaches_when_no_thread_drives(loop_factory):
    pynet.run(lambda: None)

    async def main():
        with pytest.raises(ConnectionRefusedError):
            await pynet.aio.connect(1, "127.0.0.1")
        return driver()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(main()) == ("attached", True)


def test_the_background_thread_keeps_the_loop(loop_factory, where):
    pynet.next_tick(lambda: None)
    assert wait_until(lambda: driver()[0] == "background")

    async def main():
        server = await listen(where)
        seen = driver()
        server.close()
        return seen

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(main()) == ("background", False)


def test_a_bare_connect_does_not_attach(loop_factory):
    pynet.run(lambda: None)

    async def main():
        sock = pynet.connect(1, "127.0.0.1").on("error", lambda err: None)
        seen = driver()
        sock.destroy()
        return seen

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        assert runner.run(main()) == ("background", False)


def test_attached_takes_the_place_of_that_attachment(loop_factory, where):
    pynet.run(lambda: None)

    async def main():
        server = await listen(where)
        async with pynet.aio.attached():
            assert driver() == ("attached", True)
        assert driver()[0] != "attached"
        server.close()

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())


# --- run() ---


def test_run_returns_and_raises_what_main_does(run):
    async def returns():
        return 5

    async def raises():
        raise ValueError("of main")

    assert run(returns()) == 5
    with pytest.raises(ValueError, match="of main"):
        run(raises())


def test_cleanups_of_cancelled_tasks_are_still_attached(run, where):
    seen = []

    async def main():
        async def serve():
            server = await pynet.aio.listen(*where)
            try:
                await asyncio.Event().wait()
            finally:
                await server.shutdown(1)
                seen.append((server.listening, driver()))

        main.task = asyncio.create_task(serve())
        await asyncio.sleep(0.01)

    run(main())
    assert seen == [(False, ("attached", True))]


@pytest.mark.parametrize("main", [None, 1, lambda: None, "text"])
def test_run_needs_a_coroutine(main):
    with pytest.raises(TypeError, match='"main" argument must be a coroutine') as caught:
        pynet.aio.run(main)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_run_inside_a_running_loop_names_it(run):
    async def nothing():
        pass

    async def main():
        with pytest.raises(RuntimeError, match=r"cannot be called while .*running=True.*pynet.aio.attached"):
            pynet.aio.run(nothing())

    run(main())


def test_run_of_asyncio_inside_a_listener_is_refused(run):
    async def nothing():
        pass

    async def main():
        errors = asyncio.Queue()

        def listener():
            coroutine = nothing()
            try:
                asyncio.run(coroutine)
            except RuntimeError as error:
                coroutine.close()
                errors.put_nowait(str(error))

        pynet.next_tick(listener)
        return await errors.get()

    assert "running event loop" in run(main())


# --- bad input ---


def test_attached_twice_names_both(run):
    async def main():
        with pytest.raises(RuntimeError, match="cannot be attached to .*it is attached to .* already"):
            async with pynet.aio.attached():
                pass

    run(main())


def test_attached_while_run_is_active():
    errors = []

    async def main():
        try:
            async with pynet.aio.attached():
                pass
        except RuntimeError as error:
            errors.append(str(error))

    def start():
        thread = threading.Thread(target=asyncio.run, args=(main(),))
        thread.start()
        pynet.set_timeout(thread.join, 1, 10)

    pynet.run(start)
    assert "EventLoop" in errors[0]
    assert "run() drives its loop" in errors[0]


def test_run_of_pynet_while_attached(run):
    async def main():
        with pytest.raises(RuntimeError, match=r"run\(\) cannot be called while pynet is attached to <"):
            pynet.run()

    run(main())


def test_a_loop_that_cannot_watch_descriptors():
    class Loop(asyncio.SelectorEventLoop):
        def add_reader(self, fd, callback, *args):
            if getattr(callback, "__name__", "") == "step":
                raise NotImplementedError
            super().add_reader(fd, callback, *args)

    async def nothing():
        pass

    with pytest.raises(RuntimeError, match=r"which has no add_reader\(\)"):
        pynet.aio.run(nothing(), loop_factory=Loop)
    assert driver()[0] != "attached"


def test_a_loop_that_is_closed_already(loop_factory):
    closed = loop_factory()
    closed.close()

    async def nothing():
        pass

    with pytest.raises(RuntimeError, match="cannot be attached to <.*closed=True.*>: it is closed"):
        pynet.aio.run(nothing(), loop_factory=lambda: closed)
    assert driver()[0] != "attached"


def test_a_loop_factory_that_raises():
    async def nothing():
        pass

    def factory():
        raise ValueError("of the factory")

    with pytest.raises(ValueError, match="of the factory"):
        pynet.aio.run(nothing(), loop_factory=factory)


def test_waits_that_block_are_refused(run, where):
    async def main():
        server = await pynet.aio.listen(*where)
        with pytest.raises(RuntimeError, match="would block the asyncio loop"):
            server.wait("close")
        with pytest.raises(RuntimeError, match="pynet is attached to <"):
            pynet.once(server, "close").result()
        server.close()

    run(main())


# --- uncaught ---


def collect_reports():
    reports = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reports.append(context))
    return reports


def test_uncaught_goes_to_the_exception_handler_of_the_loop(run, where):
    error = ValueError("of a listener")

    async def main():
        reports, peers = collect_reports(), []

        def on_connection(sock):
            peers.append(sock)

            def fail(chunk):
                raise error

            sock.on("data", fail)

        server = await pynet.aio.listen(*where, listener=on_connection)
        client = await pynet.aio.connect(server.address())
        client.on("error", lambda err: None)
        client.write(b"x")
        await client.resume().wait("close")
        assert server.listening
        server.close()
        return reports, peers[0]

    (report,), peer = run(main())
    assert report["exception"] is error
    assert report["emitter"] is peer
    assert "listener" in report["message"]
    assert peer.destroyed


def test_an_error_without_a_listener_goes_there_too(run):
    async def main():
        reports = collect_reports()
        sock = pynet.connect(1, "127.0.0.1")
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
        while not reports:
            await asyncio.sleep(0.001)
        return reports, sock

    (report,), sock = run(main())
    assert report["exception"].code == "ECONNREFUSED"
    assert report["emitter"] is sock


@pytest.mark.parametrize("kind_of_exit", [KeyboardInterrupt, SystemExit])
def test_an_exit_leaves_run(run, kind_of_exit):
    async def main():
        def listener():
            raise kind_of_exit

        pynet.next_tick(listener)
        await asyncio.Event().wait()

    with pytest.raises(kind_of_exit):
        run(main())
    called = threading.Event()
    pynet.next_tick(called.set)
    assert called.wait(10)
