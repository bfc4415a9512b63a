"""The programs of docs/tutorial, as a reader saves and starts them, with peers that are not ours."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import select
import signal
import socket
import subprocess
import sys

import pytest

import isolated
from paths import ROOT
from running import Running

TUTORIAL = ROOT / "docs" / "tutorial"
PORT = "8124"


def saved_as(name: str, page: str) -> str:
    """The block that follows the words that name its file."""
    text = (TUTORIAL / f"{page}.md").read_text()
    found = re.search(rf"`{re.escape(name)}`(?:(?!```).)*?\n```\w+[^\n]*\n(.*?)^```$", text, re.M | re.S)
    assert found is not None, f"{page}.md has no {name}"
    return found[1]


@pytest.fixture
def start():
    """start(source, **options): a Running script."""
    with contextlib.ExitStack() as stack:

        def run(source, **options):
            running = Running(source, **options)
            stack.enter_context(running.process)
            stack.callback(running.process.kill)
            return running

        yield run


@pytest.fixture
def serve(start):
    """serve(name, page, **changes): (the running server, its port); it takes a free port in place of 8124."""

    def run(name, page, **changes):
        source = saved_as(name, page).replace(PORT, "0")
        for old, new in changes.items():
            assert old in source
            source = re.sub(rf"^{old} = [\d_]+", f"{old} = {new}", source, flags=re.M)
        server = start(source)
        line = server.line()
        assert line.startswith("listening on port "), line
        return server, int(line.split()[-1])

    return run


@pytest.fixture
def peer():
    """peer(port): (socket, file) of a connection that reads and writes without buffers of its own."""
    with contextlib.ExitStack() as stack:

        def connect(port, **options):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            return sock, stack.enter_context(sock.makefile("rb"))

        yield connect


def test_echo_server_and_client(serve, start):
    server, port = serve("echo.py", "1-echo")
    client = start(saved_as("client.py", "1-echo").replace(PORT, str(port)))
    assert client.rest() == "the server says b'hello'\nclosed\n"
    assert [server.line(), server.line()] == ["a client has come", "a client has gone"]


def test_ctrl_c_ends_the_server(serve):
    server, _ = serve("echo.py", "1-echo")
    server.process.send_signal(signal.SIGINT)
    _, err = server.process.communicate(timeout=20)
    assert err.rstrip().endswith("KeyboardInterrupt")


def test_lines(serve, peer):
    _, port = serve("lines.py", "2-lines")
    sock, answers = peer(port)
    assert answers.readline() == b"What is your name?\n"
    sock.sendall(b"Ada\r\nGr")
    assert answers.readline() == b"Hello Ada!\n"
    sock.sendall(b"ace\n")
    assert answers.readline() == b"Hello Grace!\n"
    sock.shutdown(socket.SHUT_WR)
    assert answers.read() == b""


def test_sizes(start):
    assert start(saved_as("sizes.py", "2-lines")).rest() == "b'you said hello'\n"


def test_chat(serve, peer):
    _, port = serve("chat.py", "3-many-clients")
    (ada, _), (_, to_bob), (_, to_eve) = (peer(port) for _ in range(3))
    for answers in (to_bob, to_eve):
        assert answers.readline() == b"Welcome!\n"
    ada.sendall(b"he")
    ada.sendall(b"llo\nbye\n")
    for answers in (to_bob, to_eve):
        assert [answers.readline(), answers.readline()] == [b"hello\n", b"bye\n"]


def test_chat_closes_a_connection_with_a_long_line(serve, peer):
    _, port = serve("chat.py", "3-many-clients")
    sock, answers = peer(port)
    assert answers.readline() == b"Welcome!\n"
    sock.sendall(b"x" * 1001)
    assert answers.read() == b""


@pytest.mark.posix_only("select() takes sockets only")
def test_chat_goes_on_without_a_client_that_does_not_read(serve, peer):
    server, port = serve("chat.py", "3-many-clients")
    (ada, _), (_, to_bob), (_, to_slow) = (peer(port) for _ in range(3))
    assert [to_bob.readline(), to_slow.readline()] == [b"Welcome!\n"] * 2
    line = b"x" * 998 + b"\n"
    lost = None
    while lost is None:  # until the queue for the slow one is over its limit
        for _ in range(1000):
            ada.sendall(line)
            assert to_bob.readline() == line
        lost = ready_line(server)
    assert "ERR_WRITE_BUFFER_FULL" in lost
    ada.sendall(b"still here?\n")
    assert to_bob.readline() == b"still here?\n"


def ready_line(server):
    """A line of the server's stderr, if there is one."""
    os.set_blocking(server.process.stderr.fileno(), False)
    return os.read(server.process.stderr.fileno(), 10_000).decode() if readable(server.process.stderr) else None


