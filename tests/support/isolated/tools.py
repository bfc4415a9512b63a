"""What scripts in interpreters of their own use; imports pynet, so not for scripts that look at the import itself."""

from __future__ import annotations

import socket
import threading

import pynet
from pipe_names import raw_socket


def raw_connect(server: pynet.Server) -> socket.socket:
    """A plain blocking socket, connected to a server of ours."""
    return raw_connect_to(server.address())


def raw_connect_to(address) -> socket.socket:
    if isinstance(address, str):
        sock = raw_socket(address)
        sock.settimeout(10)
        sock.connect(address)
    else:
        sock = socket.create_connection(address[:2], timeout=10)
    return sock


def read_all(sock: socket.socket) -> bytes:
    """Everything until the peer's end."""
    data = b""
    while chunk := sock.recv(65536):
        data += chunk
    return data


def echo_server() -> pynet.Server:
    return pynet.create_server(lambda sock: sock.on("data", sock.write)).listen(0, "127.0.0.1")


def talk(server: pynet.Server, message: bytes = b"hello") -> bytes:
    """One message to an echo server and its answer."""
    with raw_connect(server) as sock:
        sock.sendall(message)
        got = b""
        while len(got) < len(message):
            chunk = sock.recv(65536)
            assert chunk, "the connection ended"
            got += chunk
        return got


def called_soon(timeout: float = 10) -> bool:
    """The loop still calls back."""
    done = threading.Event()
    pynet.next_tick(done.set)
    return done.wait(timeout)
