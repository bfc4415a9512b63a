"""examples/peer_credentials.py: what the server knows of its clients, and what it lets them do."""

import os
import pwd
import socket
import tempfile

import pytest

from helpers import printed, run_script
from peers import read_to_end


@pytest.fixture
def path():
    """In a folder that every user may enter; that of pytest is only for this one."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield f"{folder}/control.sock"


@pytest.fixture
def control(program, path):
    started = program("peer_credentials.py", path)
    assert started.line() == f"listening on {path}"
    return started


def ask(sock: socket.socket, commands: bytes) -> bytes:
    sock.sendall(commands)
    sock.shutdown(socket.SHUT_WR)
    return read_to_end(sock)


def test_it_knows_the_user_and_the_process(control, path, dial):
    name = pwd.getpwuid(os.getuid()).pw_name
    assert ask(dial(path), b"whoami\n") == f"{name}, process {os.getpid()}\n".encode()


def test_its_own_user_may_stop_it(control, path, dial):
    assert ask(dial(path), b"stop\n") == b"stopping\n"
    assert control.wait() == 0
    assert not os.path.exists(path)


def test_other_commands(control, path, dial):
    assert ask(dial(path), b"reboot\n") == b"whoami or stop\n"


NOBODY = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as sock:
    sock.connect(sys.argv[1])
    sock.sendall(b"whoami\\nstop\\n")
    sock.shutdown(socket.SHUT_WR)
    sys.stdout.write(b"".join(iter(lambda: sock.recv(4096), b"")).decode())
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")
def test_another_user_may_not_stop_it(control, path):
    who, answer = printed(run_script(NOBODY, path))
    assert not who.startswith("root")
    assert answer == "not allowed"
