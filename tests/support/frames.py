"""Frames with descriptors, as bytes and as what arrives."""

from __future__ import annotations

import array
import errno
import os
import socket
import struct

import pynet
from helpers import wait_until


class Frames:
    """The frames that arrive, in order."""

    def __init__(self, sock: pynet.Socket) -> None:
        self.sock, self.frames = sock, []
        pynet._pynet._receive_frames(sock, self.take)

    def take(self, kind, flags, message, fd):
        self.frames.append((kind, flags, message, fd))

    def wait(self, count: int) -> list:
        assert wait_until(lambda: len(self.frames) >= count), self.frames
        return self.frames


def frame(message: bytes = b"", kind: int = 0, flags: int = 0) -> bytes:
    return struct.pack(">IBB", len(message), kind, flags) + message


def send_with(sock: socket.socket, data: bytes, *fds: int) -> int:
    return sock.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))])


def is_closed(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError as error:
        return error.errno == errno.EBADF
    return False
