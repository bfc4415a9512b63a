"""Bugs that the loop and its drivers once had, each by the scenario that showed it."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

import pynet
from helpers import Recorder, raw_client, wait_until
from paths import ROOT


def lines(done) -> list[str]:
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr)
    assert done.stderr == ""
    return done.stdout.splitlines()


# --- descriptors that are looked at before each turn ---


def test_socket_destroyed_by_the_listener_that_got_it_is_looked_at_no_more(server, kind):
    """A stream freed within the turn stayed in the list of those to look at, and with it cut off all behind it."""
    seen = threading.Event()
    kept = []

    def on_connection(sock):
        sock.on("error", lambda err: None)
        if len(kept) < 20:
            kept.append(sock.destroy())
            return
        sock.on("data", lambda data: seen.set())

    srv = server(on_connection)
    for _ in range(20):
        with raw_client(srv) as client:
            assert client.recv(1) == b""
    with raw_client(srv) as client:
        client.sendall(b"x")
        assert seen.wait(5)


def test_descriptor_closed_in_drain_is_an_error_and_no_abort(script):
    """libuv changes the watch after the last write has left, and aborts when the descriptor is not there."""
    done = script("""
        import os, socket, threading
        import pynet
        listening = socket.create_server(("127.0.0.1", 0))

        def read_all(peer):
            while peer.recv(1 << 20):
                pass

        def main():
            client = pynet.connect(listening.getsockname()[1], "127.0.0.1")
            def on_connect():
                peer, _ = listening.accept()
                threading.Thread(target=read_all, args=(peer,), daemon=True).start()
                client.write(b"x" * 8_000_000)
            client.on("connect", on_connect)
            client.on("data", print)
            client.on("drain", lambda: os.close(client.fileno()))
            client.on("error", lambda err: print(err.code))
            client.on("close", lambda had_error: print("close", had_error))
        pynet.run(main)
        """)
    assert lines(done) == ["EBADF", "close True"]


def test_number_of_the_backend_given_to_somebody_else_is_an_error_and_no_abort(script):
    done = script("""
        import os, socket
        import pynet

        def main():
            pynet.create_server(lambda sock: None).listen(0)
            def reuse():
                os.closerange(3, 100)
                main.kept = [socket.socketpair() for _ in range(20)]
            pynet.set_timeout(reuse, 1)
            pynet.set_interval(lambda: None, 5)
        try:
            pynet.run(main)
        except pynet.NetError as error:
            print(error.code)
        """)
    assert lines(done) == ["ERR_LOOP_DEAD"]


def test_listening_descriptor_that_was_shut_down_fails_once(script):
    """Each turn found it readable again: one error after the other, and a processor of its own."""
    done = script("""
        import os, socket
        import pynet
        server = pynet.create_server(lambda sock: None)
        server.on("error", lambda err: (print(err.code), pynet.set_timeout(server.close, 50)))

        def shut():
            with socket.socket(fileno=os.dup(server.fileno())) as copy:
                copy.shutdown(socket.SHUT_RDWR)
        pynet.run(lambda: server.listen(0, "127.0.0.1", shut))
        """)
    assert lines(done) == ["EINVAL"]


def test_process_without_standard_streams(script):
    """libuv neither closes descriptors 0 to 2 of a socket nor survives its own among them."""
    done = script("""
        import os, sys
        out = os.dup(1)
        def say(text):
            os.write(out, f"{text}\\n".encode())

        if sys.argv[1] == "before":
            os.closerange(0, 3)
        import pynet
        server = pynet.create_server(lambda sock: sock.end(b"bye"))

        def connect():
            if sys.argv[1] == "after":
                os.closerange(0, 3)
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("data", lambda data: None)
            client.on("close", lambda had_error: (say(f"close {had_error}"), server.close()))
        pynet.run(lambda: server.listen(0, "127.0.0.1", connect))
        say("over")
        """, "before")  # fmt: skip
    assert lines(done) == ["close False", "over"]


def test_standard_streams_closed_while_the_loop_runs(script):
    done = script("""
        import os
        import pynet
        out = os.dup(1)
        def say(text):
            os.write(out, f"{text}\\n".encode())
        low = []
        server = pynet.create_server(lambda sock: (low.append(sock.fileno()), sock.end(b"bye")))

        def connect():
            os.closerange(0, 3)
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("connect", lambda: low.append(client.fileno()))
            client.on("data", lambda data: None)
            client.on("close", lambda had_error: (say(f"close {had_error}"), server.close()))
        pynet.run(lambda: server.listen(0, "127.0.0.1", connect))
        say(max(low) < 3)
        """)
    assert lines(done) == ["close False", "True"]


# --- run() ---


def test_end_that_comes_with_the_chunk_whose_listener_raised_is_told_by_the_next_run(script, kind, tmp_path):
    """libuv tells the end of a closed unix connection right after a short read, in the same callback's wake."""
    done = script("""
        import socket, sys
        import pynet
        path = sys.argv[1]
        events = []

        def on_connection(sock):
            def on_data(data):
                events.append(data)
                raise ValueError("from data")
            sock.on("data", on_data)
            sock.on("end", lambda: events.append("end"))
            sock.on("close", lambda had_error: (events.append("close"), server.close()))

        server = pynet.create_server(on_connection)

        def main():
            server.listen(path or 0)
            address = server.address()
            client = socket.socket(socket.AF_UNIX if path else socket.AF_INET6)
            client.connect(address if path else ("::1", address.port))
            client.sendall(b"hi")
            client.close()
        try:
            pynet.run(main)
        except ValueError as error:
            print(error, events)
        pynet.run()
        print(events)
        """, "" if kind == "tcp" else str(tmp_path / "s"))  # fmt: skip
    assert lines(done) == ["from data [b'hi']", "[b'hi', 'end', 'close']"]


