"""open_connection() of pynet.aio, and its streams: the names and the errors of asyncio's, over a Socket.

Reader and writer are one object, a Stream. What it reads stays in the socket until it is taken, so that asyncio's limit
is the socket's high-water mark. This module imports asyncio: pynet.aio imports it when one of its names is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket as _socket
import sys
import warnings
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self

from pynet import _private, _pynet
from pynet._attach import automatic
from pynet._reading import IncompleteReadError as _PynetIncompleteReadError
from pynet._support import PREMATURE_CLOSE, peer_of, seconds_of
from pynet._waiting import once

if TYPE_CHECKING:
    import ssl as ssl_module

__all__ = [
    "IncompleteReadError",
    "LimitOverrunError",
    "Stream",
    "open_connection",
    "open_unix_connection",
]

LIMIT = 65536
_Bytes = bytes | bytearray | memoryview

# --- errors ---


class IncompleteReadError(asyncio.IncompleteReadError, _PynetIncompleteReadError):  # type: ignore[misc]
    """The peer ended before readexactly() or readuntil() had all its data. `partial` is the data that came. It has been
    read."""

    __module__ = "pynet.aio"

    def __init__(self, partial: bytes, expected: int | None, socket: _pynet.Socket | None = None) -> None:
        _PynetIncompleteReadError.__init__(self, partial, expected, socket)

    def __reduce__(self) -> tuple[Any, ...]:
        return _PynetIncompleteReadError.__reduce__(self)


class LimitOverrunError(_pynet.NetError, asyncio.LimitOverrunError):
    """readuntil() found no separator within the limit. `consumed` bytes without one stay in the stream."""

    __module__ = "pynet.aio"

    def __init__(self, message: str, consumed: int) -> None:
        _pynet.NetError.__init__(self, message)
        self.code = "ERR_READ_LIMIT"
        self.consumed = consumed

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.args[0], self.consumed)


def on_error(*args: object) -> None:
    """The `error` listener of a stream's socket: the next call raises the error."""


# --- what get_extra_info("socket") and Server.sockets give ---


def name_of(address: _pynet.AddressInfo | str | None, path: str | None = "") -> Any:
    """An address as the module socket gives it."""
    if address is None:
        return path
    if isinstance(address, str):
        return address
    if address.family == "IPv6":
        host, _percent, zone = address.address.partition("%")
        scope = 0
        if zone:
            scope = int(zone) if zone.isdigit() else _socket.if_nametoindex(zone)
        return host, address.port, 0, scope
    return address.address, address.port


class SocketInfo:
    """What asyncio's TransportSocket offers of a socket: its descriptor, its options and its names."""

    __module__ = "pynet.aio"
    __slots__ = ("_options", "_peername", "_sockname", "family", "proto", "type")

    def __init__(self, owner: Any, sockname: Any, peername: Any = None) -> None:
        self._options = owner
        self._sockname = sockname
        self._peername = peername
        families = {2: _socket.AF_INET, 4: _socket.AF_INET6}
        unix = getattr(_socket, "AF_UNIX", _socket.AF_UNSPEC)
        self.family = families.get(len(sockname), unix) if isinstance(sockname, tuple) else unix
        self.type = _socket.SOCK_STREAM
        self.proto = 0 if self.family == unix else _socket.IPPROTO_TCP

    def fileno(self) -> int:
        """The descriptor, or -1 when there is none."""
        try:
            descriptor: int = self._options.fileno()
        except (_pynet.NetError, OSError):
            return -1
        return descriptor

    def dup(self) -> _socket.socket:
        """A socket.socket over a duplicate of the descriptor."""
        if sys.platform == "win32":  # what fileno() gives is no descriptor of the C library
            own = _socket.socket(fileno=self.fileno())
            try:
                return own.dup()
            finally:
                own.detach()
        return _socket.socket(fileno=os.dup(self.fileno()))

    def getsockname(self) -> Any:
        return self._sockname

    def getpeername(self) -> Any:
        if self._peername is None:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return self._peername

    def getsockopt(self, level: int, name: int, size: int = 0, /) -> Any:
        with self.dup() as copy:
            return copy.getsockopt(level, name, size) if size else copy.getsockopt(level, name)

    def setsockopt(self, level: int, name: int, value: Any, /) -> None:
        with self.dup() as copy:
            copy.setsockopt(level, name, value)

    def get_inheritable(self) -> bool:
        return False

    def gettimeout(self) -> float:
        return 0.0

    def settimeout(self, value: float | None) -> None:
        if value != 0:
            raise ValueError("settimeout(): the sockets of a stream do not block; only 0 is taken")

    def setblocking(self, flag: bool) -> None:
        if flag:
            raise ValueError("setblocking(): the sockets of a stream do not block")

    def __repr__(self) -> str:
        peer = "" if self._peername is None else f", raddr={self._peername}"
        return f"<pynet.aio.SocketInfo fd={self.fileno()}, family={self.family!s}, laddr={self._sockname}{peer}>"