def readable(file):
    return bool(select.select([file], [], [], 0)[0])


def test_a_million_numbers(serve, peer):
    _, port = serve("count.py", "3-many-clients")
    _, answers = peer(port)
    assert answers.read() == b"".join(b"%d\n" % number for number in range(1_000_000))


def test_proxy(serve, start, peer):
    """Both ways, and the answer comes after the client's end."""
    _, echo = serve("echo.py", "1-echo")
    proxy = start(saved_as("proxy.py", "3-many-clients").replace(PORT, str(echo)))
    sock, answers = peer(int(proxy.line().removeprefix("listening on port ")))
    sock.sendall(b"through")
    sock.shutdown(socket.SHUT_WR)
    assert answers.read() == b"through"


def test_proxy_and_no_server(start, peer):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    proxy = start(saved_as("proxy.py", "3-many-clients").replace(PORT, str(port)))
    _, answers = peer(int(proxy.line().removeprefix("listening on port ")))
    assert answers.read() == b""


def test_ask_and_no_server(start):
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    text = start(saved_as("ask.py", "4-timeouts-and-errors").replace(PORT, str(port))).rest()
    assert text == f"it did not work: connect ECONNREFUSED 127.0.0.1:{port}\n"


def test_ask_and_a_server_that_does_not_answer(start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        source = saved_as("ask.py", "4-timeouts-and-errors").replace(PORT, str(silent.getsockname()[1]))
        assert "timeout=10)" in source
        assert start(source.replace("timeout=10)", "timeout=0.05)")).rest() == "no answer in time\n"


def test_patient_server_closes_silent_clients(serve, peer):
    _, port = serve("patient.py", "4-timeouts-and-errors", IDLE=50)
    _, answers = peer(port)
    assert answers.read() == b"You are too slow.\n"


def test_patient_server_whose_port_is_in_use(serve, start):
    _, port = serve("patient.py", "4-timeouts-and-errors")
    second = start(saved_as("patient.py", "4-timeouts-and-errors").replace(PORT, str(port)))
    said = f"the server failed: listen EADDRINUSE: address already in use 127.0.0.1:{port}\n"
    assert second.rest() == said
    assert said.replace(str(port), PORT).strip() in (TUTORIAL / "4-timeouts-and-errors.md").read_text()


def test_watch(start):
    assert start(saved_as("watch.py", "4-timeouts-and-errors")).rest() == "lost, trying again\n" * 2


# --- the service ---


@pytest.fixture
def service():
    return saved_as("app.py", "5-stopping-and-deployment")


def logged(running, words):
    """The first line of its log that has these words."""
    for line in running.process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it has ended, and has not logged {words!r}")


def test_service_stops_in_good_order(service, start, peer):
    app = start(service, env={**os.environ, "CHAT_PORT": "0"})
    sock, answers = peer(int(re.search(r"port=(\d+)", logged(app, "listening on"))[1]))
    assert answers.readline() == b"Welcome!\n"
    app.process.send_signal(signal.SIGTERM)
    assert answers.read() == b""
    sock.shutdown(socket.SHUT_WR)
    app.rest()


def test_service_that_cannot_listen_fails(service, start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        app = start(service, env={**os.environ, "CHAT_PORT": str(taken.getsockname()[1])})
        out, _ = app.process.communicate(timeout=20)
    assert app.process.returncode == 1
    assert "the server failed: listen EADDRINUSE" in out


def test_service_with_the_socket_of_systemd(service, tmp_path, peer):
    """The descriptor 3, and the variables that systemd sets for the process that it starts."""
    (tmp_path / "app.py").write_text(service)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        script = f'exec 3<&{listening.fileno()}; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" app.py'
        env = {**isolated.environment(), "CHAT_PORT": "1"}
        command = ["bash", "-c", script, sys.executable]
        with subprocess.Popen(
            command, cwd=tmp_path, env=env, pass_fds=[listening.fileno()], stderr=subprocess.PIPE
        ) as app:
            try:
                sock, answers = peer(listening.getsockname()[1])
                assert answers.readline() == b"Welcome!\n"
                app.send_signal(signal.SIGTERM)
                assert answers.read() == b""
                sock.shutdown(socket.SHUT_WR)
                _, err = app.communicate(timeout=20)
                assert app.returncode == 0, err
            finally:
                app.kill()


def test_time_to_stop(service):
    """systemd and Docker kill the process later than `grace` ends."""
    grace = int(re.search(r"grace=(\d+)", service)[1])
    unit = configparser.ConfigParser()
    unit.read_string(saved_as("chat.service", "5-stopping-and-deployment"))
    assert int(unit["Service"]["TimeoutStopSec"]) > grace
    assert grace < 10  # what Docker waits for


def test_units_belong_together(service):
    opened = configparser.ConfigParser()
    opened.read_string(saved_as("chat.socket", "5-stopping-and-deployment"))
    unit = configparser.ConfigParser()
    unit.read_string(saved_as("chat.service", "5-stopping-and-deployment"))
    assert opened["Socket"]["ListenStream"] == PORT
    assert unit["Unit"]["Requires"] == unit["Unit"]["After"] == "chat.socket"
    assert unit["Service"]["ExecStart"].endswith("/app.py")


# --- the tests ---


@pytest.fixture
def outcome(service, tmp_path):
    """outcome(test file, app): what pytest prints for them in a folder of their own."""

    def run(tests, app=service):
        (tmp_path / "app.py").write_text(app)
        (tmp_path / "test_app.py").write_text(tests)
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        env = isolated.environment()
        env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # an installed pynet would bring the plugin a second time
        env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(ROOT), str(tmp_path)])
        command = [sys.executable, "-m", "pytest", "-p", "pynet.pytest_plugin", "-p", "no:cacheprovider"]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=50, check=False)

    return run


def test_the_tests_pass(outcome):
    done = outcome(saved_as("test_app.py", "6-tests"))
    assert done.stdout.rstrip().splitlines()[-1].startswith("=") and " 3 passed" in done.stdout, done.stdout


def test_the_tests_find_a_mistake(outcome, service):
    """As the page says: 1 / 0 in on_data makes all three fail, with the line."""
    broken = service.replace("        nonlocal rest\n", "        nonlocal rest\n        1 / 0\n")
    done = outcome(saved_as("test_app.py", "6-tests").replace("timeout=5", "timeout=1"), broken)
    assert " 3 failed" in done.stdout or " 3 error" in done.stdout, done.stdout
    assert "ZeroDivisionError" in done.stdout and "1 / 0" in done.stdout


def test_a_peer_that_misbehaves(outcome):
    text = (TUTORIAL / "6-tests.md").read_text().split("## A peer that misbehaves")[1]
    done = outcome(re.search(r"```py\n(.*?)```", text, re.S)[1])
    assert " 1 passed" in done.stdout, done.stdout
