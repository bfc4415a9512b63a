"""Handles that travel between processes: Socket.send_handle(), the objects that arrive, pickling by multiprocessing.

A frame carries one descriptor. Its message is what describes the handle, as JSON behind a length of two bytes, and then
the message of the user.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import json
import os
import socket
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

from pynet import _private, _pynet
from pynet._pynet import BlockList, BoundSocket, NetError, Server, Socket
from pynet._support import coded

MESSAGE, TCP, UNIX, SERVER, BOUND, OTHER = range(6)
_LONGEST = 65536

_MOST_PARTS = 256  # a peer must not make us keep descriptors without end

# What has come of a server with several listeners, until the last one comes: the number of its transfer, and the parts.
_parts: weakref.WeakKeyDictionary[Socket, tuple[int, list[tuple[_Arrived, Any]]]] = weakref.WeakKeyDictionary()
_transfers = itertools.count()

_Descriptors = list[tuple[int, Any]]  # of a server: each with the path that it unlinks, or None


class Lent:
    """The descriptors of a handle, duplicates that belong to this object, and what describes them."""

    def __init__(self, kind: int, about: list[Any], descriptors: _Descriptors, over: Callable[[], object]) -> None:
        self.kind, self.about, self.descriptors = kind, about, descriptors
        self.over = over  # the handle has been given away
        self.forked_by: int | None = None  # the thread that forks to send it
        _all_lent.add(self)

    def take(self) -> tuple[int, Any]:
        return self.descriptors.pop(0)

    def take_all(self) -> _Descriptors:
        taken, self.descriptors = self.descriptors, []
        return taken

    def close(self) -> None:
        with fork_lock:
            for fd, _ in self.take_all():
                os.close(fd)


fork_lock = threading.RLock()
"""Whoever takes it is in a turn already. Under it, each descriptor on its way belongs to a Lent or to the C module: no
thread can fork then."""

_all_lent: weakref.WeakSet[Lent] = weakref.WeakSet()


def _forked() -> None:
    with contextlib.suppress(RuntimeError):  # this module was imported after _run._before_fork()
        fork_lock.release()


def _close_lent() -> None:
    """In the child of a fork: what other threads are sending belongs to the parent."""
    for lent in list(_all_lent):
        if lent.forked_by != threading.get_ident():
            lent.close()
    _forked()


if sys.platform != "win32":
    os.register_at_fork(after_in_parent=_forked, after_in_child=_close_lent)


def _wrong(text: str) -> TypeError:
    return coded(TypeError(f'The "handle" argument {text}'), "ERR_INVALID_HANDLE_TYPE")


def _nothing() -> None:
    pass


def _lend_server(server: Server) -> Lent:
    def over() -> None:
        _private.server_forget_files(server)
        server.close()

    about = [_private.server_options(server)]
    return Lent(SERVER, about, _private.server_lend(server), over)


def lend(handle: Any) -> Lent:
    """Checks that the handle may travel; changes nothing."""
    if isinstance(handle, Socket):
        fd, settings = _private.socket_lend(handle)
        return Lent(UNIX if settings[0] else TCP, [list(settings)], [(fd, None)], handle.destroy)
    if isinstance(handle, Server):
        return _lend_server(handle)
    if isinstance(handle, BoundSocket):
        fd, path = _private.bound_lend(handle)
        return Lent(BOUND, [], [(fd, path)], lambda: _private.bound_given(handle))
    try:
        number = handle.fileno()
    except AttributeError:
        raise _wrong("must be a Socket, a Server, a BoundSocket, or an object with a fileno()") from None
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise _wrong("must have an open descriptor")
    try:
        return Lent(OTHER, [], [(os.dup(number), None)], _nothing)
    except OSError as error:
        raise _private.uv_error(error.errno or errno.EBADF, "dup") from None


def _frame(about: list[Any], message: bytes) -> bytes:
    text = json.dumps(about, separators=(",", ":")).encode()
    if len(text) >= _LONGEST:
        raise _wrong("must have a shorter list as its proxy_protocol")
    return len(text).to_bytes(2, "big") + text + message


def send_handle(sock: Socket, handle: object, message: Any, keep_open: bool, callback: Any) -> bool:
    """Socket.send_handle()."""
    try:
        data = bytes(memoryview(message))
    except TypeError:
        _private.raise_arg_type("message", "a bytes-like object", message)
    if len(data) > _LONGEST:
        text = f'The value of "message" is out of range. It must be at most {_LONGEST} bytes long. Received {len(data)}'
        raise coded(ValueError(text), "ERR_OUT_OF_RANGE")
    if callback is not None:
        _private.check_callback(callback)
    if handle is sock:
        raise _wrong("must not be the socket that sends it")
    _private.check_channel(sock)
    if sock.encrypted:
        raise coded(TypeError("An encrypted socket carries no handles"), "ERR_INVALID_HANDLE_TYPE")
    if handle is None:
        return _private.send_frame(sock, MESSAGE, data, -1, callback)

    def send(kind: int, frame: bytes, fd: int, last: bool) -> bool:
        return _private.send_frame(sock, kind, frame, fd, callback if last else None)

    return hand_over(handle, keep_open, data, send)


def hand_over(handle: object, keep_open: bool, message: bytes, send: Callable[[int, bytes, int, bool], bool]) -> bool:
    """Sends a handle and its message, by send(kind, frame, fd, last) for each descriptor; returns what the last one
    returns. The handle is destroyed then, unless with keep_open."""
    with _pynet.turn(), fork_lock:  # nothing is read from the handle meanwhile
        lent = lend(handle)
        try:
            transfer = next(_transfers)
            if lent.kind == SERVER:
                lent.about[0]["transfer"] = transfer
            paths = [None if keep_open else path for _, path in lent.descriptors]
            last = _frame([*lent.about, paths.pop()], message)
            for path in paths:
                send(SERVER, _frame([transfer, path], b""), lent.take()[0], False)
            below = send(lent.kind, last, lent.take()[0], True)
        finally:
            lent.close()
        if not keep_open:
            lent.over()
    return below


# --- what arrives ---


def _invalid(text: str) -> NetError:
    return coded(NetError(text), "ERR_IPC_INVALID_FRAME")


def _unpack(message: bytes) -> tuple[list[Any], bytes]:
    end = 2 + int.from_bytes(message[:2], "big")
    try:
        about = json.loads(message[2:end])
    except ValueError:
        about = None
    if not isinstance(about, list) or len(message) < end:
        raise _invalid("A frame came whose description cannot be read")
    return about, message[end:]


def _open_socket(arrived: _Arrived, settings: list[Any]) -> Socket:
    *first, encoding, strict, default, ended, header = settings
    sock: Socket = _private.socket_arrives(arrived.take(), (*first, ended, header))
    try:
        if encoding is not None:
            sock.set_encoding(encoding, errors="strict" if strict else "node")
        sock.set_default_encoding(default)
    except BaseException:
        sock.destroy()
        raise
    return sock


def _open_server(options: Any, arrived: list[tuple[_Arrived, Any]]) -> Server:
    rules = options.get("proxy_protocol")
    if isinstance(rules, list):
        trusted = BlockList()
        trusted.from_json(rules)
        options = {**options, "proxy_protocol": trusted}
    server = Server(options)
    server.max_connections = options["max_connections"]
    backlog = options["backlog"]
    _private.server_arrives(server, [(each.take(), path) for each, path in arrived], backlog)
    return server


def _open_other(fd: int) -> object:
    try:
        return socket.socket(fileno=fd)
    except OSError as error:
        if error.errno != errno.ENOTSOCK:
            raise
    return fd


class _Arrived:
    """A descriptor until its object has been made."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    def take(self) -> int:
        fd, self.fd = self.fd, -1
        return fd

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.take())

    __del__ = close


