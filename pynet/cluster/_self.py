"""A worker's own side: the channel to the primary, listen() by the primary's descriptors, the way out.

The import of pynet calls begin() in a process that has been started as a worker.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from pynet import _private, _pynet, _run
from pynet._server import shutdown
from pynet._servers import servers
from pynet._support import seconds_of, timer_ms
from pynet.cluster import _channel
from pynet.cluster._channel import Channel, in_order
from pynet.cluster._page import SLOTS, Page
from pynet.cluster._worker_type import Worker

__all__ = ["SelfWorker", "begin"]

_ORPHAN_TIMEOUT = 5.0
"""s that the connections of a worker have to end after the primary has died."""
_BEGINS_WITHIN = 10.0
"""s that a script without run() has to begin to listen, while the primary wants it to disconnect."""
_LISTENS_WITHIN = 1.0
"""s from its start that it has for further calls of listen()."""
_TRY_AGAIN = 100
"""ms until a worker that had no room for a connection may have some, as after a failed accept()."""
_LOOK_AGAIN = 20
"""ms until the script may have come to run()."""
_LONGEST_PATH = 107 if sys.platform == "linux" else 103
"""Bytes of the path of a unix socket."""


def _in_full(kind: str, where: str | bytes | None) -> str | None:
    """An address as the primary understands it: its working folder may be another one, so a path is absolute, as in
    Node. One that is too long so stays relative."""
    text = os.fsdecode(where) if where is not None else None
    if kind != "path" or not text or text.startswith("\0"):
        return text
    full = os.path.abspath(text)
    return full if len(os.fsencode(full)) <= _LONGEST_PATH else text


class _Asked:
    """A listen() of a server: what it has asked the primary for."""

    def __init__(self, server: _pynet.Server, token: int, identity: str, index: int) -> None:
        self.server = server
        self.token = token
        self.identity = identity
        self.index = index
        self.fds: list[int] = []
        self.waits = True
        self.accepts = False  # what the last message to the primary said ("rr")


class SelfWorker(Worker):
    """This process, as one of the workers."""

    __module__ = "pynet.cluster"
    __qualname__ = "Worker"

    def __init__(self, sock: socket.socket, hello: Mapping[str, Any], page_fd: int) -> None:
        super().__init__(hello["id"], hello["serialization"])
        self.state = "online"
        self._asked: dict[int, _Asked] = {}
        self._indexes: dict[str, set[int]] = {}
        self._last = 0
        self._began = time.monotonic()
        self._closing = False
        self._told = False  # the primary has asked for the disconnect
        self._stops = False  # disconnect() has been called here, so no server is announced any more
        self._early: list[tuple[object, Any]] | None = []
        """Messages that came before the script had a listener of `message`; None from then on."""
        _private.listen(self, "newListener", self._on_new_listener)
        self._stderr: int | None = hello["stderr"]
        if self._stderr is not None:
            os.set_inheritable(self._stderr, False)
        self._slot = hello["slot"]
        self._page = Page(page_fd)
        _private.cluster_page(page_fd, self._slot, SLOTS)
        _private.cluster_hooks(self._ask, self._watch)
        self._channel = Channel(sock, self._on_message, self._failed)
        self._channel.on_close(self._closed)
        self._tell("online")
        _run.graceful_hooks.append(self._ends_by_itself)
        if hello["heartbeat"]:
            beat = _pynet.set_interval(self._page.stamp, max(timer_ms(hello["heartbeat"] / 4), 1), self._slot)
            beat.unref()

    def _tell(self, op: str, *args: object) -> None:
        if self._channel is not None:
            self._channel.tell(op, *args)

    # --- what a program calls ---

    def disconnect(self, timeout: float | None = None) -> SelfWorker:
        """disconnect(timeout=None) -> the worker

        Closes all servers of this process. When their last connection has closed, ends the channel to the primary.
        Connections that are open after `timeout` seconds are destroyed; None waits without limit. Event: disconnect.
        Node: worker.disconnect().
        """
        seconds = seconds_of(timeout)
        if self.is_connected() and not self.exited_after_disconnect:
            self._tell("leaving")
        self._leaves = self._stops = True
        _pynet.next_tick(self._leave, seconds)
        return self

    def kill(self, signal: str | int = "SIGTERM") -> None:
        """kill(): ends the channel, and the process with exit status 0, at once. Event: disconnect. Node:
        worker.kill()."""
        self._leaves = True
        self._tell("leaving")
        if self._channel is not None:
            self._channel.socket.once("close", lambda had_error: _exit_now())
            _pynet.next_tick(self._channel.end)

    destroy = kill

    # --- messages ---

    def _on_message(self, kind: int, payload: bytes, fd: int) -> None:
        if kind == _channel.INTERNAL:
            handler, args = _channel.read_internal(self, payload)
            if handler in (self._on_place, self._on_listen):
                handler(*args, fd=fd)
            elif fd < 0:
                handler(*args)
            else:
                raise _channel.InvalidMessage("A descriptor came that no server has asked for")
        elif kind == _channel.MESSAGE:
            self._message(payload, fd)
        elif kind == _channel.CONNECTION:
            self._connection(*_channel.read_connection(payload), fd)
        else:
            raise _channel.InvalidMessage(f"A frame of an unknown kind came: {kind}")

    def _connection(self, number: int, index: int, fd: int) -> None:
        """The primary hands a connection to a server of this process ("rr")."""
        asked = self._asked.get(number)
        taken = False
        try:
            taken = asked is not None and fd >= 0 and _private.accept_fd(asked.server, index, fd)
        finally:
            if not taken and fd >= 0:
                os.close(fd)
            if self._channel is not None:
                self._channel.answer(taken)
            if (
                not taken
            ):  # to the primary it does not accept any more; it does, if it only had no room for a descriptor
                _pynet.set_timeout(self._accepts_again, _TRY_AGAIN, number).unref()

    def _accepts_again(self, number: int) -> None:
        asked = self._asked.get(number)
        if asked is not None and asked.accepts:
            self._tell("accepting", number, True)

    # --- listening ---

    def _ask(self, server: _pynet.Server, token: int, places: list[Any], options: Mapping[str, Any]) -> None:
        """listen() needs a descriptor: the n-th one of an address is the same for all workers."""
        if (self._closing or not self.is_connected()) and _private.inside():
            # The cluster has ended while the script was starting. That is no error: the script ends as well.
            _pynet.next_tick(server.close)
            return
        places = [[place[0], _in_full(*place[:2]), *place[2:]] for place in places]
        identity = repr([place[1:] for place in places])
        used = self._indexes.setdefault(identity, set())
        index = next(i for i in range(len(used) + 1) if i not in used)
        used.add(index)
        self._last += 1
        self._asked[self._last] = _Asked(server, token, identity, index)
        if not self.is_connected():
            _pynet.next_tick(self._on_refused, self._last, {"message": "Channel closed", "code": _CLOSED})
            return
        options = {name: os.fsdecode(v) if isinstance(v, bytes) else v for name, v in options.items()}
        self._tell("listen", self._last, f"{identity} {index}", places, options)

    def _on_place(self, number: int, *, fd: int = -1) -> None:
        self._asked[number].fds.append(fd)

    def _on_listen(self, number: int, mode: str, *, fd: int = -1) -> None:
        asked = self._asked[number]
        fds = [*asked.fds, fd]
        if min(fds) < 0:  # this process has no room for a descriptor
            for each in fds:
                if each >= 0:
                    os.close(each)
            self._tell("close", number)
            self._on_refused(number, {"message": "bind EMFILE", "code": "EMFILE", "errno": errno.EMFILE})
            return
        if not _private.listen_answer(asked.server, asked.token, fds, mode):  # it has been closed meanwhile
            self._forget(number)
            self._tell("close", number)
            return
        asked.waits = False
        _private.listen(asked.server, "listening", lambda: self._listens(number))

    def _listens(self, number: int) -> None:
        address = self._asked[number].server.address() if number in self._asked and not self._stops else None
        if isinstance(address, str):
            info = {"address": _in_full("path", address), "port": -1, "address_type": -1}
        elif address is not None:
            info = {"address": address.address, "port": address.port, "address_type": int(address.family[-1])}
        else:
            return
        if self._stderr is not None:  # from now on it writes there itself
            os.dup2(self._stderr, 2)
            os.close(self._stderr)
            self._stderr = None
        self._tell("listening", info)

    def _on_refused(self, number: int, values: Mapping[str, Any]) -> None:
        asked = self._asked[number]
        self._forget(number)
        error = _pynet.NetError(values["message"])
        for name, value in values.items():
            if value is not None and name != "message":
                setattr(error, name, value)
        error.syscall = "bind"
        _private.listen_failed(asked.server, asked.token, error)

    def _watch(self, server: _pynet.Server, index: int, accepting: bool | None) -> None:
        """A listener pauses or starts; None: it has closed."""
        for number, asked in list(self._asked.items()):
            if asked.server is not server:
                continue
            if accepting is not None:
                asked.accepts = accepting
                self._tell("accepting", number, accepting)
            elif not asked.waits:  # else it has called listen() again
                self._forget(number)
                self._tell("close", number)

    def _forget(self, number: int) -> None:
        asked = self._asked.pop(number)
        self._indexes[asked.identity].discard(asked.index)

    # --- connections that came by send() ---

    def _received(self, message: object, handle: Any) -> None:
        if self._early is not None:
            self._early.append((message, handle))
        else:
            super()._received(message, handle)

    def _on_new_listener(self, event: object, listener: object) -> None:
        if event == "message" and self._early is not None:
            _pynet.next_tick(self._emit_early)

    def _emit_early(self) -> None:
        early, self._early = self._early or [], None
        for message, handle in early:  # one tick each: when a listener raises, the others still come
            _pynet.next_tick(self.emit, "message", message, handle)

    def _on_count(self, number: int) -> None:
        self._tell("count", number, self._page.connections(self._slot))

    # --- the way out ---

    def _on_disconnect(self, timeout: float | None) -> None:
        """The primary has asked for it. While the script is still on its way to run(), it waits: the script shall find
        an open channel, and have its listeners."""
        self._told = True
        if self._script_is_ready():
            self._leave(timeout)
        else:
            _pynet.set_timeout(self._on_disconnect, _LOOK_AGAIN, timeout)

    def _script_is_ready(self) -> bool:
        mode, _ = _private.driver()
        age = time.monotonic() - self._began
        return mode != "background" or age > (_BEGINS_WITHIN if self._last == 0 else _LISTENS_WITHIN)

    def _leave(self, timeout: float | None) -> None:
        """Closes all servers, and then the channel."""
        self._leaves = True
        if self._closing:
            return
        self._closing = True
        left = {id(server): server for server in (*servers(), *(asked.server for asked in self._asked.values()))}

        def closed(server: _pynet.Server) -> None:
            left.pop(id(server), None)
            if not left:
                self._end()

        for server in list(left.values()):
            server.once("close", partial(closed, server))
            server.close()
        if not left:
            self._end()
        elif timeout is not None:
            timer = _pynet.set_timeout(_destroy_all, timer_ms(timeout), left)
            timer.unref()

    def _ends_by_itself(self, grace: float | None) -> None:
        """A signal has come, and run() closes everything in order, the channel as well: the primary has not died."""
        self._closing = True

    def _end(self) -> None:
        if self._channel is not None:
            self._channel.end()

    def _closed(self) -> None:
        """The channel has closed; if nothing of this cluster has caused it, the primary has died."""
        orphan = not self.exited_after_disconnect and not self._closing and not self._told
        self.state = "disconnected"
        in_order(partial(self.emit, "disconnect"), *([self._end_soon] if orphan else []))

    def _end_soon(self) -> None:
        self._leaves = True
        waits = [shutdown(server, _ORPHAN_TIMEOUT) for server in servers()]
        timer = _pynet.set_timeout(_end_orphan, (_ORPHAN_TIMEOUT + 1) * 1000 if waits else 1000)
        timer.unref()


_CLOSED = "ERR_IPC_CHANNEL_CLOSED"


def _destroy_all(left: Mapping[int, _pynet.Server]) -> None:
    """The time of the connections is over."""
    for server in list(left.values()):
        _private.destroy_connections(server)


def _end_orphan() -> None:
    """What else the script does, nothing supervises it any more."""
    os.kill(os.getpid(), signal.SIGTERM)


def _exit_now() -> None:
    """Ends the process: from run() and a host's loop by SystemExit, else at once."""
    mode, here = _private.driver()
    if mode != "background" and here and threading.current_thread() is threading.main_thread():
        raise SystemExit(0)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def begin(id: str, fd: str) -> SelfWorker:
    """Called once, by the import of pynet, with what the primary has put into the environment."""
    sock = socket.socket(fileno=int(fd))
    sock.set_inheritable(False)
    hello, page_fd = _channel.receive_hello(sock)
    worker = SelfWorker(sock, hello, page_fd)
    previous = sys.excepthook

    def report(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
        text = f"{kind.__name__}: {error}" if str(error) else kind.__name__
        worker._tell("failed", text.splitlines()[0])
        previous(kind, error, traceback)

    sys.excepthook = report
    return worker
