"""systemd_listen_fds(): what a supervisor passes to this process."""

import os
import socket
import subprocess
import sys
import textwrap

import pytest

import pynet
from paths import ROOT

NAMES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


@pytest.fixture
def inherited(monkeypatch):
    """inherited(pid, fds, names): sets the variables, None: not; nothing is really inherited."""

    def be(*values):
        for name, value in zip(NAMES, values, strict=False):
            if value is None:
                monkeypatch.delenv(name, raising=False)
            else:
                monkeypatch.setenv(name, value)

    be(None, None, None)
    yield be


CHILD = """
    import fcntl, json, os, socket, sys
    # As systemd does it between fork and exec: the descriptors from 3 on, and the variables for this very process.
    given = [int(arg) for arg in sys.argv[2].split(",")]
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd in given]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i)
        os.close(fd)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(given))
    if len(sys.argv) > 3:
        os.environ["LISTEN_FDNAMES"] = sys.argv[3]
    os.execv(sys.executable, [sys.executable, "-P", "-c", sys.argv[1]])
"""


def activated(source, socks, *names):
    """Runs source in a process that has these sockets from descriptor 3 on."""
    fds = ",".join(str(sock.fileno()) for sock in socks)
    command = [sys.executable, "-P", "-c", textwrap.dedent(CHILD), textwrap.dedent(source), fds, *names]
    return subprocess.run(
        command,
        pass_fds=[sock.fileno() for sock in socks],
        capture_output=True,
        text=True,
        timeout=20,
        cwd=ROOT,
        check=False,
    )


@pytest.fixture
def socks(tmp_path):
    """A TCP socket and a unix socket that listen."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "s.sock"))
        unix.listen()
        yield tcp, unix


def test_a_server_on_an_inherited_socket(socks):
    tcp, _unix = socks
    ran = activated(
        """
        import socket
        import pynet

        def main():
            (fd,) = pynet.systemd_listen_fds()
            server = pynet.create_server(lambda sock: sock.end(b"hi"))
            server.on("error", print)
            server.on("connection", lambda sock: server.close())
            server.listen(fd=fd)
            print(fd, server.address().port)
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("data", print)

        pynet.run(main)
        """,
        [tcp],
    )
    assert ran.stdout.splitlines() == [f"3 {tcp.getsockname()[1]}", "b'hi'"], ran


def test_several_are_told_apart_by_name_and_by_kind(socks):
    ran = activated(
        """
        import fcntl, os
        import pynet

        assert pynet.systemd_listen_fds("nothing", unset_environment=False) == []
        print(pynet.systemd_listen_fds(name="admin", unset_environment=False))
        print(pynet.systemd_listen_fds("web", False), "LISTEN_PID" in os.environ)
        fds = pynet.systemd_listen_fds()
        print(fds, [fcntl.fcntl(fd, fcntl.F_GETFD) for fd in fds])
        print([name for name in os.environ if name.startswith("LISTEN_")], pynet.systemd_listen_fds())
        servers = [pynet.Server().listen(fd=fd) for fd in fds]
        print([type(server.address()).__name__ for server in servers])
        """,
        socks,
        "web:admin",
    )
    assert ran.stdout.splitlines() == [
        "[4]",
        "[3] True",
        f"[3, 4] [{1}, {1}]",
        "[] []",
        "['AddressInfo', 'str']",
    ], ran


def test_nothing_is_passed(inherited):
    assert pynet.systemd_listen_fds() == []
    assert pynet.systemd_listen_fds("web") == []


@pytest.mark.posix_only("systemd is not there")
def test_they_are_meant_for_another_process(inherited):
    inherited(str(os.getppid()), "1", "web")
    assert pynet.systemd_listen_fds(unset_environment=False) == []
    assert "LISTEN_FDS" in os.environ
    assert pynet.systemd_listen_fds() == []
    assert [name for name in NAMES if name in os.environ] == []


@pytest.mark.parametrize("fds", [None, "", "x", "0", "-1", "1.5", "1 ", "+1", "٣", "99999999999999999999", "1_0"])
def test_a_number_that_makes_no_sense(inherited, fds):
    inherited(str(os.getpid()), fds, None)
    assert pynet.systemd_listen_fds() == []


@pytest.mark.parametrize("pid", [None, "", "x", "-1", "0"])
def test_a_process_id_that_makes_no_sense(inherited, pid):
    inherited(pid, "1", None)
    assert pynet.systemd_listen_fds() == []


def test_descriptors_that_are_not_open(inherited):
    inherited(str(os.getpid()), "500000", None)
    assert pynet.systemd_listen_fds() == []


@pytest.mark.parametrize("name", [3, b"web", ["web"]])
def test_a_name_of_a_wrong_type(inherited, name):
    inherited(str(os.getpid()), "1", "web")
    with pytest.raises(TypeError, match='"name"') as info:
        pynet.systemd_listen_fds(name)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert "LISTEN_FDS" in os.environ
