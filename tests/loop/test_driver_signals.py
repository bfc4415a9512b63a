"""Signals while run() drives: Python's handlers run soon, Ctrl-C leaves, signals=True closes in order."""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import isolated
import pynet
from helpers import printed

SOON = 1.0  # what must happen within 100 ms, on a machine that is busy with other things


@pytest.fixture
def on_usr1():
    """on_usr1(handler): installs it for SIGUSR1 until the test is over."""
    old = signal.getsignal(signal.SIGUSR1)
    yield lambda handler: signal.signal(signal.SIGUSR1, handler)
    signal.signal(signal.SIGUSR1, old)


def send_to_self():
    os.kill(os.getpid(), signal.SIGUSR1)


def test_a_handler_runs_soon_when_nothing_happens(server, on_usr1):
    server()
    sent, delays, threads = [], [], set()

    def handler(number, frame):
        delays.append(time.monotonic() - sent[-1])
        threads.add(threading.current_thread())
        handled.release()

    def work():
        for _ in range(20):
            time.sleep(0.005)  # the loop is in its wait by now
            sent.append(time.monotonic())
            send_to_self()
            handled.acquire(timeout=10)
        pynet.stop()

    handled = threading.Semaphore(0)
    on_usr1(handler)
    thread = threading.Thread(target=work)
    pynet.run(thread.start)
    thread.join(10)
    assert len(delays) == 20
    assert max(delays) < SOON
    assert threads == {threading.main_thread()}


def test_a_signal_that_another_thread_receives_wakes_run_as_well(server, on_usr1):
    """The C handler runs on whichever thread; the wait of the main thread must end all the same."""
    server()
    delays = []

    def work():
        for _ in range(10):
            time.sleep(0.005)
            began = time.monotonic()
            signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
            handled.acquire(timeout=10)
            delays.append(time.monotonic() - began)
        pynet.stop()

    handled = threading.Semaphore(0)
    on_usr1(lambda number, frame: handled.release())
    thread = threading.Thread(target=work)
    pynet.run(thread.start)
    thread.join(10)
    assert len(delays) == 10
    assert max(delays) < SOON


def test_a_handler_runs_while_the_loop_is_busy(on_usr1):
    handled = []

    def main():
        timer = pynet.set_interval(lambda: None, 1)

        def spin():
            if not handled:
                pynet.set_immediate(spin)
            else:
                pynet.clear_interval(timer)

        spin()
        pynet.set_timeout(send_to_self, 10)

    on_usr1(lambda number, frame: handled.append(1))
    pynet.run(main)
    assert handled == [1]


def test_what_a_handler_raises_leaves_run_and_the_loop_goes_on_later(server, on_usr1):
    class Woken(Exception):
        pass

    def handler(number, frame):
        raise Woken

    listening, fired = server(), []
    on_usr1(handler)
    killer = threading.Timer(0.02, send_to_self)
    began = time.monotonic()
    with pytest.raises(Woken):
        pynet.run(killer.start)
    assert time.monotonic() - began < 0.02 + SOON
    assert listening.listening
    pynet.run(lambda: pynet.set_timeout(lambda: (fired.append(1), pynet.stop()), 1))
    assert fired == [1]


def test_stop_from_a_handler(server, on_usr1):
    server()
    on_usr1(lambda number, frame: pynet.stop())
    began = time.monotonic()
    pynet.run(threading.Timer(0.02, send_to_self).start)
    assert time.monotonic() - began < 0.02 + SOON


def test_a_handler_may_call_pynet(server, on_usr1):
    listening, log = server(), []
    on_usr1(lambda number, frame: listening.close(lambda err: log.append("closed")))
    pynet.run(threading.Timer(0.02, send_to_self).start)
    assert log == ["closed"]


def test_run_inside_a_handler_is_refused(server, on_usr1):
    server()
    seen = []

    def handler(number, frame):
        with pytest.raises(RuntimeError) as caught:
            pynet.run()
        seen.append(caught.type)
        pynet.stop()

    on_usr1(handler)
    pynet.run(threading.Timer(0.02, send_to_self).start)
    assert seen == [RuntimeError]