def test_signal_handler_that_forks_while_run_waits(script):
    """The child went on with a turn of the loop that it no longer had."""
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
    assert lines(done) == ["7"]


def test_other_thread_that_needs_a_driver_while_run_prepares_starts_none(script):
    """Between taking over and driving run() calls Python; another thread could start a second driver."""
    done = script("""
        import signal, threading
        import pynet
        set_wakeup_fd = signal.set_wakeup_fd

        def slow(*args, **kwargs):
            other = threading.Thread(target=pynet.set_timeout, args=(lambda: None, 1))
            other.start()
            other.join()
            return set_wakeup_fd(*args, **kwargs)
        signal.set_wakeup_fd = slow

        def look():
            print([t.name for t in threading.enumerate()])
            pynet.stop()
        pynet.run(lambda: pynet.set_timeout(look, 5))
        """)
    assert lines(done) == ["['MainThread']"]


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
    assert lines(done) == ["False"]


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


def test_server_that_waits_for_its_listener_keeps_run_going():
    """It accepts nothing before its first connection listener, but it listens: run() returned at once."""
    srv = pynet.create_server()
    srv.listen(0, "127.0.0.1")
    passed = []

    def ask_for_connections():
        passed.append("timer")
        srv.on("connection", lambda sock: (passed.append("connection"), sock.destroy(), srv.close()))

    pynet.set_timeout(ask_for_connections, 20).unref()
    with raw_client(srv):
        pynet.run()
    assert passed == ["timer", "connection"]


def test_unreferenced_server_that_waits_for_its_listener_does_not():
    srv = pynet.create_server()
    srv.listen(0, "127.0.0.1")
    srv.unref()
    done = []
    pynet.set_timeout(lambda: done.append("late"), 5000).unref()
    pynet.run()
    assert done == []
    srv.close()


# --- late listeners ---


def test_listener_for_a_remembered_event_attached_while_another_is_replayed():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = pynet.connect(listening.getsockname()[1], "127.0.0.1")
        peer, _ = listening.accept()
        data = Recorder(client, "data")
        peer.sendall(b"x")
        data.wait("data")
        entered, go_on, ready = threading.Event(), threading.Event(), threading.Event()
        peer.close()
        assert wait_until(lambda: client.ready_state != "open")
        client.on("end", lambda: (entered.set(), go_on.wait(5)))
        assert entered.wait(5)
        client.on("ready", ready.set)
        go_on.set()
        assert ready.wait(5)
        client.destroy()


# --- the exit ---


def test_exit_while_a_daemon_thread_is_inside_run(script):
    """The loop was freed under it."""
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
    assert lines(done) == ["True"]


def test_exit_right_after_the_first_call_does_not_wait_for_the_driver(script):
    """A driver that found the loop closed left without saying so, and the exit waited a second for it."""
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
    assert lines(done) == ["True"]


# --- SIGPIPE ---


def test_peer_that_goes_between_two_writes_with_sigpipe_at_its_default(tmp_path):
    """What the kernel did not take at once is written again by libuv, without MSG_NOSIGNAL."""
    if shutil.which("strace") is None:  # it makes the moment in between long enough
        pytest.fail("strace is not installed: apt-get install strace")
    source = """
import os, signal, socket, sys
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1])
listening.listen()
if os.fork() == 0:
    peer, _ = listening.accept()
    peer.recv(1)
    signal.sigtimedwait([], 0.1)
    peer.close()
    os._exit(0)
import pynet
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
def main():
    client = pynet.connect(sys.argv[1])
    client.on("error", lambda err: None)
    client.on("connect", lambda: client.write(b"x" * 4_000_000))
pynet.run(main)
"""
    delay = ["strace", "-qq", "-o", os.devnull, "-e", "trace=write", "-e", "inject=write:delay_enter=250000"]
    command = [*delay, sys.executable, "-c", source, str(tmp_path / "s")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, cwd=ROOT, check=False)
    if "ptrace" in done.stderr:
        pytest.skip("no tracing here")
    assert (done.returncode, done.stderr) == (0, "")


def test_error_comes_before_close_also_when_garbage_is_collected_in_between(pair, record):
    """Until Python 3.11 making any tuple may collect garbage, and what that runs lets the loop's thread go on."""

    class Slow:
        def __init__(self):
            self.me = self

        def __del__(self):
            time.sleep(0.05)

    p = pair()
    log = record(p.client, "error", "close")
    threshold = gc.get_threshold()
    destroy, error = p.client.destroy, OSError("why")
    gc.disable()
    for _ in range(3):
        Slow()
    gc.set_threshold(1, 1, 1)
    try:
        gc.enable()
        destroy(error)
    finally:
        gc.set_threshold(*threshold)
    log.wait("close")
    assert log.names == ["error", "close"]
