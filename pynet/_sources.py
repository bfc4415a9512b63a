"""Files and iterables of bytes as sources of pipeline(), and Socket.send_file().

read() of a regular file runs in the loop, and sendfile() replaces it where it can. read() and next() of anything else
may block: they run on a thread, which is at most one chunk ahead of what the destination has taken.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import stat
import sys
import threading
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Any

from pynet import _private, _pynet
from pynet._run import start_own_thread
from pynet._support import LONGEST_MS, check_size, coded, what_it_died_of
from pynet._waiting import Future

SIZE = 65536
_SEND_SIZE = 1 << 20  # of one sendfile()
_TURN = 16  # reads and writes of a file in one turn of the loop
_REGULAR = (io.BufferedReader, io.BufferedRandom, io.FileIO)
_IN_MEMORY = (io.BytesIO, io.StringIO)


def _nothing() -> None:
    """The callback of a timer that keeps run() going."""


# --- readers: what gives the next chunk ---


class _Reader:
    """next() gives a chunk, or None at the end; `blocks` says whether it may block."""

    blocks = True

    def next(self) -> Any:
        raise NotImplementedError

    def send(self, socket: _pynet.Socket) -> int:
        """Sends from the file to the kernel: how many bytes, 0 at the end, -1: next() has to do it."""
        return -1

    def close(self) -> None:
        """Closes what is read from."""


if sys.platform == "win32":

    def _pread(fd: int, count: int, at: int) -> bytes:
        """As os.pread(): the position of the file stays. Only one thread may do it at a time."""
        before = os.lseek(fd, 0, os.SEEK_CUR)
        try:
            os.lseek(fd, at, os.SEEK_SET)
            return os.read(fd, count)
        finally:
            os.lseek(fd, before, os.SEEK_SET)

else:
    _pread = os.pread


class _Regular(_Reader):
    """A regular file, from an offset on: read by its descriptor, at a position of our own."""

    blocks = False

    def __init__(self, file: Any, offset: int, count: int | None) -> None:
        self._file = file
        self._fd: int = file.fileno()
        self._at = offset
        self._left = sys.maxsize if count is None else count
        # sendfile() raises SIGPIPE, which Python ignores unless the program has changed that.
        self._sends = sys.platform != "win32" and signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN

    def next(self) -> Any:
        chunk = _pread(self._fd, min(SIZE, self._left), self._at)
        self._advance(len(chunk))
        return chunk or None

    def send(self, socket: _pynet.Socket) -> int:
        if sys.platform == "win32" or not self._sends:
            return -1
        if socket.pending or not socket.writable or socket.writable_length or socket.writable_corked:
            return -1
        if socket.encrypted:  # the system would send the file as it is
            return -1
        try:
            sent = os.sendfile(socket.fileno(), self._fd, self._at, min(_SEND_SIZE, self._left))
        except BlockingIOError:
            return -1
        except OSError:  # write() has the error that belongs to it
            self._sends = False
            return -1
        self._advance(sent)
        _private.sent_outside(socket, sent)
        return sent

    def _advance(self, count: int) -> None:
        self._at += count
        self._left -= count

    def close(self) -> None:
        self._file.close()

    def leave(self) -> None:
        """Moves the position of the file behind what was read."""
        with contextlib.suppress(OSError, ValueError):
            self._file.seek(self._at)


class _File(_Reader):
    """Any object with read()."""

    def __init__(self, file: Any, count: int | None = None) -> None:
        self._file = file
        self._read = getattr(file, "read1", None) or file.read  # read() of a pipe waits for the whole size
        self._left = sys.maxsize if count is None else count
        self.blocks = type(file) not in _IN_MEMORY

    def next(self) -> Any:
        if self._left == 0:
            return None
        chunk = self._read(min(SIZE, self._left))
        if chunk is None:
            raise BlockingIOError("read() of the source gave None: it is non-blocking, and has nothing to read")
        if len(chunk) == 0:
            return None
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        close = getattr(self._file, "close", None)
        if callable(close) and self._file not in (sys.stdin, getattr(sys.stdin, "buffer", None)):
            close()


class _Items(_Reader):
    """Any iterable of bytes (or str)."""

    def __init__(self, iterable: Iterable[Any]) -> None:
        self._iterator = iter(iterable)
        self.blocks = not isinstance(iterable, list | tuple)

    def next(self) -> Any:
        for chunk in self._iterator:
            if not isinstance(chunk, str):
                memoryview(chunk).release()  # TypeError for what cannot be written
            if len(chunk) > 0:
                return chunk
        return None

    def close(self) -> None:
        close = getattr(self._iterator, "close", None)
        if callable(close):
            close()


def _is_regular(file: Any) -> bool:
    if type(file) not in _REGULAR:
        return False
    try:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode)
    except OSError:
        return False


def source_of(value: Any) -> Source:
    """The stream over a file or an iterable."""
    if _is_regular(value):
        return Source(_Regular(value, value.tell(), None))
    return Source(_File(value) if callable(getattr(value, "read", None)) else _Items(value))


# --- the stream ---


class _Failed:
    """What the thread passes on instead of a chunk: the exception of read() or next()."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Source(_pynet.EventEmitter):
    """A stream over a reader, with what pipeline() needs: pipe() to one destination, `end`, `error`, `close`."""

    def __init__(self, reader: _Reader, close: bool = True) -> None:
        self.readable_ended = False
        self.destroyed = False
        self.count = 0  # bytes or characters that the destination has got
        self._reader = reader
        self._closes = close
        self._destination: Any = None
        self._ends = True
        self._waiting = False  # for `drain`
        self._holds: Any = None
        self._ready: deque[Any] = deque()
        self._room = threading.Semaphore(1)

    def pipe(self, destination: Any, *, end: bool = True) -> Any:
        """Writes all chunks to the destination."""
        self._destination = destination
        self._ends = end
        self._holds = _pynet.set_interval(_nothing, LONGEST_MS)
        if self._reader.blocks:
            start_own_thread(self._read_all, name="pynet source")
        else:
            _pynet.next_tick(self._pump)
        return destination

    def unpipe(self, destination: Any = None) -> None:
        """Stops."""
        self._stop()

    def destroy(self, error: BaseException | None = None) -> None:
        """Stops, and closes the file."""
        self._stop()

    # --- private ---

    def _stop(self) -> None:
        if self.destroyed:
            return
        self.destroyed = True
        destination, self._destination = self._destination, None
        if self._waiting:
            destination.off("drain", self._drained)
        if self._holds is not None:
            _pynet.clear_interval(self._holds)
        if self._reader.blocks:
            self._room.release()  # the thread closes it, when its read() has returned
        else:
            self._close_reader()

    def _close_reader(self) -> None:
        if self._closes:
            with contextlib.suppress(Exception):  # all has been read, or another error counts
                self._reader.close()

    def _read_all(self) -> None:
        """The thread."""
        while True:
            self._room.acquire()
            if self.destroyed:
                break
            try:
                chunk = self._reader.next()
            except BaseException as error:
                chunk = _Failed(error)
            self._ready.append(chunk)
            try:
                _pynet.next_tick(self._pump)
            except _pynet.NetError:  # the interpreter exits
                break
            if chunk is None or isinstance(chunk, _Failed):
                break
        self._close_reader()

    def _take(self) -> Any:
        """The next chunk, None at the end, or a _Failed. IndexError: the thread has none yet."""
        if self._reader.blocks:
            chunk = self._ready.popleft()
            self._room.release()
            return chunk
        try:
            return self._reader.next()
        except Exception as error:
            return _Failed(error)

    def _pump(self) -> None:
        for _ in range(_TURN):
            if self.destroyed or self._waiting:
                return
            destination = self._destination
            sent = self._reader.send(destination) if isinstance(destination, _pynet.Socket) else -1
            if sent > 0:
                self.count += sent
                continue
            try:
                chunk = None if sent == 0 else self._take()
            except IndexError:
                return
            if chunk is None:
                self._end()
                return
            if isinstance(chunk, _Failed):
                self._fail(chunk.error)
                return
            if not self._give(chunk):
                return
        _pynet.set_immediate(self._pump)

    def _give(self, chunk: Any) -> bool:
        """Writes a chunk; False: it failed, or the destination is full."""
        destination = self._destination
        try:
            below = destination.write(chunk)
        except Exception as error:
            self._fail(error)
            return False
        self.count += len(chunk)
        if below is False and not self.destroyed and callable(getattr(destination, "on", None)):
            self._waiting = True
            destination.on("drain", self._drained)
            return False
        return True

    def _drained(self) -> None:
        self._waiting = False
        if self._destination is not None:
            self._destination.off("drain", self._drained)
            self._pump()

    def _end(self) -> None:
        destination = self._destination
        try:
            finish = getattr(destination, "end", None) or getattr(destination, "flush", None)
            if self._ends and callable(finish):
                finish()
        except Exception as error:
            self._fail(error)
            return
        self._stop()
        self.readable_ended = True
        self.emit("end")
        self.emit("close")

    def _fail(self, error: BaseException) -> None:
        self._stop()
        self.emit("error", error)
        self.emit("close")


