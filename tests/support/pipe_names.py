"""On Windows a path to listen at is the name of a pipe. A test's own client of one is a RawPipe."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import socket
import sys
from pathlib import Path

_numbers = itertools.count(1)
UNDER_WINE = sys.platform == "win32" and hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")


def is_pipe(address: object) -> bool:
    return sys.platform == "win32" and isinstance(address, str)


def raw_socket(address: object, family: str = "IPv4"):
    """A socket of Python's own that can connect to what a server's address() has given: for a path one of AF_UNIX, on
    Windows a RawPipe."""
    if is_pipe(address):
        return RawPipe()
    if isinstance(address, str):
        return socket.socket(socket.AF_UNIX)
    return socket.socket(socket.AF_INET6 if family == "IPv6" else socket.AF_INET)


def needs_names_in_use(address: object) -> None:
    """For a test in which a place is in use. wine lets a second server listen at the name of a pipe."""
    if UNDER_WINE and is_pipe(address):
        import pytest  # here: scripts import this module, and should start fast

        pytest.skip("wine: a second server may listen at the name of a pipe")


class PipeFolder(type(Path())):  # type: ignore[misc]
    """A folder in which the names that end in .sock are named pipes: folder / "s.sock" is the same pipe each time, and
    another one than that of any other folder."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self._number = next(_numbers)

    def with_segments(self, *parts):
        return Path(*parts)

    def __truediv__(self, name):
        if str(name).endswith(".sock"):
            return Path(rf"\\.\pipe\pynet-{os.getpid()}-{self._number}-{name}")
        return Path(self) / name


class RawPipe:
    """The client of a named pipe, with the methods of a blocking socket. It is for Windows only.

    A pipe has no half-close and no reset: shutdown() raises OSError as on a socket that is not connected."""

    family = None
    ended = (109, 233)  # ERROR_BROKEN_PIPE, ERROR_PIPE_NOT_CONNECTED

    def __init__(self):
        self.handle = None
        self.timeout = None

    def settimeout(self, timeout):
        self.timeout = timeout

    def setblocking(self, on):
        self.timeout = None if on else 0

    def connect(self, name):
        import _winapi as api

        self.name = str(name)
        access = api.GENERIC_READ | api.GENERIC_WRITE
        while True:
            try:
                self.handle = api.CreateFile(
                    str(name), access, 0, api.NULL, api.OPEN_EXISTING, api.FILE_FLAG_OVERLAPPED, api.NULL
                )
                return
            except OSError as error:
                if error.winerror != api.ERROR_PIPE_BUSY:
                    raise
            with contextlib.suppress(OSError):  # it has waited, or the last instance has gone: CreateFile() tells
                api.WaitNamedPipe(str(name), 50)

    def connect_ex(self, name):
        try:
            self.connect(name)
        except OSError as error:
            return error.errno
        return 0

    def _finish(self, overlapped, error):
        """The bytes that went, and the operation."""
        import _winapi as api

        if error == api.ERROR_IO_PENDING:
            wait = api.INFINITE if self.timeout is None else int(self.timeout * 1000)
            if api.WaitForSingleObject(overlapped.event, wait) != api.WAIT_OBJECT_0:
                overlapped.cancel()
                count, _ = overlapped.GetOverlappedResult(True)
                if count == 0:
                    raise TimeoutError("timed out") if self.timeout else BlockingIOError()
                return count
        return overlapped.GetOverlappedResult(True)[0]

    def send(self, data):
        import _winapi as api

        self._check()
        try:
            return self._finish(*api.WriteFile(self.handle, bytes(data), overlapped=True))
        except OSError as error:
            if getattr(error, "winerror", None) in (*self.ended, 232):  # ERROR_NO_DATA
                raise BrokenPipeError("the pipe has been ended") from None
            raise

    def sendall(self, data):
        view = memoryview(data).cast("B")
        while view:
            view = view[self.send(view) :]

    def recv(self, most, flags=0):
        import _winapi as api

        if flags & getattr(socket, "MSG_WAITALL", 0):
            data = b""
            while len(data) < most and (chunk := self.recv(most - len(data))):
                data += chunk
            return data

        self._check()
        try:
            overlapped, error = api.ReadFile(self.handle, most, overlapped=True)
            count = self._finish(overlapped, error)
            return bytes(overlapped.getbuffer()[:count])
        except OSError as error:
            if getattr(error, "winerror", None) in self.ended:
                return b""
            raise

    def shutdown(self, how):
        raise OSError("a named pipe has no half-close")

    def _check(self):
        if self.handle is None:
            raise OSError("the pipe is closed")

    def getsockname(self):
        return ""  # as a unix socket without a name

    def getpeername(self):
        return self.name

    def recv_into(self, buffer):
        view = memoryview(buffer).cast("B")
        data = self.recv(len(view))
        view[: len(data)] = data
        return len(data)

    def fileno(self):
        return -1 if self.handle is None else self.handle

    def close(self):
        handle, self.handle = self.handle, None
        if handle is not None:
            import _winapi as api

            api.CloseHandle(handle)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def __del__(self):
        with contextlib.suppress(ImportError):  # the interpreter exits
            self.close()
