"""python -m pynet serve: a function of a user's module, in several processes."""

from __future__ import annotations

import os
import signal
import socket
import textwrap
import time

import pytest

from commands import done, finished, place_of, plain_socket, receive_all

CALLBACK = "import os\ndef handle(sock):\n    sock.end(f'{os.getpid()}')\n"
BLOCKING = "def handle(sock):\n    sock.write(sock.read_exactly(3).upper())\n"
TASK = "async def handle(sock):\n    sock.write((await sock.read_exactly(3)).upper())\n"


@pytest.fixture
def app(tmp_path):
    """A function that writes app.py, and returns the options of a process in its folder."""

    def write(source: str) -> dict:
        (tmp_path / "app.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return {"cwd": tmp_path}

    return write


def ask(target, question: bytes = b"") -> bytes:
    with plain_socket(target) as sock:
        sock.sendall(question)
        return receive_all(sock)


@pytest.mark.parametrize(
    ("source", "options", "question", "expected"),
    [
        pytest.param(CALLBACK, [], b"", None, id="callback"),
        pytest.param(BLOCKING, ["--threads"], b"abc", b"ABC", id="threads"),
        pytest.param(TASK, [], b"abc", b"ABC", id="task"),
    ],
)
def test_a_function_serves(running, app, kind, tmp_path, source, options, question, expected):
    place = [] if kind == "tcp" else [tmp_path / "s.sock"]
    process = running("serve", "--workers", "2", *options, "app:handle", *place, **app(source))
    answer = ask(place_of(process.stdout), question)
    assert answer == expected if expected else int(answer) not in (process.pid, os.getpid())
    process.send_signal(signal.SIGTERM)
    assert finished(process) == (0, b"", b"")


def test_sighup_replaces_the_workers(running, app):
    process = running("serve", "--workers", "1", "app:handle", **app(CALLBACK))
    target = place_of(process.stdout)
    old = ask(target)
    process.send_signal(signal.SIGHUP)
    while ask(target) == old:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    assert finished(process) == (0, b"", b"")


def test_reload_follows_the_files(running, app, tmp_path):
    process = running("serve", "--workers", "1", "--reload", "app:handle", **app("def handle(sock): sock.end('1')"))
    target = place_of(process.stdout)
    assert ask(target) == b"1"
    app("def handle(sock): sock.end('two')")
    while ask(target) != b"two":
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    status, out, err = finished(process)
    assert (status, out) == (0, b"")
    assert err == b"./app.py has changed: replacing the workers\n"


@pytest.mark.parametrize(
    ("source", "name", "in_stderr"),
    [
        ("1 / 0", "app:handle", b"ZeroDivisionError"),
        ("", "app:handle", b"AttributeError"),
        ("handle = 5", "app:handle", b"TypeError"),
        ("", "none:handle", b"ModuleNotFoundError"),
    ],
)
def test_a_function_that_cannot_be_imported(running, app, source, name, in_stderr):
    status, out, err = finished(running("serve", "--workers", "1", name, **app(source)))
    assert (status, out) == (1, b"")
    assert in_stderr in err
    assert err.splitlines()[-1].endswith(f"{name} cannot be imported".encode())


def test_a_port_in_use(running, app):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, out, err = finished(running("serve", "--workers", "2", "app:handle", str(port), **app(CALLBACK)))
    assert (status, out) == (1, b"")
    assert err.splitlines()[-1].endswith(f"bind EADDRINUSE 127.0.0.1:{port}".encode())


@pytest.mark.parametrize(
    "args",
    [
        ["handle"],
        ["app:"],
        [":handle"],
        ["app:handle", "--workers", "0"],
        ["app:handle", "--grace", "-1"],
        ["app:handle", "--host", "::1", "127.0.0.1:0"],
        ["app:handle", "--scheduling", "best"],
        ["app:handle", "--heartbeat", "0"],
        ["app:handle", "1", "2", "3"],
    ],
)
def test_wrong_usage(args):
    assert done("serve", *args)[0] == 2
