"""examples/json_rpc.py: the server by a plain socket, and its own client."""

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys

import pytest

import isolated
from paths import ROOT
from peers import read_to_end


@pytest.fixture
def path(program, tmp_path):
    where = str(tmp_path / "rpc.sock")
    assert program("json_rpc.py", "serve", where).line() == f"listening on {where}"
    return where


@pytest.fixture
def ask(path, dial):
    """ask(*requests): sends them in one piece, and ends; the answers."""

    def send(*requests):
        sock = dial(path)
        lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in requests]
        sock.sendall(b"".join(each + b"\n" for each in lines))
        sock.shutdown(socket.SHUT_WR)
        return [json.loads(each) for each in read_to_end(sock).splitlines()]

    return send


def call(*args):
    command = [sys.executable, str(ROOT / "examples" / "json_rpc.py"), "call", *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=isolated.environment())


def test_a_call_with_positions(ask):
    assert ask({"jsonrpc": "2.0", "id": 7, "method": "add", "params": [2, 3]}) == [
        {"jsonrpc": "2.0", "id": 7, "result": 5}
    ]


def test_a_call_with_names(ask):
    (answer,) = ask({"jsonrpc": "2.0", "id": "x", "method": "add", "params": {"a": "u", "b": "v"}})
    assert (answer["id"], answer["result"]) == ("x", "uv")


def test_calls_in_one_piece_are_answered_in_order(ask):
    answers = ask(*({"jsonrpc": "2.0", "id": n, "method": "add", "params": [n, n]} for n in range(100)))
    assert [each["result"] for each in answers] == [2 * n for n in range(100)]


def test_a_notification_has_no_answer(ask):
    answers = ask(
        {"jsonrpc": "2.0", "method": "add", "params": [1, 2]}, {"jsonrpc": "2.0", "id": 1, "method": "methods"}
    )
    assert [each["result"] for each in answers] == [["add", "methods"]]


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        (b"{no json", -32700),
        (b"[]", -32600),
        (b'{"id": 1, "method": 2}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "nothing"}', -32601),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "add", "params": [1]}', -32000),
    ],
)
def test_mistakes_are_answers_and_the_connection_goes_on(ask, request_text, code):
    wrong, right = ask(request_text, {"jsonrpc": "2.0", "id": 2, "method": "add", "params": [1, 1]})
    assert wrong["error"]["code"] == code
    assert right["result"] == 2


def test_a_line_that_is_too_long_ends_its_connection_only(program, dial, tmp_path):
    path = str(tmp_path / "long.sock")
    started = program("json_rpc.py", "serve", path)
    started.line()
    greedy = dial(path)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        greedy.sendall(b"x" * (1024 * 1024 + 1))
        assert greedy.recv(1) == b""
    assert started.error() == "no separator within max=1048576"
    assert call(path, "add", "1", "1").stdout == "2\n"


def test_only_the_user_may_connect(path):
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_the_client(path):
    done = call(path, "add", "2", "3")
    assert (done.stdout, done.stderr, done.returncode) == ("5\n", "", 0)


def test_the_client_raises_what_the_server_answers(path):
    done = call(path, "nothing")
    assert done.stderr.endswith("RuntimeError: Method not found\n")


def test_the_file_of_a_killed_server_is_replaced(program, tmp_path):
    path = str(tmp_path / "rpc.sock")
    first = program("json_rpc.py", "serve", path)
    first.line()
    first.process.kill()
    first.wait()
    first.stop = lambda: None  # it has not ended in order
    assert os.path.exists(path)
    program("json_rpc.py", "serve", path).line()
    assert call(path, "add", "1", "1").stdout == "2\n"
