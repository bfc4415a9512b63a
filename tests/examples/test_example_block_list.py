"""examples/block_list.py: a list that is loaded again while the server serves."""

import contextlib
import signal
import socket

import pytest

ONE, OTHER = "127.0.0.1", "127.0.0.2"


def is_served(sock: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        sock.sendall(b"x")
        return sock.recv(1) == b"x"
    return False


@pytest.fixture
def rules(tmp_path):
    path = tmp_path / "blocked.txt"
    path.write_text(f"{OTHER} ; SBL1\n")
    return path


def test_the_file_is_loaded_at_the_start(program, dial, rules):
    port = program("block_list.py", 0, rules).port
    assert not is_served(dial(port, OTHER))
    assert is_served(dial(port, ONE))


def test_sighup_loads_it_again_while_connections_stay(program, dial, rules):
    started = program("block_list.py", 0, rules)
    port = started.port
    kept = dial(port, ONE)
    assert is_served(kept)
    rules.write_text(f"create a hash:net\nadd a {ONE}\nadd a 192.0.2.0/24\n")
    started.process.send_signal(signal.SIGHUP)
    assert started.line() == "rules: 2"
    assert not is_served(dial(port, ONE))
    assert is_served(dial(port, OTHER))
    assert is_served(kept)


def test_a_bad_file_changes_nothing(program, dial, rules):
    started = program("block_list.py", 0, rules)
    started.expected = ("the old list stays",)
    port = started.port
    rules.write_text(f"{ONE}\n127.0.0\n")
    started.process.send_signal(signal.SIGHUP)
    assert started.error().startswith(f"the old list stays: {rules}: line 2: ")
    assert not is_served(dial(port, OTHER))
    assert is_served(dial(port, ONE))


def test_a_missing_file_changes_nothing(program, dial, rules):
    started = program("block_list.py", 0, rules)
    started.expected = ("the old list stays",)
    port = started.port
    rules.unlink()
    started.process.send_signal(signal.SIGHUP)
    assert "No such file" in started.error()
    assert not is_served(dial(port, OTHER))
