"""examples/all_cores.py: several processes on one port, replaced at SIGHUP."""

import signal
import socket
import time

from peers import read_exactly


def ask(port: int) -> tuple[int, bytes]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
        sock.sendall(b"hello")
        answer = b""
        while not answer.endswith(b"HELLO"):
            answer += read_exactly(sock, 1)
    pid, _, text = answer.partition(b": ")
    return int(pid), text


def test_other_processes_answer(program):
    started = program("all_cores.py", 0)
    pid, text = ask(started.port)
    assert text == b"HELLO"
    assert pid != started.process.pid


def test_sighup_replaces_the_processes(program):
    started = program("all_cores.py", 0)
    port = started.port
    old = {ask(port)[0] for _ in range(8)}
    started.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while old & {ask(port)[0] for _ in range(8)}:
        assert time.monotonic() < deadline
