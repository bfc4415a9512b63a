"""run(signals=True, grace=...): after the first signal run() ends, whatever peers, lookups and listeners do."""

import inspect
import signal
import socket
import textwrap

import pytest

import isolated
import pynet

PRELUDE = """
    import os, signal, socket, sys, threading
    import pynet

    def terminate(): os.kill(os.getpid(), signal.SIGTERM)

    def note(emitter, *events):
        for event in events:
            emitter.on(event, lambda *args, event=event: print(event))
        return emitter
"""


def check(*parts, **options):
    return isolated.check(isolated.join(PRELUDE, *parts), timeout=20, **options).split("\n")[:-1]


# --- servers and sockets that look up a host ---


def test_a_server_that_looks_up_its_host_is_closed_and_never_listens():
    out = check("""
        def main():
            server = note(pynet.create_server(), "listening", "close").listen(0, "localhost")
            terminate()
        pynet.run(main, signals=True, grace=None)
    """)
    assert out == ["close"]


def test_a_server_whose_lookup_ends_while_others_close_never_listens():
    out = check("""
        def main():
            server = note(pynet.create_server(), "listening", "close").listen(0, "localhost")
            first = pynet.create_server(lambda sock: (sock.write(bytes(8_000_000)), terminate()))
            first.listen(0, "127.0.0.1")
            raw = socket.create_connection(first.address()[:2])
            first.on("close", lambda: print("first closed"))
            other = pynet.create_server().listen(0, "localhost")
            other.on("close", lambda: threading.Thread(target=read).start())
            def read():
                while raw.recv(1 << 20): pass
        pynet.run(main, signals=True, grace=None)
    """)
    assert sorted(out) in (["close", "first closed"], ["close", "first closed", "listening"])
    assert out[-1] == "first closed"


def test_a_connect_in_its_lookup_sends_what_is_queued_and_ends():
    out = check("""
        def main():
            with socket.create_server(("127.0.0.1", 0)) as listener:
                global raw
                raw = listener.dup()
                port = raw.getsockname()[1]
            sock = note(pynet.connect(port, "localhost", family=4), "connect", "finish", "close")
            sock.write(b"queued")
            terminate()
        def answer():
            peer, _ = raw.accept()
            got.extend([peer.recv(100), peer.recv(100)])
            peer.close()
        got = []
        thread = threading.Thread(target=lambda: (started.wait(), answer()))
        started = threading.Event()
        thread.start()
        pynet.run(lambda: (main(), started.set()), signals=True, grace=None)
        thread.join()
        print(*got)
    """)
    assert sorted(out) == ["b'queued' b''", "close", "connect", "finish"]


# --- what does not end by itself ---


LINE = "pynet: run() has destroyed {} that had not closed 0.05 seconds after the signal\n"

LEFT = {
    "a peer that does not read": """
        server = pynet.create_server(lambda sock: (note(sock, "close").write(bytes(30_000_000)), terminate()))
        note(server, "close").listen(*where)
        keep.append(raw(server.address()))
    """,
    "a connect without an answer": """
        full = socket.socket()
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        keep.append(full)
        while True:
            other = socket.socket()
            other.setblocking(False)
            keep.append(other)
            if other.connect_ex(full.getsockname()) and not select.select([], [other], [], 0.2)[1]:
                break
        note(pynet.connect(full.getsockname()[1], "127.0.0.1"), "connect", "close")
        note(pynet.create_server(), "close").listen(*where, terminate)
    """,
    "a lookup without an answer": """
        note(pynet.connect(80, "name", lookup=lambda *args: keep.append(args)), "connect", "close")
        note(pynet.create_server(), "close").listen(*where, terminate)
    """,
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_what_is_left_after_the_grace_is_destroyed_and_counted(left, kind, tmp_path):
    where = (0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / "s.sock"),)
    source = isolated.join(
        PRELUDE,
        """
        import select
        keep = []
        def raw(address):
            unix = isinstance(address, str)
            sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
            sock.connect(address if unix else address[:2])
            return sock
        """,
        f"where = {where!r}",
    )
    main = "def main():\n" + textwrap.indent(inspect.cleandoc(left), "    ")
    rest = "pynet.run(main, signals=True, grace=0.05)\nprint('left')"
    done = isolated.run(f"{source}\n{main}\n{rest}", timeout=20)
    out = done.stdout.split("\n")
    assert sorted(out[:-2]) == ["close", "close"]
    assert (done.returncode, out[-2], done.stderr) == (0, "left", LINE.format("1 connection"))


