"""The line on stderr when a script ends while a server listens or a socket connects: when it is there, and when not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

import isolated
from isolated.tools import read_all
from paths import ROOT

NOTICE = "pynet: the script ended while a server was listening; end it with pynet.run() to keep serving\n"

ON = {"PYNET_NO_EXIT_NOTICE": ""}


def test_an_open_server_is_named_once():
    source = """
        import pynet
        for _ in range(2):
            pynet.create_server(print).listen(0, "127.0.0.1")
    """
    done = isolated.run(source, env=ON)
    assert (done.returncode, done.stderr) == (0, NOTICE)


@pytest.mark.parametrize("how", ["file", "module", "command"])
@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("", True),
        ("print", True),
        ("sys.exit()", False),
        ("sys.exit(3)", False),
        ("raise SystemExit", False),
        ("raise KeyboardInterrupt", False),
        ("1 / 0", False),
        ("with contextlib.ExitStack(): sys.exit()", False),
        ("os.kill(os.getpid(), signal.SIGINT); time.sleep(10)", False),
    ],
)
def test_a_server_is_named_only_at_the_end_of_the_script(tmp_path, how, last, said):
    source = isolated.join(
        """
        import contextlib, os, signal, sys, time
        import pynet
        signal.signal(signal.SIGINT, signal.default_int_handler)
        pynet.create_server(print).listen(0, "127.0.0.1")
        """,
        last,
    )
    script = tmp_path / "script.py"
    script.write_text(source)
    args = {"file": [script], "module": ["-m", "script"], "command": ["-c", source]}[how]
    env = isolated.environment(**ON)
    env["PYTHONPATH"] = os.pathsep.join([env["PYTHONPATH"], str(tmp_path), str(ROOT)])
    done = subprocess.run([sys.executable, *args], capture_output=True, text=True, timeout=30, env=env, check=False)
    assert (NOTICE in done.stderr) is said, done.stderr
    assert done.stderr.count("pynet:") == said


def test_a_server_is_named_when_the_import_was_in_a_function():
    source = """
        def main():
            import pynet
            pynet.create_server(print).listen(0, "127.0.0.1")
        main()
    """
    assert isolated.run(source, env=ON).stderr == NOTICE


def test_a_server_that_looks_up_its_host_is_named():
    source = """
        import pynet
        with pynet.turn():
            pynet.create_server(print).listen(0, "localhost")
    """
    assert isolated.run(source, env=ON).stderr == NOTICE


def test_the_switch():
    source = """
        import pynet
        pynet.create_server(print).listen(0, "127.0.0.1")
        s = pynet.connect(1, "127.0.0.1", lookup=print)
    """
    assert isolated.check(source, env={"PYNET_NO_EXIT_NOTICE": "1"}) == ""


CONNECTING = """
    import sys, pynet
    sock = pynet.connect(80, "example.invalid", lookup=lambda *args: None)
    sock.on("error", print)
"""


@pytest.mark.parametrize(("last", "said"), [("", True), ("sys.exit()", False), ("sock.destroy()", False)])
def test_a_socket_that_is_connecting_is_named(last, said):
    done = isolated.run(isolated.join(CONNECTING, last), env=ON)
    line = "pynet: the script ended while a socket was connecting to example.invalid:80; wait for it, or end the "
    assert done.stderr == (line + "script with pynet.run()\n" if said else "")


def test_a_socket_whose_data_leaves_at_the_exit_is_not(receiver_of_one):
    port, received = receiver_of_one
    done = isolated.run('import sys, pynet; pynet.connect(int(sys.argv[1]), "127.0.0.1").end("bye")', port, env=ON)
    assert (done.returncode, done.stderr, received()) == (0, "", b"bye")


@pytest.fixture
def receiver_of_one():
    """The port of a listener, and a function that returns what its first client sends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def received():
            with listener.accept()[0] as sock:
                return read_all(sock)

        yield listener.getsockname()[1], received


@pytest.mark.parametrize(
    "last",
    [
        "server.unref()",
        "server.close()",
        "pynet.run(pynet.stop)",
        "sys.ps1 = '>>> '",
    ],
)
def test_when_nothing_is_said_about_it(last):
    source = f"""
        import sys, pynet
        server = pynet.create_server(print).listen(0, "127.0.0.1")
        {last}
    """
    assert isolated.check(source, env=ON) == ""


def test_an_interactive_session_is_told_nothing():
    done = subprocess.run(
        [sys.executable, "-q", "-i", "-c", "import pynet; s = pynet.create_server(print).listen(0, '127.0.0.1')"],
        input="s.listening\n",
        capture_output=True,
        text=True,
        timeout=30,
        env=isolated.environment(**ON),
        check=False,
    )
    assert "True" in done.stdout
    assert "pynet.run()" not in done.stderr
