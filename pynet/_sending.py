"""flush(), the end of `with sock`, and chunks(): methods of Socket beside those of _waiting.py and _reading.py."""

from __future__ import annotations

import contextlib
import sys
from types import TracebackType
from typing import Any, NamedTuple

from pynet import _private, _pynet
from pynet._reading import SocketIterator
from pynet._support import seconds_of, what_it_died_of
from pynet._waiting import Future, may_block, wait


class PeerCredentials(NamedTuple):
    """Socket.peer_credentials: the process at the other end of a unix socket. pid is None where the system does not
    report it."""

    pid: int | None
    uid: int
    gid: int


PeerCredentials.__module__ = "pynet"

# --- reading ---


def chunks(socket: _pynet.Socket, /, timeout: float | None = None) -> SocketIterator:
    """Socket.chunks()."""
    return SocketIterator(socket, timeout=timeout)


def send_handle(
    socket: _pynet.Socket,
    /,
    handle: object,
    message: Any = b"",
    *,
    keep_open: bool = False,
    callback: Any = None,
) -> bool:
    """Socket.send_handle()."""
    if sys.platform == "win32":
        _private.unavailable("send_handle()")
    from pynet import _handles

    return _handles.send_handle(socket, handle, message, keep_open, callback)


# --- flush() ---


class _Flush:
    """What a flush() waits for, in the place of an event."""

    def __repr__(self) -> str:
        return "'flush'"


_flush = _Flush()


class _Flushed(Future[None]):
    """What flush() returns."""

    _asked = False

    def _call_text(self) -> str:
        return "sock.flush()"

    def _look(self) -> bool:
        if self.done():
            return True
        socket: Any = self._emitter
        if not self._asked:
            self._asked = True
            if _private.flushed(socket, self._on_flushed()):
                if socket.closed and not _private.over(socket):
                    return False  # its error waits for a listener: this future's
                self._settle_at_once(socket)
                return True
        elif _private.over(socket):
            self._fail(what_it_died_of(socket, "all was sent"))
            return True
        return False

    def _on_flushed(self) -> Any:
        link = self._link

        def on_flushed(error: BaseException | None) -> None:
            # The socket holds it until then, and the link holds the future only when that has a callback.
            if error is None:
                link.on_event()
            else:
                link.on_error(error)

        return on_flushed

    def _settle_at_once(self, socket: _pynet.Socket) -> None:
        """Nothing is queued: all has been sent, or the socket was destroyed with what had not."""
        if socket.destroyed and socket.errored is not None:
            self._fail(socket.errored)
        else:
            self._settle(())


def flush(socket: _pynet.Socket, /, timeout: float | None = None) -> Future[None]:
    """Socket.flush()."""
    seconds = seconds_of(timeout)
    future = _Flushed(socket, _flush)
    future._fail_after(seconds, "flush()")
    return future


def send_file(socket: _pynet.Socket, /, file: Any, offset: int = 0, count: int | None = None) -> Future[int]:
    """Socket.send_file()."""
    from pynet import _sources  # imports what few programs need

    return _sources.send_file(socket, file, offset, count)


# --- with ---


def _give_up(socket: _pynet.Socket) -> None:
    """Closes a connection that has lost data: the peer must not take what it got for all."""
    # Only a TCP connection can be reset; a unix socket raises.
    with contextlib.suppress(_pynet.NetError, TypeError):
        if not socket.connecting:
            socket.reset_and_destroy()
    socket.destroy()


def _leave_in_order(socket: _pynet.Socket) -> None:
    """destroy_soon(), and waits until the kernel has taken what is queued. An error may have come before: it is raised,
    unless a listener or a wait has got it."""
    limit = socket.close_timeout
    if limit == 0 or not may_block():
        socket.close()
        return
    if socket.destroyed:
        if socket.errored is not None and socket.listener_count("error") == 0:
            wait(socket, "close", limit)
        socket.close()
        return
    sent = _Flushed(socket, _flush)
    socket.close()
    try:
        sent.result(seconds_of(limit))
    except TimeoutError:
        if sent.done():  # the error of the socket
            raise
        left = socket.writable_length
        _give_up(socket)
        raise TimeoutError(f"with: {left:,} bytes were not sent within {limit:g} seconds") from None
    except BaseException:  # Ctrl-C
        _give_up(socket)
        raise
    else:
        if _private.lingers(socket):
            _wait_for_close(socket)
    finally:
        del sent  # no cycle with the traceback of what is raised


def _wait_for_close(socket: _pynet.Socket) -> None:
    """The socket reads and drops its input before it closes: until then the process must not end."""
    with contextlib.suppress(TimeoutError, _pynet.NetError):  # what was written is with the kernel
        wait(socket, "close", min(socket.linger, socket.close_timeout) + 1)


def leave_socket(
    socket: _pynet.Socket,
    exc_type: type[BaseException] | None,
    exc: BaseException | None,
    traceback: TracebackType | None,
    /,
) -> None:
    """Socket.__exit__()."""
    try:
        if exc_type is None:
            _leave_in_order(socket)
        else:
            socket.destroy()
    except _pynet.NetError as error:
        # In a forked child, and at exit, everything is closed already.
        if error.code not in ("ERR_FORKED", "ERR_LOOP_CLOSED"):
            raise
