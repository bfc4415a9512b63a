"""The end of the interpreter at every stage: never a crash, never a hang, queued data leaves, paths go."""

import os
import re
import shutil
import socket
import subprocess
import threading

import pytest

import isolated
from helpers import printed
from isolated.tools import read_all

AT_ONCE = 10.0  # an exit that waits for nothing, on a busy machine

PRELUDE = """
    import atexit, os, signal, sys, threading, time
    import pynet
    def settle(ms=20):
        done = threading.Event()
        pynet.set_timeout(done.set, ms)
        assert done.wait(10)
    def client_of(server):
        return pynet.connect(server.address().port, "127.0.0.1")
"""

STAGES = {
    "nothing used": "",
    "objects only": "s = pynet.Socket(); server = pynet.create_server(print)",
    "before listening": "pynet.create_server(print).listen(0, '127.0.0.1').unref()",
    "closed server": "pynet.create_server(print).listen(0, '127.0.0.1').close()",
    "while connecting": """
        server = pynet.create_server(lambda s: None).listen(0, '127.0.0.1').unref()
        s = client_of(server)""",
    "while connecting, written": """
        server = pynet.create_server(lambda s: None).listen(0, '127.0.0.1').unref()
        s = client_of(server); s.write(b'x' * 100000); s.end()""",
    "connected": """
        server = pynet.create_server(lambda s: s.write('x')).listen(0, '127.0.0.1').unref()
        s = client_of(server); s.on('data', lambda d: None); settle()""",
    "destroyed, close to come": """
        server = pynet.create_server(lambda s: None).listen(0, '127.0.0.1').unref()
        s = client_of(server); settle(); s.destroy()""",
    "connection refused": """
        s = pynet.connect(path='/nonexistent/s'); s.on('error', lambda e: None)""",
    "pipes": """
        server = pynet.create_server(lambda s: s.pipe(s)).listen(0, '127.0.0.1').unref()
        s = client_of(server); s.on('data', s.write); s.write('x' * 100000); settle()""",
    "timers": """
        pynet.set_timeout(print, 60000); pynet.set_interval(lambda: None, 1); pynet.set_immediate(lambda: None)
        pynet.next_tick(lambda: None)""",
    "ticks that breed": """
        def again(): pynet.next_tick(again)
        def soon(): pynet.set_immediate(soon)
        soon(); settle()""",
    "idle timeouts": """
        server = pynet.create_server(lambda s: s.set_timeout(1, lambda: None)).listen(0, '127.0.0.1').unref()
        s = client_of(server); s.set_timeout(5000); settle()""",
    "a turn block": "pynet.turn().__enter__(); pynet.set_timeout(print, 60000)",
    "a kept turn block": "turn = pynet.turn(); turn.__enter__(); pynet.set_timeout(print, 1)",
    "cycles of listeners": """
        server = pynet.create_server(lambda s: s.on('close', lambda had: s)).listen(0, '127.0.0.1').unref()
        for _ in range(20): (lambda s: s.on('close', lambda had: s))(client_of(server))
        settle()""",
    "run is over": "pynet.run(lambda: pynet.set_timeout(lambda: None, 1))",
    "run was stopped": "pynet.run(lambda: (pynet.set_timeout(print, 60000), pynet.stop()))",
    "a handler is set": "pynet.set_uncaught_handler(lambda e, emitter: None); pynet.set_timeout(print, 60000)",
    "other threads at work": """
        def work():
            while True:
                try: pynet.next_tick(lambda: None)
                except pynet.NetError as e:
                    assert e.code == 'ERR_LOOP_CLOSED'
                    break
        for _ in range(3): threading.Thread(target=work, daemon=True).start()
        settle()""",
    "a listener goes on": """
        inside = threading.Event()
        pynet.next_tick(lambda: (inside.set(), time.sleep(0.3), pynet.set_immediate(print)))
        inside.wait()""",
    "other threads make sockets": """
        server = pynet.create_server(lambda s: s.pipe(s)).listen(0, '127.0.0.1').unref()
        port = server.address().port
        def work():
            while True:
                try:
                    s = pynet.connect(port, '127.0.0.1'); s.on('error', lambda e: None); s.write('x'); s.end()
                    time.sleep(0.001)
                except pynet.NetError as e:
                    assert e.code == 'ERR_LOOP_CLOSED'
                    break
        for _ in range(3): threading.Thread(target=work, daemon=True).start()
        settle(50)""",
    "run on another thread": """
        threading.Thread(target=pynet.run, args=(lambda: pynet.set_interval(lambda: None, 1),), daemon=True).start()
        time.sleep(0.05)""",
    "a daemon thread waits for a turn": """
        inside = threading.Event()
        pynet.next_tick(lambda: (inside.set(), time.sleep(0.5)))
        inside.wait()
        threading.Thread(target=pynet.turn().__enter__, daemon=True).start(); time.sleep(0.05)""",
}