# --- what run() changes and puts back ---


def test_the_wakeup_descriptor_is_ours_within_run_and_restored_after():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    within = []

    def main():
        within.append(signal.set_wakeup_fd(-1))
        signal.set_wakeup_fd(within[0], warn_on_full_buffer=False)

    def failing():
        raise LookupError

    old = signal.set_wakeup_fd(ours.fileno())
    try:
        pynet.run(main)
        assert signal.set_wakeup_fd(ours.fileno()) == ours.fileno()
        with pytest.raises(LookupError):
            pynet.run(failing)
        assert signal.set_wakeup_fd(ours.fileno()) == ours.fileno()
        assert within[0] not in (-1, ours.fileno())
    finally:
        signal.set_wakeup_fd(old)
        ours.close()
        theirs.close()


def test_run_on_another_thread_leaves_signals_alone():
    seen = []

    def main():
        with pytest.raises(ValueError):
            signal.set_wakeup_fd(-1)

    thread = threading.Thread(target=lambda: (pynet.run(main), seen.append(1)))
    thread.start()
    thread.join(10)
    assert seen == [1]


@pytest.mark.parametrize("fails", [False, True])
def test_signals_true_restores_the_handlers(fails):
    within = []

    def main():
        within.extend([signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)])
        if fails:
            raise LookupError

    before = [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)]
    if fails:
        with pytest.raises(LookupError):
            pynet.run(main, signals=True)
    else:
        pynet.run(main, signals=True)
    assert [signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)] == before
    assert within[0] not in before
    assert within[1] not in before


class Woken(Exception):
    pass


def of_signals():
    """What run() may change: the handlers and the wakeup descriptor."""
    descriptor = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(descriptor)
    return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), descriptor


@pytest.fixture
def woken(on_usr1):
    """SIGUSR1 raises Woken."""

    def handler(number, frame):
        raise Woken

    on_usr1(handler)


@pytest.mark.parametrize("signals", [False, True])
def test_a_handler_that_raises_leaves_run_and_all_is_restored(woken, signals):
    before = of_signals()
    with pytest.raises(Woken):
        pynet.run(lambda: pynet.set_timeout(send_to_self, 1), signals=signals)
    assert of_signals() == before


# kill() as a callback: no Python code runs after it, and its signal is still to be handled when run() is left.
KILL = ctypes.CDLL(None).kill


def test_a_handler_that_raises_while_handlers_are_restored(woken):
    before = of_signals()
    with pytest.raises(Woken) as caught:
        pynet.run(lambda: pynet.set_immediate(KILL, os.getpid(), signal.SIGUSR1), signals=True)
    assert caught.value.__context__ is None
    assert of_signals() == before


def test_what_a_handler_raises_while_run_raises_has_that_as_its_context(woken):
    before = of_signals()

    def main():
        pynet.set_immediate(KILL, os.getpid(), signal.SIGUSR1)
        pynet.set_immediate([].pop)

    with pytest.raises(Woken) as caught:
        pynet.run(main, signals=True)
    assert isinstance(caught.value.__context__, IndexError)
    assert of_signals() == before


def test_a_handler_that_raises_while_run_begins(woken, monkeypatch):
    """The descriptor and SIGINT are changed by then, SIGTERM is not."""
    before = of_signals()
    change = signal.signal

    def changing(number, handler):
        old = change(number, handler)
        if not sent:
            sent.append(number)
            send_to_self()
        return old

    sent, called = [], []
    monkeypatch.setattr(signal, "signal", changing)
    with pytest.raises(Woken):
        pynet.run(lambda: called.append(1), signals=True)
    monkeypatch.undo()
    assert (sent, called) == ([signal.SIGINT], [])
    assert of_signals() == before
    pynet.run(lambda: called.append(1), signals=True)
    assert called == [1]


def test_without_signals_the_handlers_stay():
    within = []
    pynet.run(lambda: within.append((signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))))
    assert within == [(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))]


def test_signals_true_wants_the_main_thread():
    caught = []

    def work():
        try:
            pynet.run(signals=True)
        except ValueError as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert len(caught) == 1
    assert "main thread" in caught[0]