def _join(options: Any, parts: list[tuple[_Arrived, Any]]) -> Server | None:
    """The server of these descriptors; None: one was lost, which has been reported."""
    try:
        return _open_server(options, parts) if len(parts) == options["listeners"] else None
    finally:
        for each, _path in parts:
            each.close()


def _parts_before(sock: Socket, transfer: int | None) -> list[tuple[_Arrived, Any]]:
    """What has come of this transfer. What is left of another one, in which the sender has failed, is closed."""
    number, parts = _parts.pop(sock, (None, []))
    if number == transfer:
        return parts
    for each, _path in parts:
        each.close()
    return []


def _make(sock: Socket, kind: int, about: list[Any], arrived: _Arrived) -> object:
    """The object of a handle; None: more of its descriptors follow."""
    if kind != SERVER:
        _parts_before(sock, None)
    if kind in (TCP, UNIX):
        settings, _path = about
        if settings[0] != (kind == UNIX):
            raise ValueError("kind")
        return _open_socket(arrived, settings)
    if kind == SERVER:
        options, path = about
        transfer = options["transfer"] if isinstance(options, dict) else options
        if not isinstance(transfer, int):
            raise TypeError("transfer")
        parts = [*_parts_before(sock, transfer), (_Arrived(arrived.take()), path)]
        if len(parts) > _MOST_PARTS:
            raise ValueError("listeners")
        if options is transfer:
            _parts[sock] = transfer, parts
            return None
        return _join(options, parts)
    if kind == BOUND:
        (path,) = about
        return _private.bound_arrives(arrived.take(), path)
    return _open_other(arrived.take())


