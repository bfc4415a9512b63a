"""No memory for a tick of `close`, `error` or the like: what waits is answered all the same.

A listener makes each allocation of pynet fail, fills the queue of ticks, and then ends the object. The memory is back
when the queue has run.
"""

import os
import platform
import shutil

import pytest

import isolated
from isolated import memory_shim

pytestmark = [
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc() is replaced by glibc's means"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler"),
    pytest.mark.skipif("PYNET_ASAN" in os.environ, reason="the sanitizer has a malloc() of its own"),
]

PRELUDE = """
    import ctypes, sys, threading, time
    import pynet
    from isolated.tools import raw_connect

    shim = ctypes.CDLL(None)
    assert shim.failing_setup() >= 1
    sys.unraisablehook = threading.excepthook = lambda args: None
    count = int(sys.argv[1])

    def starve(end):
        '''In a listener.'''
        shim.failing_arm(ctypes.c_long(1), ctypes.c_long(1 << 60))
        filled = 0
        try:
            while True:
                pynet.next_tick(len, ())
                filled += 1
        except MemoryError:
            pass
        assert filled > 0
        for each in end:
            try: each()
            except MemoryError: pass

    def sockets(make):
        made = [make() for _ in range(count)]
        for sock in made:
            sock.on("error", lambda err: None)
        return made

    answers, errors = [], []

    def wait_in_thread(wait, *args):
        def call():
            try: answers.append(wait(*args))
            except Exception as error: errors.append(error)
        threading.Thread(target=call, daemon=True).start()

    def blocked(number):
        from pynet._exit import blocked
        while len(blocked) + pynet._pynet._counts()["waits"] < number: time.sleep(0.001)

    def strike(*end):
        def strike():
            pynet.set_immediate(shim.failing_disarm)
            starve(end)
        pynet.set_timeout(strike, 1)

    def finish(number):
        deadline = time.monotonic() + 10
        while len(answers) + len(errors) < number and time.monotonic() < deadline:
            time.sleep(0.001)
        print(len(answers), [type(error).__name__ for error in errors][:1], len(errors))
"""

SOCKETS = {
    "connected": "lambda: pynet.connect(server.address().port, '127.0.0.1')",
    "looking up": "lambda: pynet.connect({'port': 1, 'host': 'name', 'lookup': lambda *args: None})",
    "new": "pynet.Socket",
}


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return memory_shim.build("cc", tmp_path_factory.mktemp("shim"))


@pytest.fixture
def check(shim):
    def check(script, count=1):
        env = {"LD_PRELOAD": shim, "PYTHONMALLOC": "malloc"}
        done = isolated.run(isolated.join(PRELUDE, script), count, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return check


@pytest.mark.parametrize("count", [1, 100])
@pytest.mark.parametrize("error", ["", "KeyError()"], ids=["close", "error"])
@pytest.mark.parametrize("make", SOCKETS.values(), ids=SOCKETS)
def test_threads_that_wait_for_a_socket(check, make, error, count):
    out = check(
        f"""
        server = pynet.create_server().listen(0, "127.0.0.1")
        made = sockets({make})
        if {make!r}.startswith("lambda: pynet.connect(server"):
            for sock in made: sock.wait("connect")
        for sock in made:
            wait_in_thread(sock.wait, "close")
        blocked(count)
        strike(*[lambda sock=sock: sock.destroy({error}) for sock in made])
        finish(count)
        """,
        count,
    )
    failed = count if error else 0
    assert out == f"{count - failed} {['KeyError'] if error else []} {failed}\n"


def test_a_thread_that_waits_for_data(check):
    out = check("""
        server = pynet.create_server().listen(0, "127.0.0.1")
        sock, = sockets(lambda: pynet.connect(server.address().port, "127.0.0.1"))
        sock.wait("connect")
        wait_in_thread(sock.read_exactly, 1)
        blocked(1)
        strike(lambda: sock.destroy(KeyError()))
        finish(1)
    """)
    assert out == "0 ['KeyError'] 1\n"


def test_a_thread_that_reads_by_itself(check):
    """Each allocation of a read fails once: it gives the message, or loses nothing, or the socket is destroyed."""
    out = check("""
        server = pynet.create_server().listen(0, "127.0.0.1")
        def read(n):
            raw = raw_connect(server)
            sock = server.accept(timeout=10)
            sock.on("error", lambda err: None)
            result = None
            def call():
                nonlocal result
                shim.failing_arm(ctypes.c_long(n), ctypes.c_long(1))
                try: result = sock.read_exactly(8, timeout=10)
                except MemoryError: result = "failed"
                failed.append(shim.failing_disarm())
            thread = threading.Thread(target=call)
            pynet.set_timeout(raw.sendall, 1 if n % 2 else 0, b"12345678")
            thread.start()
            thread.join(20)
            if result == "failed" and not sock.destroyed:
                try: result = sock.read_exactly(8, timeout=10)
                except MemoryError: pass
            assert result == b"12345678" or sock.destroyed, (n, result)
            sock.destroy()
            raw.close()
        failed = []
        for n in range(1, 40): read(n)
        print(len(failed), any(failed), failed[-1])
        server.close()
    """)
    assert out == "39 True 0\n"


def test_a_task_that_waits_for_a_socket(check):
    out = check("""
        import asyncio
        async def main():
            sock, = sockets(pynet.Socket)
            wait = asyncio.ensure_future(asyncio.wrap_future(pynet.once(sock, "close")))
            await asyncio.sleep(0)
            strike(sock.destroy)
            print(await asyncio.wait_for(wait, 10))
        asyncio.run(main())
    """)
    assert out in ("False\n", "(False,)\n", "[False]\n")


def test_a_thread_that_waits_for_the_close_of_a_server(check):
    out = check("""
        server = pynet.create_server().listen(0, "127.0.0.1")
        wait_in_thread(server.wait, "close")
        blocked(1)
        strike(server.close)
        finish(1)
    """)
    assert out == "1 [] 0\n"


def test_a_loop_over_a_server_that_closes(check):
    out = check("""
        server = pynet.create_server().listen(0, "127.0.0.1")
        wait_in_thread(lambda: list(server))
        blocked(1)
        strike(server.close)
        finish(1)
    """)
    assert out == "1 [] 0\n"


def test_a_thread_that_waits_for_a_shutdown(check):
    out = check("""
        accepted = []
        server = pynet.create_server(accepted.append).listen(0, "127.0.0.1")
        raw = raw_connect(server)
        while not accepted: time.sleep(0.001)
        wait_in_thread(server.shutdown().result)
        strike(accepted[0].destroy, shim.failing_disarm)  # the Future itself needs memory
        finish(1)
    """)
    assert out == "1 [] 0\n"


def test_a_thread_that_waits_for_listening(check):
    """listen() has memory until the nth allocation: it raises, or the wait is answered."""
    out = check("""
        taken = pynet.create_server().listen(0, "127.0.0.1")
        port, turns = taken.address().port, 25
        for first in range(1, turns + 1):
            server = pynet.create_server().on("error", lambda err: None)
            wait_in_thread(server.wait, "listening")
            blocked(1)
            def listen():
                shim.failing_disarm()
                shim.failing_arm(ctypes.c_long(first), ctypes.c_long(1 << 60))
                try: server.listen(port, "127.0.0.1")
                except MemoryError: server.close()
            strike(listen)
            while len(errors) < first: time.sleep(0.001)
            shim.failing_disarm()
        finish(turns)
    """)
    assert out.startswith("0 [") and out.endswith("] 25\n")