def test_wakeup_fd_that_was_closed_meanwhile_is_not_left_at_ours():
    read, write = os.pipe()
    os.set_blocking(write, False)
    before = signal.set_wakeup_fd(write)
    try:
        pynet.run(lambda: os.close(write))
    finally:
        ours = signal.set_wakeup_fd(before)
        os.close(read)
    assert ours == -1


def test_a_handler_that_raises_while_the_loop_is_made_is_not_lost():
    out = isolated.check("""
        import ctypes, functools, operator, os, signal, pynet
        def handler(number, frame):
            raise LookupError
        signal.signal(signal.SIGUSR1, handler)
        kill = functools.partial(ctypes.CDLL(None).kill, os.getpid(), signal.SIGUSR1)
        first = functools.partial(pynet.set_immediate, print, "never")
        try:
            list(map(operator.call, [kill, first]))  # no Python code runs in between
        except LookupError:
            print("raised")
        pynet.run(lambda: pynet.set_immediate(print, "well"))
    """)
    assert out == "raised\nwell\n"


# --- Ctrl-C ---


def test_ctrl_c_leaves_run_and_the_server_can_still_be_closed():
    out = isolated.check("""
        import os, signal, threading, time, pynet
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        sent = []
        def press():
            sent.append(time.monotonic())
            os.kill(os.getpid(), signal.SIGINT)
        timer = threading.Timer(0.05, press)
        try:
            pynet.run(timer.start)
        except KeyboardInterrupt:
            assert time.monotonic() - sent[0] < 1
            assert server.listening
            closed = threading.Event()
            server.close(lambda err: closed.set())
            assert closed.wait(10)
            print("closed")
    """)
    assert out == "closed\n"


def test_ctrl_c_inside_a_listener_leaves_run():
    out = isolated.check("""
        import os, signal, time, pynet
        def listener():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(20)
        try:
            pynet.run(lambda: pynet.set_timeout(listener, 1))
        except KeyboardInterrupt as error:
            print("left", error.__traceback__.tb_next is not None)
    """)
    assert out == "left True\n"


def test_ctrl_c_ends_a_script_as_it_does_without_pynet():
    script = """
        import os, signal, threading, pynet
        pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        pynet.run(threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGINT)).start)
    """
    done = isolated.run_script(script, env=isolated.environment())
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")


# --- signals=True ---

SERVER = """
    import sys, pynet
    address = sys.argv[1]
    def main():
        server = pynet.create_server(on_connection)
        server.on("close", lambda: print("server closed"))
        server.listen(*([address] if "/" in address else [0, "127.0.0.1"]), lambda: print("at", server.address()))
    def on_connection(sock):
        sock.on("close", lambda had: print("gone", had))
        print("writing", not sock.write(b"x" * 16_000_000))
    pynet.run(main, signals=True)
    print("run is over")
"""


def connect_to(process, path):
    line = process.stdout.readline()
    if path is not None:
        assert line == f"at {path}\n"
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(str(path))
    else:
        port = int(line.partition("port=")[2].partition(",")[0])
        sock = socket.create_connection(("127.0.0.1", port))
    sock.settimeout(20)
    assert process.stdout.readline() == "writing True\n"
    return sock


def read_to_end(sock):
    total = 0
    while chunk := sock.recv(1 << 16):
        total += len(chunk)
    return total


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_closes_in_order(kind, tmp_path, number):
    path = tmp_path / "s.sock" if kind == "unix" else None
    with isolated.start(SERVER, path or "tcp") as process:
        with connect_to(process, path) as sock:
            process.send_signal(number)
            assert read_to_end(sock) == 16_000_000
        out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
        assert out.splitlines()[-1] == "run is over"
        assert sorted(out.splitlines()[:-1]) == ["gone False", "server closed"]
    assert path is None or not path.exists()


