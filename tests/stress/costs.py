"""What many of one kind cost: twice as many take about twice as many instructions, counted by callgrind.

`make costs` runs this file. It is no part of the suite, since callgrind takes minutes."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import isolated

pytestmark = pytest.mark.timeout(300)

PREPARE = """
    import gc, sys
    import pynet

    n = int(sys.argv[1])
    gc.disable()  # a collection visits everything that there is
"""

CASES = {
    "remove_all_listeners": """
        e = pynet.EventEmitter().set_max_listeners(0)
        for _ in range(n):
            e.on("a", print)
        e.remove_all_listeners()
        """,
    "remove_all_listeners of an event": """
        e = pynet.EventEmitter().set_max_listeners(0)
        for _ in range(n // 2):
            e.on("a", print).on("b", print)
        e.remove_all_listeners("a").remove_all_listeners("b")
        """,
    "remove_all_listeners with a removeListener listener before them": """
        e, seen = pynet.EventEmitter().set_max_listeners(0), []
        e.on("removeListener", lambda name, f: seen.append(f))
        for _ in range(n):
            e.on("a", print)
        e.remove_all_listeners("a")
        assert len(seen) == n
        """,
    "remove_all_listeners with a removeListener listener behind them": """
        e, seen = pynet.EventEmitter().set_max_listeners(0), []
        for _ in range(n):
            e.on("a", print)
        e.on("removeListener", lambda name, f: seen.append(f)).on("newListener", print)
        e.remove_all_listeners()
        assert len(seen) == n + 1
        """,
    "on() beyond the limit": """
        import warnings

        warnings.simplefilter("ignore")
        e = pynet.EventEmitter()
        for _ in range(n):
            e.on("a", print)
        """,
    "emitting once() listeners": """
        e = pynet.EventEmitter().set_max_listeners(0)
        seen = []
        for _ in range(n):
            e.once("a", seen.append)
        e.emit("a", 1)
        assert (len(seen), e.listener_count("a")) == (n, 0)
        """,
    "add_event_listener": """
        signal = pynet.AbortController().signal
        listeners = [lambda event: None for _ in range(n)]
        for f in listeners:
            signal.add_event_listener("abort", f)
        for f in listeners:
            signal.remove_event_listener("abort", f)
        """,
    "abort": """
        controller, seen = pynet.AbortController(), []
        listeners = [lambda event: seen.append(1) for _ in range(n)]
        for f in listeners:
            controller.signal.add_event_listener("abort", f, once=True)
        controller.abort()
        assert len(seen) == n
        """,
    "once(signal=)": """
        signal = pynet.AbortController().signal
        emitters = [pynet.EventEmitter() for _ in range(n)]
        waits = [pynet.once(e, "a", signal=signal) for e in emitters]
        for e in emitters:
            e.emit("a", 1)
        assert all(wait.done() for wait in waits)
        """,
    "Socket(fd=)": """
        import os, resource, socket

        resource.setrlimit(resource.RLIMIT_NOFILE, (n + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        a, b = socket.socketpair()
        socks = [pynet.Socket(fd=os.dup(a.fileno())) for _ in range(n)]
        for sock in socks:
            sock.destroy()
        """,
    "Socket(fd=) beside bound sockets": """
        import os, resource, socket

        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * n + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        bound = [pynet.BoundSocket(port=0) for _ in range(n)]
        a, b = socket.socketpair()
        for _ in range(n):
            pynet.Socket(fd=os.dup(a.fileno())).destroy()
        for each in bound:
            each.close()
        """,
    "Server.connections": """
        import resource, socket, threading

        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * n + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        clients = []

        def serve(count):
            peers, all_there = [], threading.Event()

            def on_connection(sock):
                peers.append(sock)
                if len(peers) == count:
                    all_there.set()

            server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
            clients.extend(socket.create_connection(server.address()[:2]) for _ in range(count))
            if count > 0:
                all_there.wait()
            return server

        beside, server = serve(n), serve(1)
        for _ in range(10 * n):
            assert len(server.connections) == 1
        beside.shutdown(0).result()
        server.shutdown(0).result()
        """,
    "waiting connections": """
        import resource, socket

        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * n + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        loop = iter(server)
        clients = [socket.create_connection(server.address()[:2]) for _ in range(n)]
        for _ in range(n):
            next(loop)
        loop.close()
        server.shutdown(0).result()
        """,
    "waits for a connection": """
        import resource, socket

        resource.setrlimit(resource.RLIMIT_NOFILE, (2 * n + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        server = pynet.create_server().listen(0, "127.0.0.1")
        waits = [pynet.once(server, "connection") for _ in range(n)]
        clients = [socket.create_connection(server.address()[:2]) for _ in range(n)]
        assert len({wait.result(60) for wait in waits}) == n
        server.shutdown(0).result()
        """,
    "pipe() and unpipe()": """
        sources, shared = [pynet.Socket() for _ in range(n)], pynet.Socket()
        shared.set_max_listeners(0)
        for source in sources:
            source.pipe(shared)
        for source in reversed(sources):
            source.unpipe(shared)
        """,
}

FEWER = {"Server.connections": 400, "waiting connections": 400, "waits for a connection": 400}


def instructions(script: str, n: int) -> int:
    """How many instructions the script takes in user space with this argument."""
    done = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", sys.executable, "-c", script, str(n)],
        env=isolated.environment(PYTHONHASHSEED="0"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


@pytest.mark.parametrize("case", CASES)
def test_twice_as_many_cost_twice_as_much(case):
    """Each size is measured against none; what is quadratic would come to four times as much."""
    script = isolated.join(PREPARE, CASES[case])
    size = FEWER.get(case, 2000)
    none, some, twice = (instructions(script, n) for n in (0, size, 2 * size))
    assert twice - none < 2.5 * (some - none)