# --- send_file() ---


class _SendFile:
    """What the future of send_file() waits for, in the place of an event."""

    def __repr__(self) -> str:
        return "'send_file'"


_send_file = _SendFile()


class _Sent(Future[int]):
    """What send_file() returns."""

    def _call_text(self) -> str:
        return "sock.send_file(file)"

    def _look(self) -> bool:
        if self.done():
            return True
        if _private.over(self._emitter):
            self._fail(what_it_died_of(self._emitter, "the file was sent"))
            return True
        return False


def _source_to_send(file: Any, offset: int, count: int | None) -> tuple[Source, _Reader]:
    if not callable(getattr(file, "read", None)):
        _private.raise_arg_type("file", "a file object that is open for reading", file)
    if isinstance(file, io.TextIOBase):
        message = f'The argument "file" must be open in binary mode. Received {file!r}'
        raise coded(ValueError(message), "ERR_INVALID_ARG_VALUE")
    reader: _Reader
    if _is_regular(file):
        reader = _Regular(file, offset, count)
    else:
        if offset:
            file.seek(offset)
        reader = _File(file, count)
    return Source(reader, close=False), reader


def send_file(socket: _pynet.Socket, /, file: Any, offset: int = 0, count: int | None = None) -> Future[int]:
    """Socket.send_file()."""
    check_size("offset", offset, 0)
    if count is not None:
        check_size("count", count, 0)
    source, reader = _source_to_send(file, offset, count)
    future = _Sent(socket, _send_file)
    link = future._link

    def on_end() -> None:
        if isinstance(reader, _Regular):
            reader.leave()
        if _private.flushed(socket, on_flushed):
            on_flushed(None)

    def on_flushed(error: BaseException | None) -> None:
        _private.unlisten(socket, "close", stop)
        if error is None:
            link.on_event(source.count)
        else:
            link.on_error(error)

    def on_error(error: BaseException) -> None:
        _private.unlisten(socket, "close", stop)
        link.on_error(error)

    stop = partial(_stop, source)
    source.on("end", on_end)
    source.on("error", on_error)
    _private.listen(socket, "close", stop)
    source.pipe(socket, end=False)
    return future


def _stop(source: Source, *args: object) -> None:
    source.destroy()
