"""The command line as processes, and what they talk to."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys

from paths import ROOT
from pipe_names import raw_socket

BIG = bytes(range(256)) * 8192  # 2 MiB of every byte: more than pipes and kernel buffers hold
DEVNULL = subprocess.DEVNULL
PIPE = subprocess.PIPE
RESET_ON_CLOSE = b"\1\0\0\0\0\0\0\0"  # of SO_LINGER


def cli(*args, **options):
    """python -m pynet ARGS, with pipes unless `options` say otherwise; `env` adds to the environment."""
    pipes = {"stdin": PIPE, "stdout": PIPE, "stderr": PIPE}
    env = {**os.environ, **options.pop("env", {})}
    command = [sys.executable, "-m", "pynet", *map(str, args)]
    return subprocess.Popen(command, **{**pipes, "cwd": ROOT, "env": env, **options})


def finished(process, data=None, timeout=40):
    """(exit status, stdout, stderr) of a process that got `data` on its stdin."""
    out, err = process.communicate(data, timeout=timeout)
    return process.returncode, out, err


def done(*args, data=b"", **options):
    """(exit status, stdout, stderr) of a whole run."""
    return finished(cli(*args, **options), data)


def place_of(stream):
    """Where a server listens, by the line that it writes: what `connect` takes."""
    line = stream.readline().decode()
    assert line.startswith("listening on "), line
    return line.removeprefix("listening on ").split()


def plain_socket(place):
    """A blocking socket that is connected to (path,) or (host, port)."""
    if len(place) == 1:
        sock = raw_socket(str(place[0]))
        sock.settimeout(20)
        try:
            sock.connect(str(place[0]))
        except OSError:
            sock.close()
            raise
        return sock
    return socket.create_connection((place[0], int(place[1])), timeout=20)


@contextlib.contextmanager
def listener(path=None):
    """A listening socket of Python's, and its port or path."""
    if path is not None:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()
            server.settimeout(20)
            yield server, str(path)
        return
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server, server.getsockname()[1]


def free_port():
    """A port on which nobody listens: for a connection that is refused."""
    with listener() as (_, port):
        return port


@contextlib.contextmanager
def full_server():
    """The address of a server whose queue is full, so that it answers no further connection."""
    with socket.socket() as full, contextlib.ExitStack() as fillers:
        full.bind(("127.0.0.1", 0))
        full.listen(1)
        for _ in range(3):
            filler = fillers.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        yield full.getsockname()


def receive_all(sock):
    return b"".join(iter(lambda: sock.recv(1 << 16), b""))


def reset(sock):
    """Closes with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    sock.close()


def wait_for_path(path, process):
    """Until a server listens on the path; False when the process ends first."""
    while process.poll() is None:
        with contextlib.suppress(OSError), raw_socket(str(path)) as probe:
            probe.connect(str(path))
            return True
    return False


def typed_at(main):
    """What the other end of a pseudo-terminal shows until it is closed."""
    shown = b""
    with contextlib.suppress(OSError):  # EIO is the end
        while chunk := os.read(main, 65536):
            shown += chunk
    return shown