@pytest.mark.parametrize("stage", STAGES)
def test_the_exit_at_every_stage_is_quiet_and_quick(stage):
    done = isolated.run(isolated.join(PRELUDE, STAGES[stage]))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert done.seconds < AT_ONCE


@pytest.mark.parametrize("ending", ["pass", "raise KeyError('end')", "sys.exit(3)", "os._exit(4)"])
@pytest.mark.parametrize("stage", ["connected", "timers", "ticks that breed", "run was stopped"])
def test_other_endings_of_the_script(stage, ending):
    done = isolated.run(isolated.join(PRELUDE, STAGES[stage], ending))
    assert done.returncode == {"p": 0, "r": 1, "s": 3, "o": 4}[ending[0]]
    assert ("KeyError" in done.stderr) == ending.startswith("raise")
    assert done.seconds < AT_ONCE


def test_an_exception_in_main_ends_the_script():
    done = isolated.run("""
        import pynet
        def main():
            pynet.create_server(print).listen(0, "127.0.0.1")
            raise LookupError("of main")
        pynet.run(main)
    """)
    assert done.returncode == 1
    assert done.stderr.endswith("LookupError: of main\n")
    assert done.seconds < AT_ONCE


@pytest.mark.parametrize("start", ["next_tick", "set_immediate"])
def test_sys_exit_in_a_listener_of_run_ends_the_script(start):
    done = isolated.run(f"""
        import sys, pynet
        def main():
            pynet.create_server(print).listen(0, "127.0.0.1")
            pynet.{start}(sys.exit, 7)
        pynet.run(main)
    """)
    assert (done.returncode, done.stderr) == (7, "")


@pytest.mark.parametrize("mode", ["foreground", "background"])
def test_os_exit_in_a_listener(mode):
    done = isolated.run(f"""
        import os, time, pynet
        pynet.create_server(print).listen(0, "127.0.0.1")
        pynet.next_tick(os._exit, 9)
        pynet.run() if {mode!r} == "foreground" else time.sleep(20)
    """)
    assert (done.returncode, done.stderr) == (9, "")


def test_sys_exit_in_a_background_listener_does_not_end_the_script():
    done = isolated.run(
        isolated.join(
            PRELUDE,
            """
            pynet.next_tick(sys.exit, 7)
            settle()
            print("still here")
            """,
        )
    )
    assert (done.returncode, done.stdout) == (0, "still here\n")
    assert "SystemExit" in done.stderr


def test_run_returning_on_another_thread_and_the_main_thread_ending_first():
    out = isolated.check("""
        import threading, pynet
        def work():
            pynet.run(lambda: pynet.set_timeout(lambda: print("timer"), 50))
            print("over")
        threading.Thread(target=work).start()
    """)
    assert out == "timer\nover\n"


# --- queued data, open servers, paths ---

SENDER = """
    import socket, sys, threading, pynet
    kind, size = sys.argv[1], int(sys.argv[2])
    connected = threading.Event()
    target = {"path": sys.argv[3]} if kind == "unix" else {"port": int(sys.argv[3]), "host": sys.argv[4]}
    sock = pynet.connect(target, connected.set)
    if sys.argv[-1] == "connected":
        assert connected.wait(10)
    sock.write(b"a" * (size // 2))
    sock.write(b"b" * (size // 2))
"""


@pytest.fixture
def receiver(kind, tmp_path):
    """A plain listening socket, and the arguments by which SENDER finds it."""
    if kind == "unix":
        listening, path = socket.socket(socket.AF_UNIX), str(tmp_path / "r.sock")
        listening.bind(path)
        listening.listen()
        yield listening, [path]
    else:
        listening = socket.create_server(("127.0.0.1", 0))
        yield listening, [str(listening.getsockname()[1]), "127.0.0.1"]
    listening.close()


