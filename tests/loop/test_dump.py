"""dump(), and SIGUSR1 with run(signals=True)."""

from __future__ import annotations

import io
import re
import signal
import sys
import threading

import pytest

import pynet
from helpers import on_loop, printed, raw_client, run_script, wait_until


def dumped() -> str:
    file = io.StringIO()
    pynet.dump(file)
    return file.getvalue()


def entry(text: str, what: object) -> str:
    """The line about this object, below its own."""
    lines = text.splitlines()
    return lines[lines.index(f"  {what!r}") + 1].strip()


# --- the table ---


def test_a_server_is_listed_with_its_state_and_its_place(server):
    listening = server()
    assert wait_until(lambda: "queued" not in entry(dumped(), listening))  # its `listening`
    text = entry(dumped(), listening)
    assert re.fullmatch(r"open for \d+\.\d s; listens; 0 connections, 0 accepted; listens since \w+\.py:\d+", text), (
        text
    )


def test_a_connection_is_listed_with_what_it_waits_for(server):
    sockets = []
    listening = server(sockets.append)
    with raw_client(listening) as client:
        client.sendall(b"hello")
        assert wait_until(lambda: sockets)
        text = entry(dumped(), sockets[0])
        assert re.fullmatch(r"open for \d+\.\d s; .*[05] bytes read, 0 written", text), text
        on_loop(sockets[0].write, bytes(10_000_000))
        text = entry(dumped(), sockets[0])
        assert "writes" in text
        assert re.search(r"10,000,000 written; [\d,]+ wait to be sent$", text), text
        sockets[0].destroy()


def test_a_connection_that_keeps_nothing_going_says_so(pair):
    ends = pair()
    ends.client.unref()
    assert "does not keep run() going" in entry(dumped(), ends.client)


def test_a_socket_without_a_handle_is_listed_too():
    kept = []

    def lookup(host, options, callback):
        kept.append(callback)  # never answers

    sock = on_loop(lambda: pynet.connect(1, "name.test", lookup=lookup))
    try:
        assert wait_until(lambda: "waits for its lookup function; " in entry(dumped(), sock))
    finally:
        sock.destroy()


def test_timers_are_listed():
    def named():
        """The callback of a timer."""

    timer = pynet.set_timeout(named, 1_000_000)
    try:
        assert re.search(r"  <pynet.Timeout .*>: timer in [\d,]+ ms: named", dumped())
    finally:
        pynet.clear_timeout(timer)


def test_the_first_line_says_who_drives():
    on_loop(int)
    assert re.match(r"pynet: process \d+ at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, loop background, \d+% busy", dumped())


def test_before_anything_is_open():
    script = "import pynet, sys; pynet.dump(sys.stdout); print(pynet.metrics()['turns'])"
    first, second, turns = printed(run_script(script))
    assert first.endswith(", loop idle, 0% busy")
    assert (second, turns) == ("  nothing is open", "0")


def test_an_object_whose_repr_raises_is_listed(where):
    class Server(pynet.Server):
        def __repr__(self):
            raise LookupError

    listening = Server().listen(*where)
    try:
        assert "Server object at 0x" in dumped()
    finally:
        listening.shutdown(0).result(5)


def test_it_goes_to_stderr(capsys):
    pynet.dump()
    captured = capsys.readouterr()
    assert captured.err.startswith("pynet: process ")
    assert captured.out == ""


def test_without_stderr_it_does_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    pynet.dump()


# --- the stack ---


def test_a_listener_that_is_stuck_is_shown_from_another_thread():
    begun, over = threading.Event(), threading.Event()

    def stuck_here():
        begun.set()
        assert over.wait(30)

    pynet.next_tick(stuck_here)
    assert begun.wait(10)
    try:
        text = dumped()
    finally:
        over.set()
    assert ", in a turn for " in text.splitlines()[0]
    assert "in stuck_here" in text
    assert "the innermost call last:" in text


def test_within_a_listener_the_stack_ends_with_the_caller():
    def listener():
        return dumped()

    text = on_loop(listener)
    assert "in listener" in text
    assert text.rstrip().splitlines()[-2].strip().endswith("in dumped")  # which calls dump()


def test_a_turn_block_is_named():
    on_loop(int)
    with pynet.turn():
        pynet.next_tick(int)
        assert wait_until(lambda: "a turn() block keeps the loop from going on" in dumped())


# --- SIGUSR1 ---


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs SIGUSR1")
def test_sigusr1_writes_the_table_with_the_listener_that_runs():
    script = """
        import os, signal, pynet
        def stuck_here():
            os.kill(os.getpid(), signal.SIGUSR1)
        pynet.run(lambda: pynet.set_immediate(stuck_here), signals=True)
        print("still there", signal.getsignal(signal.SIGUSR1) == signal.SIG_DFL)
    """
    done = run_script(script)
    assert (done.returncode, done.stdout) == (0, "still there True\n")
    assert done.stderr.startswith("pynet: process ")
    assert "in stuck_here" in done.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs SIGUSR1")
def test_sigusr1_ends_the_wait_of_an_idle_loop():
    script = """
        import os, signal, threading, pynet
        def main():
            server = pynet.create_server().listen(0, "127.0.0.1")
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            pynet.watch = server
        class Stop:
            def write(self, text):
                print(text.splitlines()[1].strip()[:24])
                pynet.stop()
            def flush(self): pass
        import sys
        stderr, sys.stderr = sys.stderr, Stop()
        pynet.run(main, signals=True)
        sys.stderr = stderr
        pynet.watch.close()
    """
    assert printed(run_script(script)) == ["<pynet.Server listening "]


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs SIGUSR1")
def test_a_handler_of_the_program_stays():
    script = """
        import os, signal, pynet
        signal.signal(signal.SIGUSR1, lambda number, frame: print("mine"))
        pynet.run(lambda: pynet.set_immediate(os.kill, os.getpid(), signal.SIGUSR1), signals=True)
    """
    assert printed(run_script(script)) == ["mine"]