def test_all_that_is_left_is_counted(tmp_path):
    done = isolated.run(
        isolated.join(
            PRELUDE,
            """
            raw = []
            def on_connection(sock):
                sock.write(bytes(30_000_000))
                if len(server.connections) == 3:
                    terminate()
            server = pynet.create_server(on_connection)
            def main():
                server.listen(0, "127.0.0.1")
                for _ in range(3):
                    raw.append(socket.create_connection(server.address()[:2]))
            pynet.run(main, signals=True, grace=0.05)
            """,
        ),
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", LINE.format("3 connections"))


@pytest.mark.parametrize("grace", [0, 0.05])
def test_listeners_that_connect_again_do_not_keep_it(grace, silent):
    done = isolated.run(
        isolated.join(
            PRELUDE,
            f"""
            def again(*args):
                sock = pynet.connect(*{silent!r}[::-1])
                sock.write(bytes(30_000_000))
                sock.on("close", again)
                sock.on("error", lambda error: None)
            def main():
                again()
                terminate()
            pynet.run(main, signals=True, grace={grace})
            """,
        ),
        timeout=20,
    )
    assert done.returncode == 0
    destroyed, *unsent = done.stderr.splitlines()
    assert destroyed.startswith("pynet: run() has destroyed 1 connection that")
    # The last one, if it has connected before the exit.
    assert [line for line in unsent if not line.startswith("pynet: 1 connection closed with ")] == []


def test_what_is_opened_after_the_signal_is_closed_in_order_too():
    out = check("""
        def main():
            server = pynet.create_server()
            def again():
                print("closed")
                other = note(pynet.create_server(), "close").listen(0, "127.0.0.1")
                note(pynet.create_server(), "close").listen(0, "localhost")
            server.on("close", again)
            server.listen(0, "127.0.0.1", terminate)
        pynet.run(main, signals=True, grace=None)
    """)
    assert out == ["closed", "close", "close"]


def test_nothing_is_reported_when_all_has_closed_in_time():
    out = check("""
        def main():
            server = note(pynet.create_server(), "close").listen(0, "127.0.0.1", terminate)
        pynet.run(main, signals=True, grace=0.5)
        pynet.run(lambda: pynet.set_timeout(print, 700, "a later run() has no deadline"))
    """)
    assert out == ["close", "a later run() has no deadline"]


@pytest.mark.parametrize("grace", ["", ", grace=None", ", grace=float('inf')"])
def test_a_peer_that_reads_late_gets_everything(grace):
    source = isolated.join(
        PRELUDE,
        f"""
        def main():
            server = pynet.create_server(lambda sock: (sock.write(bytes(16_000_000)), print("written")))
            server.on("close", lambda: print("closed"))
            server.listen(0, "127.0.0.1", lambda: print(server.address().port))
            watch.server = server
            pynet.set_interval(watch, 5)
        def watch():
            if not watch.server.listening and not watch.said:
                watch.said = True
                print("closing")
        watch.said = False
        pynet.run(main, signals=True{grace})
        """,
    )
    with isolated.start(source) as process:
        with socket.create_connection(("127.0.0.1", int(process.stdout.readline()))) as sock:
            assert process.stdout.readline() == "written\n"
            process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "closing\n"
            total = 0
            while chunk := sock.recv(1 << 16):
                total += len(chunk)
        assert total == 16_000_000
        assert process.communicate(timeout=20) == ("closed\n", "")


# --- the argument ---


@pytest.mark.parametrize(
    "grace, error, code",
    [
        ("1", TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
        (-1, ValueError, "ERR_OUT_OF_RANGE"),
        (float("nan"), ValueError, "ERR_OUT_OF_RANGE"),
    ],
)
def test_grace_is_a_number_of_seconds(grace, error, code):
    with pytest.raises(error) as caught:
        pynet.run(lambda: pytest.fail("main was called"), signals=True, grace=grace)
    assert caught.value.code == code


def test_grace_without_signals_is_refused():
    with pytest.raises(ValueError, match="needs signals=True") as caught:
        pynet.run(grace=5)
    assert caught.value.code == "ERR_INVALID_ARG_VALUE"
    pynet.run(grace=None)


# --- handlers that C code has set ---


@pytest.mark.parametrize("known", ["True", "False"])
def test_a_handler_that_c_code_has_set_is_restored(known):
    """signal.getsignal() gives None for a handler that was there before Python, and misses one that came later."""
    out = check(f"""
        import ctypes
        libc = ctypes.CDLL(None)
        libc.signal.restype, libc.signal.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p)
        handler = ctypes.cast(libc.getpid, ctypes.c_void_p).value
        libc.signal(signal.SIGTERM, handler)
        if not {known}:
            getsignal = signal.getsignal
            signal.getsignal = lambda number: None if number == signal.SIGTERM else getsignal(number)
        pynet.run(lambda: pynet.create_server().listen(0, "127.0.0.1", terminate), signals=True)
        print(libc.signal(signal.SIGTERM, None) == handler)
    """)
    assert out == ["True"]


# --- user code that runs while everything is closed ---


def test_user_code_that_runs_while_handles_are_closed_sees_all_of_them(kind, tmp_path):
    """A weak reference callback runs within the orderly close: libuv's own walk would hide most handles from it."""
    where = (0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / "s.sock"),)
    out = check(
        f"""
        import weakref
        first, server = pynet.create_server(), pynet.create_server()
        accepted, clients, refs = [], [], []

        def on_connection(sock):
            accepted.append(sock)
            if len(accepted) == 5:
                terminate()
        server.on("connection", on_connection)

        def freed(ref):
            print(len(server.connections))
            late = note(pynet.create_server(), "close").listen(0, "127.0.0.1")

        def main():
            controller = pynet.AbortController()
            refs.append(weakref.ref(controller.signal, freed))
            first.listen(0, "127.0.0.1", signal=controller.signal)
            del controller
            server.listen(*{where!r})
            address = server.address()
            for _ in range(5):
                clients.append(pynet.connect(address if isinstance(address, str) else address[:2]).resume())
        pynet.run(main, signals=True)
        """
    )
    assert out == ["5", "close"]
