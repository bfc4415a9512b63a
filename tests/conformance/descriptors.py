"""Descriptors of every kind, for scenarios that are given one, and the options of a socket, as the system has them.

As a script, for the Node side:

    python descriptors.py give WHAT COMMAND...     runs the command with the descriptor as number 3
    python descriptors.py options                  tells the options of descriptor 3
"""

import os
import socket
import sys

GIVEN = 3  # where the command finds it
_kept = []  # the other ends


def make(what):
    """A new descriptor: "tcp", "tcp bound", "tcp listening", "tcp connected", "udp", "unix bound", "unix listening",
    "file" or "pipe"."""
    if what == "file":
        return os.open("plain", os.O_RDWR | os.O_CREAT)
    if what == "pipe":
        ends = os.pipe()
        _kept.append(ends[1])
        os.set_inheritable(ends[1], True)
        return ends[0]
    family = socket.AF_UNIX if what.startswith("unix") else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM if what == "udp" else socket.SOCK_STREAM)
    if what.endswith(("bound", "listening")):
        sock.bind("s.sock" if family == socket.AF_UNIX else ("127.0.0.1", 0))
    if what.endswith("listening"):
        sock.listen()
    if what.endswith("connected"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            sock.connect(server.getsockname())
            _kept.append(server.accept()[0])
            _kept[-1].set_inheritable(True)
    return sock.detach()


def _times(sock):
    names = {"idle": "TCP_KEEPIDLE", "interval": "TCP_KEEPINTVL", "count": "TCP_KEEPCNT"}
    return {key: sock.getsockopt(socket.IPPROTO_TCP, getattr(socket, name)) for key, name in names.items()}


def _untouched_times():
    with socket.socket() as sock:
        return _times(sock)


def options(fd):
    """What a server has set on an accepted TCP socket; the times only when keep-alive is on."""
    with socket.socket(fileno=socket.dup(fd)) as sock:
        no_delay = bool(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        keep_alive = bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        text = f"no_delay={no_delay} keep_alive={keep_alive}"
        if not keep_alive:
            return text
        times = _times(sock)
        if times == _untouched_times():
            return f"{text} times=system"
        return " ".join([text, *(f"{key}={value}" for key, value in times.items())])


def _give(what, command):
    fd = make(what)
    if fd != GIVEN:
        os.dup2(fd, GIVEN)
        os.close(fd)
    os.set_inheritable(GIVEN, True)
    os.execv(command[0], command)


if __name__ == "__main__":
    if sys.argv[1] == "give":
        _give(sys.argv[2], sys.argv[3:])
    print(options(GIVEN), end="")
