"""Worker: what the primary knows of a worker, and what the worker knows of itself."""

from __future__ import annotations

import json
import os
import pickle
import struct
from collections.abc import Callable
from typing import Any, TypedDict

from pynet import _handles, _private, _pynet
from pynet._support import coded
from pynet.cluster import _channel
from pynet.cluster._channel import Channel

__all__ = ["ListeningAddress", "Worker"]

_head = struct.Struct("!BI")
"""Before a message: the kind of its handle, and the number by which the `close` of the handle is reported, or 0."""


class ListeningAddress(TypedDict):
    """The argument of `listening`: where a server of a worker listens."""

    address: str
    """An IP address, or a path."""
    port: int
    """-1 for a path."""
    address_type: int
    """4, 6, or -1 for a path."""


@_private.alias_type
class Worker(_pynet.EventEmitter):
    """A worker of the cluster. In the primary they are in cluster.workers; in a worker, cluster.worker is itself.

    Events: online, listening(address), message(message, handle), disconnect, exit(code, signal), error(err); in the
    worker itself message, disconnect and error. Node: class Worker.
    """

    __module__ = "pynet.cluster"

    def __init__(self, id: int, serialization: str) -> None:
        self.id = id
        self._leaves = False
        self.state = "none"
        self.process: Any = None
        self._serialization = serialization
        self._channel: Channel | None = None

    def __repr__(self) -> str:
        pid = getattr(self.process, "pid", os.getpid())
        return f"<Worker {self.id} {self.state} pid={pid}>"

    @property
    def pid(self) -> int:
        """The process id of the worker."""
        pid: int = self.process.pid if self.process is not None else os.getpid()
        return pid

    @property
    def exited_after_disconnect(self) -> bool:
        """Whether disconnect() has been called, here or in the other process. Node: worker.exitedAfterDisconnect."""
        return self._leaves

    def is_connected(self) -> bool:
        """is_connected() -> bool: whether the channel between the worker and the primary is open. Node:
        worker.isConnected()."""
        return self._channel is not None and self._channel.connected

    def is_dead(self) -> bool:
        """is_dead() -> bool: whether the process of the worker has ended. Node: worker.isDead()."""
        return self.state == "dead"

    def send(
        self,
        message: object = ...,
        handle: Any = None,
        *,
        keep_open: bool = False,
        callback: Callable[[_pynet.NetError | None], object] | None = None,
    ) -> bool:
        """send(message, handle=None, *, keep_open=False, callback=None) -> bool

        Sends a message to the other process, which emits `message`. By default pickle carries it; with
        setup_primary(serialization="json") JSON does. A handle (a Socket, Server, BoundSocket, a socket.socket, or an
        object with fileno()) goes with it: the object here is destroyed, as by send_handle(), unless keep_open is
        True. Returns False when more is queued than the high-water mark. callback(err) is called when the message has
        left, or with an error.

        Raises TypeError (ERR_MISSING_ARGS; ERR_INVALID_ARG_TYPE: it cannot be serialized; ERR_INVALID_HANDLE_TYPE),
        and what send_handle() raises. After the disconnect it returns False: the callback gets
        ERR_IPC_CHANNEL_CLOSED; without a callback, that is an `error` event. Node: worker.send().
        """
        if message is ...:
            raise coded(TypeError('The "message" argument must be specified'), "ERR_MISSING_ARGS")
        if callback is not None:
            _private.check_callback(callback)
        body = self._dump(message)
        channel = self._channel
        if channel is None or not channel.connected or not channel.socket.writable:
            self._refuse(callback)
            return False
        if handle is None:
            return channel.send(_channel.MESSAGE, _head.pack(_handles.MESSAGE, 0) + body, -1, callback)
        number = 0 if keep_open else self._number_of(handle)

        def send(kind: int, frame: bytes, fd: int, last: bool) -> bool:
            head = _head.pack(kind, number if last else 0)
            below = channel.send(_channel.MESSAGE, head + frame, fd, callback if last else None)
            if number and last:
                self._hold(number, handle)
            return below

        return _handles.hand_over(handle, keep_open, body, send)

    # --- private ---

    def _number_of(self, handle: object) -> int:
        """A number for a connection that the other process shall report the end of; 0: it need not."""
        return 0

    def _hold(self, number: int, handle: Any) -> None:
        """The connection with this number is in the other process now."""

    def _dump(self, message: object) -> bytes:
        if callable(message):
            _private.raise_arg_type("message", "what can be serialized, not a function", message)
        try:
            if self._serialization == "json":
                return json.dumps(message).encode()
            return pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        except (TypeError, ValueError, AttributeError, pickle.PicklingError) as error:
            text = f'The "message" argument cannot be serialized by {self._serialization}: {error}'
            raise coded(TypeError(text), "ERR_INVALID_ARG_TYPE") from error

    def _load(self, body: bytes) -> object:
        return json.loads(body) if self._serialization == "json" else pickle.loads(body)

    def _refuse(self, callback: Callable[..., object] | None) -> None:
        error = _channel.closed_error()
        if callback is not None:
            _pynet.next_tick(callback, error)
        else:
            _pynet.next_tick(self.emit, "error", error)

    def _failed(self, error: _pynet.NetError) -> None:
        """The other process has sent an invalid message; `disconnect` follows."""
        self.emit("error", error)

    def _message(self, payload: bytes, fd: int) -> None:
        """A message of the program has come."""
        if len(payload) < _head.size:
            raise _channel.InvalidMessage("A message came that is none")
        kind, number = _head.unpack_from(payload)
        body = payload[_head.size :]
        handle: Any = None
        if kind != _handles.MESSAGE:
            if fd < 0:
                self._lost(number, coded(_pynet.NetError("A handle is lost: too many open files"), "EMFILE"))
                return
            assert self._channel is not None
            try:
                arrived = _handles.received(self._channel.socket, kind, payload[_head.size :], fd)
            except _pynet.NetError as error:  # an invalid handle: `error` and `disconnect` follow
                self._channel.socket.destroy(error)
                return
            if arrived is None:  # more of a server follows
                return
            if isinstance(arrived, Exception):
                self._lost(number, arrived)
                return
            handle, body = arrived
        if number:
            handle.once("close", lambda had_error: self._gone(number))
        try:
            message = self._load(body)
        except BaseException:
            _handles.drop(handle)
            raise
        self._received(message, handle)

    def _lost(self, number: int, error: Exception) -> None:
        """A handle has come that this process has no room for."""
        if number:
            self._gone(number)
        self.emit("error", error)

    def _gone(self, number: int) -> None:
        """A connection that came with a number has closed."""
        if self._channel is not None:
            self._channel.tell("gone", number)

    def _received(self, message: object, handle: Any) -> None:
        self.emit("message", message, handle)