# --- a stream ---


class Stream:
    """Reader and writer of a connection, with the methods of asyncio.StreamReader and asyncio.StreamWriter.

    `transport` is the stream itself, with those methods of a transport that programs call. `sock` is the pynet.Socket.
    """

    __module__ = "pynet.aio"

    def __init__(
        self, sock: _pynet.Socket, limit: int, loop: asyncio.AbstractEventLoop, server_side: bool = False
    ) -> None:
        self.sock = sock
        self._limit = limit
        self._loop = loop
        self._server_side = server_side
        self._wrote_eof = self._closing = False
        self._failure: BaseException | None = None  # of set_exception()
        self._high: int | None = None  # of set_write_buffer_limits()
        _private.hear_errors(sock, on_error)

    # --- reading ---

    async def read(self, n: int = -1) -> bytes:
        """Returns up to n bytes, as soon as there is one. With -1 it returns everything up to the peer's end. Returns
        b"" at the end."""
        if n == 0:
            return b""
        if n > 0:
            return await self._some(n)
        chunks = []
        while chunk := await self._some(sys.maxsize):
            chunks.append(chunk)
        return b"".join(chunks)

    async def readexactly(self, n: int) -> bytes:
        """Returns n bytes. Raises IncompleteReadError if the peer ends first: its `partial` is the data that came,
        which is then read."""
        if n < 0:
            raise ValueError("readexactly(): n must not be less than zero")
        self._raise_failure()
        try:
            data: bytes = await self.sock.read_exactly(n)
        except _pynet.NetError as error:
            raise self._incomplete(error, n) from None
        return data

    async def readuntil(self, separator: _Bytes | tuple[_Bytes, ...] = b"\n") -> bytes:
        """Returns the bytes up to the separator, or up to the first of several separators, and the separator. The limit
        counts the bytes before it.

        Raises IncompleteReadError if the peer ends first, and LimitOverrunError. After LimitOverrunError all data stays
        in the stream.
        """
        several = tuple(map(bytes, separator if isinstance(separator, tuple) else (separator,)))
        if not several or not all(several):
            raise ValueError("readuntil(): the separator must have at least one byte")
        self._raise_failure()
        try:
            if len(several) > 1:
                return await self._until_first(several)
            data: bytes = await self.sock.read_until(several[0], self._limit + len(several[0]))
        except _pynet.NetError as error:
            if error.code == "ERR_READ_LIMIT":
                raise self._overrun(several) from None
            raise self._incomplete(error, None) from None
        return data

    async def readline(self) -> bytes:
        """Returns a line with its end. At the peer's end it returns the rest, and then b"".

        Raises ValueError for a line over the limit. It drops that line, or the part of it that has come.
        """
        try:
            return await self.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            return error.partial
        except LimitOverrunError as error:
            buffered = self._peek()
            found = buffered[error.consumed : error.consumed + 1] == b"\n"
            await self.sock.read_exactly(error.consumed + 1 if found else len(buffered))
            raise ValueError(error.args[0]) from None

    def at_eof(self) -> bool:
        """True if the peer has ended, and all data has been read."""
        return self.sock.readable_length == 0 and (self.sock.destroyed or bool(_private.at_end(self.sock)))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        line = await self.readline()
        if not line:
            raise StopAsyncIteration
        return line

    @property
    def _buffer(self) -> bytes:
        """What has been read and not taken, as a copy: redis-py looks at this attribute of asyncio's readers."""
        return self._peek()

    def exception(self) -> BaseException | None:
        """Returns the error of set_exception(), or that of the connection."""
        if self._failure is not None:
            return self._failure
        error = self.sock.errored
        return error if isinstance(error, BaseException) else None

    def set_exception(self, exc: BaseException) -> None:
        """Sets an error. Later calls raise it. Calls that wait raise it when the stream closes."""
        self._failure = exc

    async def _some(self, n: int) -> bytes:
        self._raise_failure()
        try:
            data: bytes = await _private.read_some(self.sock, n)
        except _pynet.NetError as error:
            if not self._is_end(error):
                raise
            self._saw_end()
            return b""
        return data

    async def _until_first(self, separators: tuple[bytes, ...]) -> bytes:
        """readuntil() with several: looks at all that is there, then waits for one byte more."""
        while True:
            buffered = self._peek()
            # The match that ends first wins, as if the bytes came one by one.
            ends = [(at + len(each), at) for each in separators if (at := buffered.find(each)) >= 0]
            if ends:
                end, start = min(ends)
                if start > self._limit:
                    raise self._overrun(separators)
                found: bytes = await self.sock.read_exactly(end)
                return found
            if len(buffered) + 1 - max(map(len, separators)) > self._limit:
                raise self._overrun(separators)
            if _private.at_end(self.sock) and len(self._peek()) == len(buffered):
                raise _PynetIncompleteReadError(buffered, None, self.sock)
            await _private.has_read(self.sock, len(buffered) + 1)

    def _peek(self) -> bytes:
        return bytes(_private.peek(self.sock))

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _is_end(self, error: _pynet.NetError) -> bool:
        """Whether the peer has ended, or the stream was closed: for a reader of asyncio both are the end."""
        return isinstance(error, _PynetIncompleteReadError) or error.code == PREMATURE_CLOSE

    def _incomplete(self, error: _pynet.NetError, expected: int | None) -> BaseException:
        if not self._is_end(error):
            return error
        left = self.sock.readable_length
        partial = self.sock.read(left) if left else b""
        self._saw_end()
        return IncompleteReadError(bytes(partial or b""), expected, self.sock)

    def _saw_end(self) -> None:
        """Lets the socket emit its `end`, after which it may close."""
        if not self.sock.destroyed:
            self.sock.read(0)

    def _overrun(self, separators: tuple[bytes, ...]) -> LimitOverrunError:
        buffered = self._peek()
        places = [at for each in separators if (at := buffered.find(each)) >= 0]
        where = peer_of(self.sock)[2]
        if places:
            return LimitOverrunError(f"the separator comes after the limit of {self._limit} bytes{where}", min(places))
        consumed = max(0, len(buffered) + 1 - max(map(len, separators)))
        return LimitOverrunError(f"no separator within the limit of {self._limit} bytes{where}", consumed)

    # --- writing ---

    def write(self, data: _Bytes) -> None:
        """Queues bytes. After close(), or after the connection was lost, it drops them; drain() then raises.

        Raises TypeError, and RuntimeError after write_eof().
        """
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"write(): data must be bytes, a bytearray or a memoryview, not {type(data).__name__}")
        self._check_eof("write()")
        if len(data) and self.sock.writable:
            self.sock.write(data)

    def writelines(self, data: Iterable[_Bytes]) -> None:
        """Queues the items of an iterable, in one write."""
        self._check_eof("writelines()")
        joined = b"".join(data)
        if joined and self.sock.writable:
            self.sock.write(joined)

    def write_eof(self) -> None:
        """Ends our half after the queued data. The peer's half may stay open."""
        if not self._wrote_eof:
            self._wrote_eof = True
            if self.sock.writable:
                self.sock.end()

    def can_write_eof(self) -> bool:
        """Always True: a connection of pynet can be closed in one direction."""
        return True

    async def drain(self) -> None:
        """Waits until more may be written.

        Raises the error of the connection, or ConnectionResetError if the stream was closed.
        """
        if (error := self.exception()) is not None:
            raise error
        sock = self.sock
        if sock.destroyed:
            await asyncio.sleep(0)  # a program that writes and drains in a loop lets others run, also then
            raise ConnectionResetError("the connection was closed")
        try:
            if self._high is None:
                if sock.writable_need_drain:
                    await sock.drain()
            elif sock.writable_length > self._high:
                await sock.flush()
        except _pynet.NetError as failure:
            if (error := self.exception()) is not None:
                raise error from None
            if failure.code != PREMATURE_CLOSE:
                raise
            raise ConnectionResetError("the connection was closed") from None

    def close(self) -> None:
        """Closes the connection after the queued data has been sent. Data that has come can still be read."""
        self._closing = True
        self.sock.close()

    def is_closing(self) -> bool:
        """True after close(), and when the connection has ended."""
        if self._closing or self.exception() is not None:
            return True
        # A socket whose both halves have ended is destroyed; for asyncio it is open until close().
        return self.sock.destroyed and not (self._wrote_eof and self.sock.readable_ended)

    async def wait_closed(self) -> None:
        """Waits until the connection is closed. Raises the error that closed it."""
        await once(self.sock, "close")
        error = self.sock.errored
        if isinstance(error, BaseException):
            raise error

    def _check_eof(self, what: str) -> None:
        if self._wrote_eof:
            raise RuntimeError(f"{what} after write_eof()")

    # --- of a transport ---

    @property
    def transport(self) -> Self:
        """The stream itself, which has the methods of a transport."""
        return self

    def abort(self) -> None:
        """Closes the connection at once. Queued data is lost."""
        self._closing = True
        self.sock.destroy()

    def get_write_buffer_size(self) -> int:
        """The number of bytes that are queued."""
        return self.sock.writable_length

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """(low, high): drain() waits when more than `high` bytes are queued. `low` is always 0."""
        high = self.sock.writable_high_water_mark if self._high is None else self._high
        return 0, high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """drain() waits if more than `high` bytes are queued, until none are. `low` is only checked."""
        if high is None and low is not None:
            high = 4 * low
        if high is not None and not high >= (0 if low is None else low) >= 0:
            raise ValueError(f"set_write_buffer_limits(): high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high = high

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """ "peername", "sockname", "socket"; of an encrypted connection "sslcontext", "ssl_object", "peercert",
        "cipher", "compression"; or `default`."""
        if name == "peername":
            remote = self.sock.remote
            return default if remote is None and self.sock.local is None else name_of(remote)
        if name == "sockname":
            return name_of(self.sock.local)
        if name == "socket":
            return SocketInfo(self.sock, self.get_extra_info("sockname"), self.get_extra_info("peername"))
        if name in _OF_TLS and self.sock.encrypted:
            return _OF_TLS[name](self.sock)
        return default

    async def start_tls(
        self,
        sslcontext: ssl_module.SSLContext,
        *,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        session: ssl_module.SSLSession | None = None,
    ) -> None:
        """Encrypts the connection from now on. Reader and writer stay the same object, and lose no bytes.

        What is queued is sent first, as it is. What has come and has not been read belongs to TLS. The stream of
        start_server() is the server's side. `session` is one to resume. `ssl_shutdown_timeout` is only checked. Raises
        what Socket.start_tls() raises, and the error of the handshake.
        """
        await self.drain()
        options = tls_options(sslcontext, ssl_handshake_timeout, ssl_shutdown_timeout)
        context = options.pop("ssl", sslcontext)
        done = self.sock.start_tls(
            context, server_side=self._server_side, server_hostname=server_hostname, session=session, **options
        )
        try:
            await done
        except BaseException:
            self.sock.destroy()
            raise

    def __repr__(self) -> str:
        return f"<pynet.aio.Stream {self.sock!r}>"

    def __del__(self) -> None:
        sock = getattr(self, "sock", None)
        if sock is None or sock.destroyed or sock.writable_ended:
            return
        with contextlib.suppress(_pynet.NetError):  # in a forked child, and at exit
            sock.close()
            warnings.warn(f"{self!r} was not closed", ResourceWarning, source=self, stacklevel=2)


# The methods of the socket wait while the loop's thread is in the SSLObject; the latter's own would meet it there.
_OF_TLS: dict[str, Callable[[Any], Any]] = {
    "cipher": lambda sock: sock.get_cipher(),
    "compression": lambda sock: sock.ssl_object.compression(),
    "peercert": lambda sock: sock.get_peer_certificate(),
    "ssl_object": lambda sock: sock.ssl_object,
    "sslcontext": lambda sock: sock.ssl_object.context,
}


def tls_options(ssl: Any, handshake_timeout: float | None, shutdown_timeout: float | None) -> dict[str, Any]:
    """The options of a Socket or a Server for those of asyncio."""
    given = {"ssl_handshake_timeout": handshake_timeout, "ssl_shutdown_timeout": shutdown_timeout}
    for name, value in given.items():
        if value is None:
            continue
        if ssl is None or ssl is False:
            raise ValueError(f"{name} is only used with ssl")
        seconds_of(value, name, positive=True)
    if ssl is None or ssl is False:
        return {}
    options = {"ssl": ssl}
    if handshake_timeout is not None:
        options["handshake_timeout"] = handshake_timeout
    return options


def _client_options(
    ssl: Any, server_hostname: str | None, session: Any, host: str | None, *timeouts: float | None
) -> dict[str, Any]:
    """The same, of a client."""
    options = tls_options(ssl, *timeouts)
    if not options:
        for name, value in (("server_hostname", server_hostname), ("session", session)):
            if value is not None:
                raise ValueError(f"{name} is only used with ssl")
        return options
    if server_hostname is None and not host:
        raise ValueError("server_hostname is needed for ssl without a host")
    options["server_hostname"] = host if server_hostname is None else server_hostname
    if session is not None:
        options["session"] = session
    return options


# --- connecting ---


def check_limit(limit: int) -> int:
    if limit <= 0:
        raise ValueError(f"limit must be greater than zero, not {limit!r}")
    return limit


def socket_options(limit: int) -> dict[str, Any]:
    """Those of a Socket that asyncio's streams imply: half-open, no Nagle, and room for a line of `limit` bytes."""
    return {"allow_half_open": True, "no_delay": True, "high_water_mark": min(2 * limit, 1 << 30)}


def port_number(port: Any) -> Any:
    """asyncio passes the port to getaddrinfo(), which takes the name of a service."""
    if isinstance(port, bytes):
        port = port.decode("ascii")
    if isinstance(port, str):
        return int(port) if port.isdigit() else _socket.getservbyname(port, "tcp")
    return 0 if port is None else port


_FAMILIES = {_socket.AF_UNSPEC: 0, _socket.AF_INET: 4, _socket.AF_INET6: 6}


def family_number(family: int) -> int:
    try:
        return _FAMILIES[_socket.AddressFamily(family)]
    except (KeyError, ValueError):
        raise ValueError(f"family must be AF_UNSPEC, AF_INET or AF_INET6, not {family!r}") from None


async def _connect(options: dict[str, Any], limit: int) -> tuple[Stream, Stream]:
    from pynet import aio

    all_options: Any = {**socket_options(limit), **options}
    sock = await aio.connect(all_options)
    stream = Stream(sock, limit, asyncio.get_running_loop())
    return stream, stream


async def _adopt(sock: _socket.socket, limit: int, tls: dict[str, Any]) -> tuple[Stream, Stream]:
    """A stream over a connected socket.socket, which it takes over."""
    if sock.type & 0xF != _socket.SOCK_STREAM:
        raise ValueError(f"sock must be a stream socket, not {sock!r}")
    sock.getpeername()  # raises when it is not connected
    automatic()
    fd = sock.fileno()
    adopted = _pynet.Socket(fd=fd, **socket_options(limit))
    sock.detach()
    stream = Stream(adopted, limit, asyncio.get_running_loop())
    if tls:
        context = tls.pop("ssl")
        try:
            await adopted.start_tls(context, **tls)
        except BaseException:
            adopted.destroy()
            raise
    return stream, stream


async def open_connection(
    host: str | None = None,
    port: int | str | None = None,
    *,
    limit: int = LIMIT,
    ssl: Any = None,
    family: int = 0,
    proto: int = 0,
    flags: int = 0,
    sock: _socket.socket | None = None,
    local_addr: tuple[str, int] | None = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    session: ssl_module.SSLSession | None = None,
    happy_eyeballs_delay: float | None = None,
    interleave: int | None = None,
    all_errors: bool = False,
) -> tuple[Stream, Stream]:
    """open_connection(): see pynet.aio."""
    tls = _client_options(ssl, server_hostname, session, host, ssl_handshake_timeout, ssl_shutdown_timeout)
    check_limit(limit)
    if sock is not None:
        if host is not None or port is not None:
            raise ValueError("open_connection() takes host and port, or sock, not both")
        return await _adopt(sock, limit, tls)
    if host is None and port is None:
        raise ValueError("open_connection() needs host and port, or sock")
    options: dict[str, Any] = {"host": host or "localhost", "port": port_number(port), **tls}
    if (number := family_number(family)) != 0:
        options["family"] = number
    if flags:
        options["hints"] = flags
    if happy_eyeballs_delay is not None:
        options["auto_select_family_attempt_timeout"] = max(10, round(happy_eyeballs_delay * 1000))
    if local_addr is not None:
        loop = asyncio.get_running_loop()
        infos = await loop.getaddrinfo(*local_addr, family=family, type=_socket.SOCK_STREAM, flags=_socket.AI_PASSIVE)
        options["local_address"], options["local_port"] = infos[0][4][0], infos[0][4][1]
        options["family"] = 6 if infos[0][0] == _socket.AF_INET6 else 4
    try:
        return await _connect(options, limit)
    except _pynet.NetError as error:
        parts = getattr(error, "errors", None) or [error]
        if all_errors:
            raise ExceptionGroup(f"open_connection() to {host}:{port} failed", list(parts)) from None
        raise


async def open_unix_connection(
    path: str | bytes | os.PathLike[str] | None = None,
    *,
    limit: int = LIMIT,
    ssl: Any = None,
    sock: _socket.socket | None = None,
    server_hostname: str | None = None,
    ssl_handshake_timeout: float | None = None,
    ssl_shutdown_timeout: float | None = None,
    session: ssl_module.SSLSession | None = None,
) -> tuple[Stream, Stream]:
    """open_unix_connection(): see pynet.aio."""
    tls = _client_options(ssl, server_hostname, session, None, ssl_handshake_timeout, ssl_shutdown_timeout)
    check_limit(limit)
    if sock is not None:
        if path is not None:
            raise ValueError("open_unix_connection() takes path or sock, not both")
        return await _adopt(sock, limit, tls)
    if path is None:
        raise ValueError("open_unix_connection() needs path or sock")
    return await _connect({"path": path, **tls}, limit)
