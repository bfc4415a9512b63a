"""examples/json_logs.py: one JSON object a line."""

import json

import pytest


@pytest.fixture
def logged(program):
    """(port, a function that returns the next record with that message)."""
    started = program("json_logs.py", 0)

    def record(message: str) -> dict:
        while True:
            found = json.loads(started.line())
            if found["message"] == message:
                return found

    return started.port, record


def test_a_connection_is_logged_with_its_peer_and_its_bytes(logged, dial):
    port, record = logged
    sock = dial(port)
    peer = {"peer": "127.0.0.1", "port": sock.getsockname()[1]}
    sock.sendall(b"hello")
    assert sock.recv(5) == b"hello"
    assert record("accepted").items() >= {"level": "info", "logger": "echo", **peer}.items()
    sock.close()
    assert record("closed").items() >= {"bytes_read": 5, "bytes_written": 5, **peer}.items()


def test_a_slow_listener_and_a_stuck_loop_are_logged(logged, dial):
    port, record = logged
    sock = dial(port)
    sock.sendall(b"sleep\n")
    assert sock.recv(6) == b"sleep\n"
    stuck = record("the loop is stuck")
    assert stuck["level"] == "error"
    assert stuck["seconds"] >= 0.2
    assert any("on_data" in frame for frame in stuck["stack"])
    slow = record("slow listener")
    assert slow["level"] == "warning"
    assert slow["seconds"] >= 0.3
    assert slow["listener"].endswith("on_data")


def test_an_exception_of_a_listener_is_logged_and_the_server_goes_on(logged, dial):
    port, record = logged
    sock = dial(port)
    sock.sendall(b"fail\n")
    failed = record("uncaught exception in a listener")
    assert failed["logger"] == "pynet"
    assert "ValueError: asked to fail" in failed["exception"]
    assert sock.recv(1) == b""
    other = dial(port)
    other.sendall(b"x")
    assert other.recv(1) == b"x"
