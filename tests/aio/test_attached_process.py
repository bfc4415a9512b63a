"""Attached to asyncio: threads of a script, the end of the interpreter, the child of a fork."""

import pytest

import hosts
import isolated

PRELUDE = """
    import asyncio, os, sys, threading
    if sys.argv[1] == "uvloop":
        import uvloop
        factory = uvloop.new_event_loop
    else:
        factory = asyncio.SelectorEventLoop
    import pynet
    from isolated.tools import echo_server, raw_connect, talk

    def run(main):
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(main)
"""


@pytest.fixture(params=["asyncio", "uvloop"])
def check(request):
    """isolated.check() of a script that gets the host in sys.argv: check(script, *arguments)."""
    hosts.require(request.param)

    def check_on(script, *args):
        return isolated.check(isolated.join(PRELUDE, script), request.param, *args)

    return check_on


def test_a_program_of_asyncio_starts_no_thread(check):
    check("""
        async def main():
            async with await pynet.aio.listen(0, "127.0.0.1", listener=lambda s: s.pipe(s)) as server:
                async with await pynet.aio.connect(server.address()) as sock:
                    sock.write(b"hello")
                    assert await sock.read_exactly(5) == b"hello"
                assert threading.enumerate() == [threading.main_thread()]
        run(main())
        assert threading.enumerate() == [threading.main_thread()]
    """)


def test_after_the_loop_the_background_thread_serves_on(check):
    check("""
        async def main():
            return await pynet.aio.listen(0, "127.0.0.1", listener=lambda s: s.pipe(s))
        server = run(main())
        with pynet.connect(server.address()) as sock:
            sock.write(b"hello")
            assert sock.read_exactly(5) == b"hello"
    """)


def test_ctrl_c_ends_the_program_as_under_asyncio(check):
    check("""
        import signal
        async def main():
            server = await pynet.aio.listen(0, "127.0.0.1")
            pynet.set_timeout(os.kill, 10, os.getpid(), signal.SIGINT)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                print("cancelled")
                raise
        try:
            pynet.aio.run(main(), loop_factory=factory)
        except KeyboardInterrupt:
            print("interrupted")
    """)


def test_exit_inside_a_listener(check):
    check("""
        import atexit
        atexit.register(lambda: print("the end"))
        async def main():
            server = await pynet.aio.listen(0, "127.0.0.1")
            pynet.set_timeout(sys.exit, 1)
            await asyncio.Event().wait()
        run(main())
    """)


def test_exit_with_a_loop_that_is_not_closed(check):
    check("""
        import warnings
        warnings.simplefilter("ignore")
        async def main():
            return await pynet.aio.listen(0, "127.0.0.1")
        loop = factory()
        server = loop.run_until_complete(main())
    """)


def test_exit_while_asyncio_runs_in_another_thread(check):
    check("""
        attached = threading.Event()
        async def main():
            async with pynet.aio.attached():
                attached.set()
                await asyncio.Event().wait()
        threading.Thread(target=run, args=(main(),), daemon=True).start()
        attached.wait()
        server = echo_server()
        assert talk(server) == b"hello"
    """)


FORK = """
    import warnings
    warnings.simplefilter("ignore")  # newer Pythons warn of fork() with threads
    from isolated.forking import code, collect, fork, hello_anew, in_child
"""


def test_a_fork_while_attached(check):
    check(
        isolated.join(
            FORK,
            """
            async def main():
                server = await pynet.aio.listen(0, "127.0.0.1", listener=lambda s: s.on("data", s.write))
                assert await asyncio.to_thread(talk, server) == b"hello"
                assert in_child(lambda: (pynet._pynet._driver(), hello_anew())) == str((("idle", False), b"hello"))
                assert in_child(lambda: code(server.close)) == "ERR_FORKED"
                assert await asyncio.to_thread(talk, server) == b"hello"
                server.close()
            pynet.aio.run(main(), loop_factory=factory)
            """,
        )
    )


def test_a_forked_child_runs_asyncio_anew(check):
    check(
        isolated.join(
            FORK,
            """
            async def echo():
                async with await pynet.aio.listen(0, "127.0.0.1", listener=lambda s: s.pipe(s)) as server:
                    async with await pynet.aio.connect(server.address()) as sock:
                        sock.write(b"hello")
                        return await sock.read_exactly(5), pynet._pynet._driver()
            def child():
                asyncio.set_event_loop(None)
                return asyncio.Runner(loop_factory=factory).run(echo())
            async def main():
                server = await pynet.aio.listen(0, "127.0.0.1", listener=lambda s: s.on("data", s.write))
                forked = fork(child)
                assert await asyncio.to_thread(talk, server) == b"hello"
                assert collect(forked) == str((b"hello", ("attached", True)))
                server.close()
            pynet.aio.run(main(), loop_factory=factory)
            """,
        )
    )