def received(sock: Socket, kind: int, message: bytes, fd: int) -> tuple[object, bytes] | Exception | None:
    """The arguments of `handle`, from a frame; it takes over `fd`. An exception that is returned concerns the handle
    only, one that is raised is the end of the socket. None: nothing is to be emitted yet."""
    arrived = _Arrived(fd)
    try:
        if kind == MESSAGE and fd < 0:
            return None, message
        if fd < 0 or not TCP <= kind <= OTHER:
            raise _invalid(f"A frame of an unknown kind came: {kind}")
        about, text = _unpack(message)
        made = _make(sock, kind, about, arrived)
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError):
        raise _invalid("A frame came whose description does not fit its kind") from None
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        return error if isinstance(error, NetError) else _private.uv_error(error.errno, "dup")
    finally:
        arrived.close()
    return None if made is None else (made, text)


def drop(handle: Any) -> None:
    """Closes a handle that has arrived, and that the program will not get."""
    if isinstance(handle, int):
        os.close(handle)
    elif isinstance(handle, Socket):
        handle.destroy()
    elif handle is not None:
        handle.close()


# --- multiprocessing ---


def _is_multiprocessing() -> bool:
    """Whether multiprocessing pickles: the pickler, which is written in C, has no frame of its own."""
    frame = sys._getframe(2)
    return frame.f_globals.get("__name__") == "multiprocessing.reduction"


def reduce(handle: Any) -> tuple[Any, ...]:
    """The __reduce_ex__() of Socket, Server and BoundSocket."""
    name = type(handle).__name__
    if not _is_multiprocessing():
        raise TypeError(
            f"cannot pickle {name!r} object: only multiprocessing can, to send it to another process (by a Pipe, a "
            "Queue, or the arguments of a Process)"
        )
    from pynet import _multiprocessing

    return _multiprocessing.reduce(handle)


def rebuild(kind: int, about: list[Any], descriptors: _Descriptors) -> object:
    """What was pickled; takes over the descriptors."""
    if kind == SERVER:
        return _open_server(about[0], [(_Arrived(fd), path) for fd, path in descriptors])
    ((fd, path),) = descriptors
    return _open_socket(_Arrived(fd), about[0]) if kind != BOUND else _private.bound_arrives(fd, path)
