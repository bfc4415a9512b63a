"""Calls after the loop has died: each works, or raises NetError (ERR_LOOP_DEAD), never SystemError."""

import pytest

import isolated

CALLS = """
    sock.write(b"x")
    sock.write(b"x", print)
    sock.write(bytes(10_000_000))
    sock.end()
    sock.end(b"x")
    sock.pause()
    sock.resume()
    sock.read()
    sock.read(1)
    sock.cork()
    sock.uncork()
    sock.destroy()
    sock.destroy_soon()
    sock.reset_and_destroy()
    sock.set_timeout(100)
    sock.set_timeout(0)
    sock.set_no_delay(True)
    sock.set_keep_alive(True)
    sock.set_encoding("utf8")
    sock.unshift(b"x")
    sock.ref()
    sock.unref()
    sock.address()
    sock.connect(1, "127.0.0.1")
    sock.on("data", print)
    sock.on("readable", print)
    sock.once("close", print)
    sock.off("data", print)
    sock.remove_all_listeners()
    sock.emit("data", b"x")
    sock.pipe(sock)
    sock.unpipe()
    sock.wait("data", 10)
    sock.wait("close", 10)
    sock.wait("drain", 10)
    sock.read_exactly(1, timeout=10)
    sock.read_until("x", timeout=10)
    next(iter(sock))
    next(iter(sock.lines()))
    sock.drain().result(10)
    sock.detach()
    repr(sock)
    with sock: pass
    pynet.once(sock, "data")
    pynet.once(sock, "data").result(10)
    asyncio.run(asyncio.wait_for(awaits(sock), 10))
    asyncio.run(asyncio.wait_for(loops(sock), 10))
    asyncio.run(asyncio.wait_for(sock.read_exactly(1), 10))
    pynet.finished(sock, print)
    pynet.pipeline(sock, sock, print)
    server.close()
    server.close(print)
    server.shutdown(1)
    server.shutdown(1).result(10)
    server.get_connections(print)
    server.connections
    server.ref()
    server.unref()
    server.address()
    server.wait("connection", 10)
    server.wait("close", 10)
    next(iter(server))
    with server: pass
    pynet.connect(1, "127.0.0.1")
    pynet.connect(1, "localhost")
    pynet.create_server().listen(0)
    pynet.create_server().listen(0, "localhost")
    pynet.Socket()
    pynet.Socket(fd=raw.fileno())
    pynet.set_timeout(print, 1)
    pynet.set_interval(print, 1)
    pynet.set_immediate(print)
    pynet.next_tick(print)
    pynet.clear_timeout(timer)
    timer.refresh()
    timer.ref()
    timer.unref()
    pynet.run()
    pynet.run(print)
    pynet.stop()
    pynet.turn().__enter__()
    pynet.AbortSignal.timeout(10)
    pynet.AbortController().abort()
"""
MUST_RAISE = {
    'sock.write(b"x")',
    "sock.end()",
    'sock.wait("data", 10)',
    "sock.read_exactly(1, timeout=10)",
    "next(iter(sock))",
    "next(iter(server))",
    "pynet.create_server().listen(0)",
    'pynet.connect(1, "127.0.0.1")',
    "pynet.next_tick(print)",
    "pynet.run()",
}


BACKGROUND = [(line.strip(), "background") for line in CALLS.strip().splitlines()]
FOREGROUND = [(call, "run()") for call in sorted(MUST_RAISE)]


@pytest.mark.parametrize("call, where", BACKGROUND + FOREGROUND)
def test_after_the_loop_has_died(call, where):
    out = isolated.check(
        isolated.join(
            "import asyncio" if "asyncio" in call else "",  # half of the time of a script that does not need it
            """
            import contextlib, os, socket, sys, threading
            import pynet

            def descriptors(kind):
                found = []
                for name in os.listdir("/proc/self/fd"):
                    with contextlib.suppress(FileNotFoundError):
                        if kind in os.readlink(f"/proc/self/fd/{name}"):
                            found.append(int(name))
                return found

            async def awaits(sock): await pynet.once(sock, "data")
            async def loops(sock): return [chunk async for chunk in sock]
            peers = []
            server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
            raw = socket.create_connection(server.address()[:2])
            server.on("error", lambda error: None)
            while not peers:
                pass
            sock = peers[0].on("error", lambda error: None)
            timer = pynet.set_timeout(print, 100_000)
            dead = threading.Event()
            sys.unraisablehook = lambda args: dead.set()
            (backend,) = descriptors("eventpoll")
            """,
            """
            pynet.next_tick(os.close, backend)
            dead.wait(10)
            """
            if where == "background"
            else """
            try:
                pynet.run(lambda: pynet.next_tick(os.close, backend))
            except pynet.NetError as error:
                assert error.code == "ERR_LOOP_DEAD"
            """,
            f"""
            try:
                {call}
            except pynet.NetError as error:
                print(error.code)
            else:
                print("none")
            """,
        ),
        timeout=25,
    )
    codes = {"ERR_LOOP_DEAD"} if call in MUST_RAISE else {"ERR_LOOP_DEAD", "ERR_STREAM_PREMATURE_CLOSE", "none"}
    assert out.split("\n")[-2] in codes
