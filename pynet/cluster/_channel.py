"""The channel between the primary and one worker: messages, and descriptors that go with them, over a socket pair.

A message of any length is sent as frames (csrc/core/frame.h) of at most FRAME bytes. Its descriptor goes with the last
one. The numbers of the kinds below FIRST_KIND are those of send_handle().
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable
from typing import Any

from pynet import _private, _pynet
from pynet._support import coded

__all__ = ["Channel", "closed_error", "receive_hello", "send_hello"]

FRAME = 60 * 1024
FIRST_KIND = 128
MORE, INTERNAL, MESSAGE, CONNECTION, ANSWER = range(FIRST_KIND, FIRST_KIND + 5)
"""MORE: a part of a message that goes on. INTERNAL: JSON of the cluster itself. MESSAGE: a message of the program.
CONNECTION: an accepted connection for a worker, and ANSWER: whether that worker has taken it (scheduling "rr")."""

_connection = struct.Struct("!II")  # the number of the server in the worker, and which of its places
_answer = struct.Struct("!B")


def closed_error() -> _pynet.NetError:
    return coded(_pynet.NetError("Channel closed"), "ERR_IPC_CHANNEL_CLOSED")


class Channel:
    """One half of the socket pair. `on_message(kind, payload, fd)` owns the descriptor, which is -1 if there is none.

    `on_close()` is called once, on the loop, when the other process has closed its half or has ended.
    """

    def __init__(self, sock: socket.socket, on_message: Callable[[int, bytes, int], None]) -> None:
        self._on_message = on_message
        self._parts: list[bytes] = []
        self.connected = True
        with _pynet.turn():
            self.socket = _pynet.Socket(fd=sock.detach(), receive_handles=True, allow_half_open=True)
            self.socket.on("error", self._ignore)
            _private.receive_frames(self.socket, self._on_frame)
            self.socket.resume()

    def on_close(self, function: Callable[[], None]) -> None:
        def closed(had_error: bool) -> None:
            self.connected = False
            function()

        self.socket.on("end", self.socket.destroy)
        self.socket.on("close", closed)

    def _ignore(self, error: BaseException) -> None:
        """`close` follows: the other process has died, or has sent what is no frame."""

    def _on_frame(self, kind: int, flags: int, payload: bytes, fd: int) -> None:
        if kind == MORE:
            self._parts.append(payload)
            return
        if self._parts:
            payload = b"".join((*self._parts, payload))
            self._parts.clear()
        self._on_message(kind, payload, fd)

    def send(self, kind: int, payload: bytes, fd: int = -1, callback: Callable[..., object] | None = None) -> bool:
        """Sends a message, and takes over the descriptor. Returns False when the caller should wait."""
        while len(payload) > FRAME:
            _private.send_frame(self.socket, MORE, payload[:FRAME], -1, None)
            payload = payload[FRAME:]
        return _private.send_frame(self.socket, kind, payload, fd, callback)

    def tell(self, op: str, *args: object, fd: int = -1) -> None:
        """Sends a message of the cluster itself. Does nothing when the channel is closed."""
        if not self.connected or self.socket.destroyed or not self.socket.writable:
            if fd >= 0:
                os.close(fd)
            return
        self.send(INTERNAL, json.dumps((op, *args)).encode(), fd)

    def connection(self, number: int, index: int, fd: int) -> None:
        self.send(CONNECTION, _connection.pack(number, index), fd)

    def answer(self, taken: bool) -> None:
        if self.socket.writable:
            self.send(ANSWER, _answer.pack(taken))

    def end(self) -> None:
        """Sends what waits, and then the end."""
        self.connected = False
        self.socket.end()


def read_internal(payload: bytes) -> tuple[str, list[Any]]:
    op, *args = json.loads(payload)
    return op, args


def read_connection(payload: bytes) -> tuple[int, int]:
    number, index = _connection.unpack(payload)
    return number, index


def read_answer(payload: bytes) -> bool:
    return bool(_answer.unpack(payload)[0])


# --- before the first frame ---
# What a worker must know when its script begins, sent before it is started: it is there when the worker reads it.


def send_hello(sock: socket.socket, hello: dict[str, object], fd: int) -> None:
    data = json.dumps(hello).encode()
    socket.send_fds(sock, [len(data).to_bytes(4, "big") + data], [fd])


def receive_hello(sock: socket.socket) -> tuple[dict[str, Any], int]:
    head, fds, _, _ = socket.recv_fds(sock, 4, 1)
    data = b""
    size = int.from_bytes(head, "big")
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            break
        data += part
    if len(head) < 4 or len(data) < size or len(fds) != 1:
        for fd in fds:
            with contextlib.suppress(OSError):
                os.close(fd)
        raise OSError("the primary has closed the channel of this worker")
    return json.loads(data), fds[0]
