"""Peers on Python's own sockets, for programs that run in another process."""

from __future__ import annotations

import socket


def read_to_end(sock: socket.socket) -> bytes:
    """All that the peer sends until its end."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def read_exactly(sock: socket.socket, size: int) -> bytes:
    """Exactly so many bytes; fewer, when the peer has ended, are an error."""
    data = bytearray()
    while len(data) < size:
        chunk = sock.recv(size - len(data))
        assert chunk, f"the peer ended after {bytes(data)!r}"
        data += chunk
    return bytes(data)


def take(listener: socket.socket, patience: float = 20.0) -> socket.socket:
    """The next connection, with a timeout."""
    sock = listener.accept()[0]
    sock.settimeout(patience)
    return sock