@pytest.mark.wine_fault("what send() has taken is lost when the process ends", only="tcp")
@pytest.mark.parametrize("stage", ["connected", "connecting"])
@pytest.mark.parametrize("end", ["", "sock.end()", "raise KeyError", "sys.exit(0)"])
def test_queued_writes_leave_at_exit(kind, receiver, stage, end):
    listening, where = receiver
    got = bytearray()

    def receive():
        sock, _ = listening.accept()
        with sock:
            sock.settimeout(20)
            while chunk := sock.recv(1 << 16):
                got.extend(chunk)

    thread = threading.Thread(target=receive)
    thread.start()
    done = isolated.run(isolated.join(SENDER, end), kind, 6_000_000, *where, stage)
    thread.join(20)
    assert done.returncode == (1 if "raise" in end else 0), done.stderr
    assert bytes(got) == b"a" * 3_000_000 + b"b" * 3_000_000


def test_a_peer_that_does_not_read_costs_a_second_at_most(kind, receiver):
    listening, where = receiver
    done = isolated.run(SENDER, kind, 40_000_000, *where, "connected")
    assert done.returncode == 0
    assert re.fullmatch(r"pynet: 1 connection closed with \d\d,\d{3},\d{3} bytes unsent\n", done.stderr)
    assert 0.9 < done.seconds < 1 + AT_ONCE


def test_what_is_lost_is_counted_over_all_connections(receiver, kind):
    _, where = receiver
    source = """
        import socket, sys, pynet
        kind, *where = sys.argv[1:]
        options = {"path": where[0]} if kind == "unix" else {"port": int(where[0]), "host": where[1]}
        for _ in range(3):
            sock = pynet.connect(options)
            sock.wait("connect", timeout=10)
            sock.write(b"x" * 20_000_000)
        corked = pynet.connect(options)
        corked.wait("connect", timeout=10)
        corked.cork()
        corked.write(b"x" * 1000)
        pynet.connect(options).wait("connect", timeout=10)  # loses nothing
    """
    done = isolated.run(source, kind, *where)
    assert done.returncode == 0
    assert re.fullmatch(r"pynet: 4 connections closed with \d\d,\d{3},\d{3} bytes unsent\n", done.stderr)


def test_the_peer_of_a_connection_that_lost_data_sees_a_reset():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        done = isolated.run(SENDER, "tcp", 40_000_000, port, host, "connected")
        assert done.returncode == 0
        peer, _ = listening.accept()
        with peer, pytest.raises(ConnectionResetError):
            while peer.recv(1 << 20):
                pass


@pytest.mark.parametrize("end", ["", "raise KeyError", "sys.exit(2)", "pynet.run(pynet.stop)"])
def test_a_unix_path_is_unlinked_at_exit(tmp_path, end):
    path = tmp_path / "s.sock"
    done = isolated.run(
        isolated.join(
            """
            import os, sys, pynet
            server = pynet.create_server(print).listen(sys.argv[1]).unref()
            assert os.path.exists(sys.argv[1])
            """,
            end,
        ),
        path,
    )
    assert done.returncode >= 0
    assert not path.exists()


@pytest.mark.posix_only("pipes are no files")
def test_a_path_that_is_somebody_elses_by_now_stays(tmp_path):
    path = tmp_path / "s.sock"
    isolated.check(
        """
        import os, sys, pynet
        server = pynet.create_server(print).listen(sys.argv[1]).unref()
        os.unlink(sys.argv[1])
        open(sys.argv[1], "w").close()
        """,
        path,
    )
    assert path.is_file()


def test_at_exit_servers_that_only_their_listener_holds():
    """The exit used to read them after it had closed and freed them; only the sanitizer sees it."""
    isolated.check(
        """
        import pynet
        signal = pynet.AbortController().signal
        for options in ({}, {"signal": signal}):
            pynet.create_server(print).listen(0, "127.0.0.1", **options).unref()
        """
    )