def test_after_the_first_signal_nobody_is_accepted(tmp_path):
    path = tmp_path / "s.sock"
    with isolated.start(SERVER, path) as process, connect_to(process, path) as sock:
        process.send_signal(signal.SIGTERM)
        while path.exists():
            time.sleep(0.005)
        with socket.socket(socket.AF_UNIX) as other, pytest.raises(OSError):
            other.connect(str(path))
        assert process.poll() is None, "it waits for the queued writes"
        assert read_to_end(sock) == 16_000_000
        process.communicate(timeout=20)
        assert process.returncode == 0


def test_the_second_signal_returns_at_once(kind, tmp_path):
    path = tmp_path / "s.sock" if kind == "unix" else None
    with isolated.start(SERVER, path or "tcp") as process, connect_to(process, path):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = process.communicate(timeout=20)
        # run() is left at once; the exit then gives queued writes their second.
        assert time.monotonic() - began < 4
        assert process.returncode == 0
        assert re.fullmatch(r"pynet: 1 connection closed with [\d,]+ bytes unsent\n", err)
        assert out.splitlines()[-1] == "run is over"
    assert path is None or not path.exists()


def test_a_graceful_end_with_nothing_open_is_at_once():
    with isolated.start(
        """
        import pynet
        pynet.run(lambda: (pynet.set_interval(lambda: None, 60_000), print("ready")), signals=True)
        print("over")
        """
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "over\n", "")


def test_idle_connections_are_ended_not_reset():
    with isolated.start(
        """
        import pynet
        def main():
            server = pynet.create_server(lambda sock: print("accepted"))
            server.listen(0, "127.0.0.1", lambda: print("at", server.address()))
        pynet.run(main, signals=True)
        """
    ) as process:
        port = int(process.stdout.readline().partition("port=")[2].partition(",")[0])
        with socket.create_connection(("127.0.0.1", port)) as sock:
            sock.settimeout(20)
            assert process.stdout.readline() == "accepted\n"
            process.send_signal(signal.SIGTERM)
            assert sock.recv(10) == b""
            out, err = process.communicate(timeout=20)
            assert (process.returncode, err) == (0, "")


def test_signal_handler_that_forks_while_run_waits(script):
    """The child used to go on with a turn of a loop that it no longer had."""
    done = script("""
        import os, signal
        import pynet
        pids = []

        def fork(*_):
            pids.append(os.fork())
            pynet.stop()
        signal.signal(signal.SIGALRM, fork)

        def main():
            pynet.set_interval(lambda: None, 100_000)
            signal.setitimer(signal.ITIMER_REAL, 0.05)
        pynet.run(main)
        if pids[0] == 0:
            os._exit(7)
        print(os.waitstatus_to_exitcode(os.waitpid(pids[0], 0)[1]))
        """)
    assert printed(done) == ["7"]


def test_first_sigterm_while_run_prepares_is_not_lost(script):
    done = script("""
        import os, signal
        import pynet
        real = signal.signal

        def and_at_once(number, handler):
            old = real(number, handler)
            if number == signal.SIGTERM and handler is not old and not sent:
                sent.append(number)
                os.kill(os.getpid(), number)
            return old
        sent = []
        signal.signal = and_at_once
        server = pynet.create_server(lambda sock: None)
        pynet.run(lambda: server.listen(0), signals=True)
        print(server.listening)
        """)
    assert printed(done) == ["False"]


# --- SIGPIPE ---


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the sender of a signal is not known")
def test_a_sigpipe_of_another_process_is_not_taken_for_one_of_a_write():
    """While writes wait, SIGPIPE is blocked around libuv's turn, in which listeners run."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SIGPIPE_IN_A_LISTENER)],
        env=isolated.environment(),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (-signal.SIGPIPE, "sent\n")


SIGPIPE_IN_A_LISTENER = """
    import os, signal, socket, subprocess
    import pynet

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    a, b = socket.socketpair()
    c, d = socket.socketpair()

    def on_data(data):
        subprocess.run(["kill", "-PIPE", str(os.getpid())], check=True)
        print("sent", flush=True)
        pynet.set_immediate(pynet.stop)

    def main():
        pynet.Socket(fd=a.detach()).write(b"x" * 5_000_000)
        pynet.Socket(fd=c.detach()).on("data", on_data)
        d.send(b"x")

    pynet.run(main)
    print("alive", flush=True)
"""
