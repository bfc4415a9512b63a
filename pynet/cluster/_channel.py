"""The channel between the primary and one worker: messages, and descriptors that go with them, over a socket pair.

A message of any length is sent as frames (csrc/core/frame.h) of at most FRAME bytes. Its descriptor goes with the last
one. The numbers of the kinds below FIRST_KIND are those of send_handle().
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any

from pynet import _private, _pynet
from pynet._support import coded

__all__ = ["Channel", "closed_error", "in_order", "receive_hello", "send_hello"]

FRAME = 60 * 1024
FIRST_KIND = 128
MORE, INTERNAL, MESSAGE, CONNECTION, ANSWER = range(FIRST_KIND, FIRST_KIND + 5)
"""MORE: a part of a message that goes on. INTERNAL: JSON of the cluster itself. MESSAGE: a message of the program.
CONNECTION: an accepted connection for a worker, and ANSWER: whether that worker has taken it (scheduling "rr")."""

_connection = struct.Struct("!II")  # the number of the server in the worker, and which of its places
_answer = struct.Struct("!B")


def closed_error() -> _pynet.NetError:
    return coded(_pynet.NetError("Channel closed"), "ERR_IPC_CHANNEL_CLOSED")


def in_order(*calls: Callable[[], object]) -> None:
    """Makes all the calls, also when one of them raises: a listener must not keep the cluster from its work."""
    with contextlib.ExitStack() as stack:
        for call in reversed(calls):
            stack.callback(call)


class Channel:
    """One half of the socket pair. `on_message(kind, payload, fd)` owns the descriptor, which is -1 if there is none,
    or if this process has no room for it. `on_error(err)` is called when the other process has sent an invalid frame.

    `on_close()` is called once, on the loop, when the other process has closed its half or has ended.
    """

    def __init__(
        self,
        sock: socket.socket,
        on_message: Callable[[int, bytes, int], None],
        on_error: Callable[[_pynet.NetError], object],
    ) -> None:
        self._on_message = on_message
        self._on_error = on_error
        self._parts: list[bytes] = []
        self.connected = True
        with _pynet.turn():
            self.socket = _pynet.Socket(fd=sock.detach(), receive_handles=True, allow_half_open=True)
            self.socket.on("error", self._failed)
            _private.receive_frames(self.socket, self._on_frame)
            self.socket.resume()

    def on_close(self, function: Callable[[], None]) -> None:
        def closed(had_error: bool) -> None:
            self.connected = False
            function()

        self.socket.on("end", self.socket.destroy)
        self.socket.on("close", closed)

    def _failed(self, error: _pynet.NetError) -> None:
        """`close` follows. When the other process has died, that says enough."""
        if error.code == "ERR_IPC_INVALID_FRAME":
            self._on_error(error)

    def invalid(self, text: str) -> None:
        """A frame does not make sense: the channel cannot be trusted any more."""
        self.socket.destroy(coded(_pynet.NetError(text), "ERR_IPC_INVALID_FRAME"))

    def _on_frame(self, kind: int, flags: int, payload: bytes, fd: int) -> None:
        if kind == MORE:
            self._parts.append(payload)
            return
        if self._parts:
            payload = b"".join((*self._parts, payload))
            self._parts.clear()
        try:
            self._on_message(kind, payload, fd)
        except InvalidMessage as error:
            if fd >= 0:
                os.close(fd)
            self.invalid(str(error))

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


class InvalidMessage(Exception):
    """What the other process has sent is no message of a cluster."""


def read_internal(receiver: object, payload: bytes) -> tuple[Callable[..., None], list[Any]]:
    """The method of the receiver that handles the message, and its arguments."""
    try:
        op, *args = json.loads(payload)
        handler: Callable[..., None] = getattr(receiver, f"_on_{op}")
        inspect.signature(handler).bind(*args)
    except (ValueError, TypeError, AttributeError):
        raise InvalidMessage(f"A message of the cluster came that is none: {payload[:60]!r}") from None
    return handler, args


def read_connection(payload: bytes) -> tuple[int, int]:
    try:
        number, index = _connection.unpack(payload)
    except struct.error:
        raise InvalidMessage("A connection came without its place") from None
    return number, index


def read_answer(payload: bytes) -> bool:
    if len(payload) != _answer.size:
        raise InvalidMessage("An answer came that is none")
    return bool(_answer.unpack(payload)[0])


# --- before the first frame ---
# What a worker must know when its script begins, sent before it is started: it is there when the worker reads it.


def send_hello(sock: socket.socket, hello: dict[str, object], fd: int) -> None:
    if sys.platform == "win32":
        _private.unavailable("cluster")
    data = json.dumps(hello).encode()
    socket.send_fds(sock, [len(data).to_bytes(4, "big") + data], [fd])


def receive_hello(sock: socket.socket) -> tuple[dict[str, Any], int]:
    if sys.platform == "win32":
        _private.unavailable("cluster")
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