def test_written_before_the_connection_leaves_at_exit(tmp_path):
    """Once, the queue did not learn that the connection was made."""
    path = str(tmp_path / "s.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        listening.settimeout(20)
        done = isolated.run(
            """
            import sys
            import pynet
            held = pynet.turn()
            held.__enter__()   # nothing is dispatched before the exit
            sock = pynet.connect(sys.argv[1])
            sock.write(b"early")
            """,
            path,
        )
        assert (done.returncode, done.stderr) == (0, "")
        peer, _ = listening.accept()
        with peer:
            assert read_all(peer) == b"early"


# --- what is stuck ---


def test_a_stuck_listener_is_abandoned():
    done = isolated.run(
        isolated.join(
            PRELUDE,
            """
            server = pynet.create_server(lambda s: None).listen(0, "127.0.0.1").unref()
            s = client_of(server)
            s.write("x")
            inside = threading.Event()
            pynet.next_tick(lambda: (inside.set(), time.sleep(60)))
            assert inside.wait(10)
            """,
        )
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.seconds < 2 + AT_ONCE


def test_a_listener_that_ends_soon_is_waited_for_and_no_other_runs():
    out = isolated.check(
        isolated.join(
            PRELUDE,
            """
            inside = threading.Event()
            def slow():
                inside.set()
                time.sleep(0.3)
                print("slow over", flush=True)
            pynet.next_tick(slow)
            pynet.next_tick(lambda: print("next", flush=True))
            pynet.set_immediate(lambda: print("immediate", flush=True))
            assert inside.wait(10)
            """,
        )
    )
    assert out == "slow over\n"


def test_a_stuck_listener_that_wakes_up_in_the_middle_of_the_end():
    """It goes on in an interpreter that is being taken down; what it calls then must not crash."""
    for seconds in (0.97, 1.03):
        done = isolated.run(
            isolated.join(
                PRELUDE,
                f"""
                server = pynet.create_server(lambda s: None).listen(0, "127.0.0.1").unref()
                s = client_of(server)
                def stuck():
                    inside.set()
                    time.sleep({seconds})
                    s.write("x"); s.destroy(); server.close()
                inside = threading.Event()
                pynet.next_tick(stuck)
                assert inside.wait(10)
                atexit.register(time.sleep, 0.2)
                """,
            )
        )
        assert done.returncode == 0


SHIM = r"""
#include <netdb.h>
#include <unistd.h>
int
getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
    (void)node, (void)service, (void)hints, (void)out;
    sleep(60);
    return EAI_FAIL;
}
"""


@pytest.fixture(scope="module")
def slow_lookup(tmp_path_factory):
    """A library that makes every lookup hang, for LD_PRELOAD."""
    cc = shutil.which("cc") or shutil.which("gcc")
    if cc is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "shim.c").write_text(SHIM)
    subprocess.run([cc, "-shared", "-fPIC", "-o", folder / "shim.so", folder / "shim.c"], check=True)
    return {"LD_PRELOAD": ":".join(filter(None, [os.environ.get("LD_PRELOAD"), str(folder / "shim.so")]))}


def test_a_lookup_that_hangs_does_not_hold_the_exit(slow_lookup):
    done = isolated.run(
        """
        import pynet, threading
        for _ in range(20):
            pynet.connect(80, "name.invalid").on("error", print)
        server = pynet.create_server(print).listen(0, "name.invalid").on("error", print)
        done = threading.Event()
        pynet.set_timeout(done.set, 50)
        assert done.wait(10), "the loop stands still"
        """,
        env=slow_lookup,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert done.seconds < 2 + AT_ONCE


def test_a_lookup_that_hangs_holds_nobody_else_up(slow_lookup):
    out = isolated.check(
        """
        import threading, pynet
        stuck = [pynet.connect(80, "name.invalid") for _ in range(3)]
        closed = threading.Semaphore(0)
        for s in stuck:
            s.on("close", lambda had: closed.release())
        server = pynet.create_server(lambda s: s.end("hello")).listen(0, "127.0.0.1").unref()
        got = threading.Event()
        pynet.connect(server.address().port, "127.0.0.1").on("data", lambda d: (print(d), got.set()))
        assert got.wait(10)
        for s in stuck:
            s.destroy()
            assert closed.acquire(timeout=10), "close waits for the lookup"
        """,
        env=slow_lookup,
    )
    assert out == "b'hello'\n"


def test_run_waits_for_a_lookup_and_destroy_ends_it(slow_lookup):
    isolated.check(
        """
        import time, pynet
        began = time.monotonic()
        def main():
            s = pynet.connect(80, "name.invalid")
            pynet.set_timeout(s.destroy, 100).unref()
        pynet.run(main)
        assert 0.09 < time.monotonic() - began < 10
        """,
        env=slow_lookup,
    )


# --- calls at and after the end ---

AFTER = """
    import atexit, sys, threading
    calls = []
    def attempt(name, call):
        try:
            calls.append((name, call()))
        except Exception as error:
            calls.append((name, getattr(error, "code", repr(error))))
    def at_the_end():
        before = threading.active_count()
        for name, call in {
            "tick": lambda: pynet.next_tick(print),
            "timer": lambda: pynet.set_timeout(print, 1),
            "interval": lambda: pynet.set_interval(print, 1),
            "immediate": lambda: pynet.set_immediate(print),
            "connect": lambda: pynet.connect(1, "127.0.0.1"),
            "listen": lambda: pynet.create_server(print).listen(0, "127.0.0.1"),
            "run": lambda: pynet.run(lambda: print("main")),
            "write": lambda: sock.write("x"),
            "end": lambda: sock.end(),
            "close": lambda: server.close(),
            "relisten": lambda: server.listen(0, "127.0.0.1"),
        }.items():
            attempt(name, call)
        assert threading.active_count() == before
        # What only looks must not fail.
        repr(sock), repr(server), sock.bytes_read, sock.remote_address, sock.ready_state, server.address()
        sock.destroyed, server.listening, sock.fileno(), server.fileno(), pynet.stop()
        with pynet.turn(): pass
        sock.emit("x"), sock.on("y", print), sock.off("y", print)
        print({code for _, code in calls}, [n for n, code in calls if code != "ERR_LOOP_CLOSED"])
    atexit.register(at_the_end)
    import pynet
"""

USED = """
    server = pynet.create_server(lambda s: None).listen(0, "127.0.0.1").unref()
    connected = threading.Event()
    sock = pynet.connect(server.address().port, "127.0.0.1", connected.set)
    assert connected.wait(10)
"""
UNUSED = "sock, server = pynet.Socket(), pynet.create_server()"


@pytest.mark.parametrize("use", [USED, UNUSED], ids=["used", "unused"])
def test_calls_after_the_end_raise_err_loop_closed(use):
    out = isolated.check(isolated.join(AFTER, use))
    assert out == "{'ERR_LOOP_CLOSED'} []\n"


def test_calls_of_objects_that_die_with_the_interpreter():
    isolated.check(
        isolated.join(
            PRELUDE,
            """
            class Last:
                def __init__(self, *things): self.things = things
                def __del__(self):
                    for thing in self.things:
                        for call in (lambda: thing.destroy(), lambda: thing.close(), lambda: thing.on("x", print)):
                            try: call()
                            except Exception: pass
                    repr(self.things)
            server = pynet.create_server(lambda s: None).listen(0, "127.0.0.1").unref()
            s = client_of(server)
            settle()
            last = Last(s, server)
            s.last = last
            pynet.last = Last(client_of(server))
            """,
        )
    )


def test_an_emitter_and_its_listeners_outlive_the_loop_without_harm():
    out = isolated.check("""
        import atexit
        def late():
            e.emit("x", 1)
            print("emitted")
        atexit.register(late)
        import pynet
        e = pynet.EventEmitter()
        e.on("x", lambda v: print("heard", v))
        pynet.set_timeout(print, 60000)
    """)
    assert out == "heard 1\nemitted\n"


def test_no_listener_runs_any_more_at_exit():
    out = isolated.check(
        isolated.join(
            PRELUDE,
            """
            server = pynet.create_server(lambda s: s.on("close", lambda had: print("peer close")))
            server.on("close", lambda: print("server close"))
            server.listen(0, "127.0.0.1").unref()
            s = client_of(server)
            s.on("close", lambda had: print("close"))
            settle()
            atexit.register(lambda: print("at exit"))
            s.write("x" * 100000, lambda err: print("written"))
            turn = pynet.turn(); turn.__enter__()
            s.end(lambda err: print("finished"))
            pynet.set_immediate(print, "immediate")
            """,
        )
    )
    assert out in ("at exit\n", "written\nat exit\n")


def test_exit_while_a_daemon_thread_is_inside_run(script):
    """The exit used to free the loop under that thread."""
    done = script("""
        import threading
        import pynet
        over = threading.Event()
        started = threading.Event()

        def drive():
            pynet.run(lambda: (pynet.create_server(lambda sock: None).listen(0), started.set()))
            over.set()
        threading.Thread(target=drive, daemon=True).start()
        started.wait()
        pynet._pynet._at_exit()
        print(over.wait(5))
        """)
    assert printed(done) == ["True"]


def test_exit_right_after_the_first_call_does_not_wait_for_the_driver(script):
    """A driver that finds the loop closed has to report its end; else the exit waits a second for it."""
    done = script("""
        import time
        import pynet
        drive = pynet._pynet._drive

        def drive_when_the_loop_is_closed():
            try:
                while True:
                    pynet.clear_timeout(pynet.set_timeout(print, 100_000))
            except pynet.NetError:
                drive()
        pynet._pynet._drive = drive_when_the_loop_is_closed
        pynet.set_timeout(print, 100_000)
        before = time.monotonic()
        pynet._pynet._at_exit()
        print(time.monotonic() - before < 0.9)
        """)
    assert printed(done) == ["True"]
