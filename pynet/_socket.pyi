"""Types of the C module: Socket. For type checkers only: import these names from pynet.

Of on() there is one overload for each kind of listener, and few for decorators: a type checker shows all of them when a
call fits none, and that should be less than a screen. For the same reason connect() and the like have no overloads.
"""

from collections.abc import Callable, Iterable, Mapping
from socket import socket
from ssl import SSLContext, SSLObject, SSLSession
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias, TypeVar, Unpack, overload

from typing_extensions import Buffer, disjoint_base

from pynet._addresses import BlockList
from pynet._data import SupportsRead, _AwaitableData, _Data, _WritableT
from pynet._emitter import _F0, EventEmitter, _FBool, _Function, _MaybeNone, _Symbol
from pynet._errors import NetError, _FError
from pynet._listening import Server
from pynet._options import (
    Address,
    AddressInfo,
    Done,
    Family,
    Handle,
    Host,
    KeepAliveOptions,
    Listener,
    SocketConnectOptions,
    SocketOptions,
    TextErrors,
)
from pynet._proxy import ProxyInfo
from pynet._reading import LineIterator, SocketIterator
from pynet._sending import PeerCredentials
from pynet._waiting import Future

_Encoding: TypeAlias = Literal["utf8", "utf16le", "latin1", "ascii", "base64", "base64url", "hex"]
_SocketEvent: TypeAlias = Literal[
    "lookup",
    "connectionAttempt",
    "connectionAttemptFailed",
    "connectionAttemptTimeout",
    "connect",
    "ready",
    "secureConnect",
    "session",
    "data",
    "handle",
    "readable",
    "end",
    "drain",
    "timeout",
    "pause",
    "resume",
    "pipe",
    "unpipe",
    "prefinish",
    "finish",
    "error",
    "close",
]

_Bare: TypeAlias = Literal[
    "connect", "ready", "secureConnect", "readable", "end", "drain", "timeout", "finish", "prefinish", "pause", "resume"
]
_Rare: TypeAlias = Literal[
    "lookup",
    "connectionAttempt",
    "connectionAttemptTimeout",
    "connectionAttemptFailed",
    "handle",
    "session",
    "pipe",
    "unpipe",
    "newListener",
    "removeListener",
]
_OnLookup: TypeAlias = Callable[[NetError | None, str | None, int | None, str], object]
# The port and the family are None on a unix socket.
_OnAttempt: TypeAlias = Callable[[str, int | _MaybeNone, int | _MaybeNone], object]
_OnFailed: TypeAlias = Callable[[str, int | _MaybeNone, int | _MaybeNone, NetError], object]
_FData = TypeVar("_FData", bound=Callable[[bytes], object] | Callable[[str], object])
_FRare = TypeVar(
    "_FRare",
    bound=_OnLookup
    | _OnAttempt
    | _OnFailed
    | Callable[[Socket], object]
    | Callable[[Socket, dict[str, bool]], object]
    | Callable[[Any, bytes], object]
    | Callable[[SSLSession], object]
    | Callable[[Any, _Function], object],
)

@disjoint_base
class Socket(EventEmitter):
    """One end of a TCP connection or of a unix socket connection. Options: allow_half_open, high_water_mark
    (bytes, for both halves), readable_high_water_mark, writable_high_water_mark, max_write_buffer (bytes; a
    larger queue is "error" ERR_WRITE_BUFFER_FULL), encoding, default_encoding, onread ({buffer, callback}),
    no_delay, keep_alive, keep_alive_initial_delay (ms), type_of_service (0 to 255), block_list (a BlockList),
    signal (an AbortSignal), fd (a descriptor of a TCP connection, unix socket or pipe, which pynet takes
    over; Socket(number) is the same) with readable and writable (True), handle (a BoundSocket), receive_handles
    (this unix socket gets "handle" of the peer's send_handle(), and no "data"). Node: class net.Socket.
    """

    def __init__(self, options: SocketOptions | int | None = None, /, **more: Unpack[SocketOptions]) -> None: ...
    @overload  # type: ignore[override]
    def on(self, event_name: _Bare, listener: Callable[[], object], /) -> Self:
        """Adds a listener at the end of the list of event_name, and returns the emitter. Without a listener it is a
        decorator: @server.on("connection"). You may add the same function several times. Emits "newListener"
        first.

        Raises TypeError (ERR_INVALID_ARG_TYPE) if the listener is not callable, or is a coroutine function. Warns
        with MaxListenersExceededWarning if an event has more listeners than the limit. Node: emitter.on().
        """
    @overload
    def on(self, event_name: _Bare, /) -> Callable[[_F0], _F0]: ...
    @overload
    def on(self, event_name: Literal["data"], listener: Callable[[bytes], object], /) -> Self: ...
    @overload  # after set_encoding()
    def on(self, event_name: Literal["data"], listener: Callable[[str], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["data"], /) -> Callable[[_FData], _FData]: ...
    @overload
    def on(self, event_name: Literal["close"], listener: Callable[[bool], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["close"], /) -> Callable[[_FBool], _FBool]: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, listener: Callable[[NetError], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["error"] | _Symbol, /) -> Callable[[_FError], _FError]: ...
    @overload
    def on(self, event_name: Literal["lookup"], listener: _OnLookup, /) -> Self: ...
    @overload
    def on(
        self, event_name: Literal["connectionAttempt", "connectionAttemptTimeout"], listener: _OnAttempt, /
    ) -> Self: ...
    @overload
    def on(self, event_name: Literal["connectionAttemptFailed"], listener: _OnFailed, /) -> Self: ...
    @overload
    def on(self, event_name: Literal["handle"], listener: Callable[[Any, bytes], object], /) -> Self: ...
    @overload  # a Socket; an ssl.SSLSession. One overload, because all of them fit on a screen
    def on(self, event_name: Literal["pipe", "session"], listener: Callable[[Any], object], /) -> Self: ...
    @overload
    def on(self, event_name: Literal["unpipe"], listener: Callable[[Socket, dict[str, bool]], object], /) -> Self: ...
    @overload
    def on(
        self, event_name: Literal["newListener", "removeListener"], listener: Callable[[Any, _Function], object], /
    ) -> Self: ...
    @overload
    def on(self, event_name: _Rare, /) -> Callable[[_FRare], _FRare]: ...
    # The other spellings and orders differ in when and where the listener is called, not in their types.
    once = on  # type: ignore[assignment]
    add_listener = on  # type: ignore[assignment]
    addListener = on  # type: ignore[assignment]
    prepend_listener = on  # type: ignore[assignment]
    prependListener = on  # type: ignore[assignment]
    prepend_once_listener = on  # type: ignore[assignment]
    prependOnceListener = on  # type: ignore[assignment]
    def connect(
        self,
        address: Address | SocketConnectOptions = ...,
        host: Host | Listener = None,
        listener: Listener = None,
        /,
        **options: Unpack[SocketConnectOptions],
    ) -> Self:
        """connect(port, host="localhost", listener=None, /)
        connect(path, listener=None, /)
        connect(options, listener=None, /, **more)

        Starts to connect, and returns the socket. It connects to a port and a host, to a (host, port) pair, or to
        the path of a unix socket ("\\0name" is an abstract name). Options: port, host, path, family (0, 4, 6),
        hints, lookup, local_address, local_port, auto_select_family (bool), auto_select_family_attempt_timeout
        (ms), happy_eyeballs ("race" or "serial"), connect_timeout (seconds), proxy_header (a ProxyHeader), ssl
        (an ssl.SSLContext, or True) with server_hostname, session, handshake_timeout (seconds) and strict_end,
        block_list, signal, no_delay, keep_alive, keep_alive_initial_delay (ms), type_of_service. The listener is
        added with once("connect"), with ssl by once("secureConnect"). For a name, it tries the addresses of the
        name until one connects.

        Events: lookup, connectionAttempt, connectionAttemptFailed, connectionAttemptTimeout, connect, ready. On
        failure: error and close.

        Raises at once TypeError (ERR_MISSING_ARGS, ERR_INVALID_ARG_TYPE), ValueError (ERR_SOCKET_BAD_PORT,
        ERR_INVALID_ARG_VALUE, ERR_OUT_OF_RANGE, ERR_INVALID_IP_ADDRESS), and an exception of the lookup function.
        Node: socket.connect().
        """
    @overload
    def write(
        self,
        data: str | Buffer,
        encoding: str | None = "utf8",
        callback: Done = None,
        *,
        errors: TextErrors | None = None,
    ) -> bool:
        """Sends data: str (in the encoding: utf8, utf16le, latin1, ascii, hex, base64, base64url) or any object with
        a buffer. Returns True while less than the high-water mark is queued. After False, wait for "drain".
        callback(err) is called when the data has been sent, with None, or can no longer be sent.

        errors: "node" encodes text that does not fit the encoding as Node does, without an error; "strict" raises
        UnicodeEncodeError, or ValueError for hex and base64, and queues nothing. None means the option of the
        socket, else "node" for Node's names of encodings and "strict" for others (latin-1, utf_8, us-ascii, ...).

        After end(): "error" ERR_STREAM_WRITE_AFTER_END. After destroy() the callback gets ERR_STREAM_DESTROYED.
        If more than max_write_buffer would be queued: "error" ERR_WRITE_BUFFER_FULL. Raises TypeError
        (ERR_STREAM_NULL_VALUES, ERR_INVALID_ARG_TYPE), ValueError (ERR_UNKNOWN_ENCODING). Node: socket.write().
        """
    @overload
    def write(
        self,
        data: str | Buffer,
        callback: Callable[[NetError | None], object],
        /,
        *,
        errors: TextErrors | None = None,
    ) -> bool: ...
    @overload
    def end(
        self,
        data: str | Buffer | None = None,
        encoding: str | None = "utf8",
        callback: Done = None,
        *,
        errors: TextErrors | None = None,
    ) -> Self:
        """Writes data, if any. When everything has been sent, it ends the writable half: the peer gets "end".
        callback(err) is called before "finish". Events: prefinish, finish. Returns the socket.
        Node: socket.end().
        """
    @overload
    def end(
        self,
        data: str | Buffer | None,
        callback: Callable[[NetError | None], object],
        /,
        *,
        errors: TextErrors | None = None,
    ) -> Self: ...
    @overload
    def end(self, callback: Callable[[NetError | None], object], /) -> Self: ...
    def destroy(self, error: BaseException | None = None, /) -> Self:
        """Closes the connection at once. It tries once to send queued data; the callbacks of the rest get ECANCELED.
        Emits "error" if an error is given, then "close". Returns the socket. Raises TypeError
        (ERR_INVALID_ARG_TYPE) if error is not an exception. Node: socket.destroy().
        """
    def destroy_soon(self) -> None:
        """Calls end() if the writable half is open, and destroys the socket when everything has been written.
        Node: socket.destroySoon().
        """
    destroySoon = destroy_soon
    def close(self) -> None:
        """Like destroy_soon(), but the peer gets everything that was sent. If there is unread input, closing would
        cause a reset. So close() first reads and drops up to 1 MiB, for at most `linger` seconds. Returns None.
        """
    def reset_and_destroy(self) -> Self:
        """Closes the connection at once with a reset (RST): the peer gets ECONNRESET, and queued data is lost. While
        connecting, it waits for the connection. Emits "close"; on a socket that was never connected "error"
        (ERR_SOCKET_CLOSED) before it; on a destroyed socket nothing. Returns the socket. Raises TypeError
        (ERR_INVALID_HANDLE_TYPE) on a unix socket or pipe. Node: socket.resetAndDestroy().
        """
    resetAndDestroy = reset_and_destroy
    def detach(self) -> socket:
        """Returns the connection as a blocking socket.socket, which belongs to the caller. This socket is destroyed,
        but the connection stays open. Emits "close". No data is lost: if data waits to be sent
        (ERR_SOCKET_UNSENT_DATA), if data was read and not consumed (ERR_SOCKET_UNREAD_DATA; read() returns it),
        or if the socket is not connected (ENOTCONN), it raises NetError and changes nothing. Raises TypeError
        (ERR_INVALID_HANDLE_TYPE) for a pipe, and for an encrypted socket.
        """
    def start_tls(
        self,
        context: SSLContext | Literal[True] = True,
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
        session: SSLSession | None = None,
        handshake_timeout: float | None = 60.0,
        strict_end: bool = False,
    ) -> Future[None]:
        """Encrypts the connection from now on, by TLS, and returns a Future of the end of the handshake. The socket
        stays the same, with its listeners and loops. What has been written before leaves as it is; bytes that
        have been read and not consumed belong to TLS.

        context: an ssl.SSLContext; True is ssl.create_default_context(). server_side: this end has the
        certificate. server_hostname: the name that the certificate of the server must have; a context that checks
        it needs one. session: an ssl.SSLSession to resume. handshake_timeout: seconds. strict_end: the end of a
        connection without close_notify is an error.

        Events: secureConnect, session; error with a NetTLSError. Raises TypeError and ValueError for wrong
        arguments, NetError if the socket has TLS already (ERR_TLS_ALREADY), is not connected (ENOTCONN), has
        ended (ERR_STREAM_WRITE_AFTER_END), has a peer that has ended (ERR_STREAM_PREMATURE_CLOSE), or has decoded
        text that was not read (ERR_SOCKET_UNREAD_DATA); TypeError (ERR_INVALID_HANDLE_TYPE) if it carries
        handles. Node: tls.connect({socket}), new tls.TLSSocket(socket).
        """
    startTls = start_tls
    def get_peer_certificate(self, binary_form: bool = False) -> Any:
        """Returns the certificate of the peer as ssl.SSLSocket.getpeercert() does: a dict, empty if it was not
        verified; with binary_form its bytes in DER. None if there is none. Node: tlsSocket.getPeerCertificate().
        """
    getPeerCertificate = get_peer_certificate
    def get_cipher(self) -> tuple[str, str, int] | _MaybeNone:
        """Returns (name, protocol, secret bits) of the cipher, None before the handshake. Node:
        tlsSocket.getCipher().
        """
    getCipher = get_cipher
    def get_protocol(self) -> str | _MaybeNone:
        """Returns the version, such as "TLSv1.3", None before the handshake. Node: tlsSocket.getProtocol()."""
    getProtocol = get_protocol
    def get_session(self) -> SSLSession | _MaybeNone:
        """Returns the ssl.SSLSession, for connect(session=); None before the handshake. Node:
        tlsSocket.getSession().
        """
    getSession = get_session
    def is_session_reused(self) -> bool:
        """Returns whether the handshake has resumed an earlier session. Node: tlsSocket.isSessionReused()."""
    isSessionReused = is_session_reused
    def writelines(self, lines: Iterable[str | Buffer], /) -> bool:
        """Writes each item of an iterable, as write() would, and sends them together. It adds nothing between the
        items, and checks all of them before it writes the first. Returns what the last write() would return.
        Raises what write() raises.
        """
    def cork(self) -> None:
        """From now on, written data stays in the queue, until uncork() has been called as often as cork(), or until
        end(). Node: writable.cork().
        """
    def uncork(self) -> None:
        """Undoes one cork(). The last uncork() sends everything that is queued together. An extra one does nothing.
        Node: writable.uncork().
        """
    def set_default_encoding(self, encoding: str, /) -> Self:
        """Sets the encoding of a str that write() and end() get without an encoding; "utf8" at first. Returns the
        socket. Raises ValueError (ERR_UNKNOWN_ENCODING). Node: writable.setDefaultEncoding().
        """
    setDefaultEncoding = set_default_encoding
    def pause(self) -> Self:
        """Stops "data" until resume(), and returns the socket. Emits "pause". Reading stops at the high-water mark.
        Node: socket.pause().
        """
    def resume(self) -> Self:
        """Starts the flow again, and returns the socket. Without a "data" listener, data is thrown away. Emits
        "resume" in the next tick. Node: socket.resume().
        """
    def is_paused(self) -> bool:
        """True after pause(), until resume(). Also True while there is a "readable" listener.
        Node: readable.isPaused().
        """
    isPaused = is_paused
    def read(self, n: float | None = None, /) -> _Data | None:
        """Returns data that was read and not consumed, or None if there is none. It never blocks: wait for
        "readable". Without n it returns the first chunk, as bytes. After set_encoding() it returns all text, or
        the first chunk while the socket flows. With n it returns that many bytes (characters), or None if there
        are fewer; after the peer's end it returns the rest. read(-1) is the same as read(). read(0) returns None,
        and reads from the kernel if there is room. An n above the high-water mark raises the mark. Emits "data"
        with the result.

        Raises TypeError (ERR_INVALID_ARG_TYPE) if n is not a number, ValueError (ERR_OUT_OF_RANGE) above 1 GiB.
        Node: readable.read().
        """
    def unshift(self, chunk: str | Buffer, encoding: str | None = None, /) -> bool:
        """Puts a chunk back, in front of the data that is kept: bytes (any object with a buffer), or str in the
        encoding. The next read() or "data" gets it again. bytes_read does not change. Returns True while less
        than the high-water mark is kept. After "end": "error" ERR_STREAM_UNSHIFT_AFTER_END_EVENT.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_UNKNOWN_ENCODING). Node: readable.unshift().
        """
    def set_encoding(self, encoding: str | None = "utf8", /, *, errors: TextErrors | None = None) -> Self:
        """From now on the socket gives str: "data", read(), loops and frames. It decodes from utf8, utf16le, latin1,
        ascii, base64, base64url or hex; Python's spellings work, too. A character that is split over chunks is
        decoded whole. If the data ends within a character, the rest comes before "end". Data that was already
        read is decoded as well. You cannot undo this. Returns the socket.

        errors: "node" puts U+FFFD in the place of bytes that are not text; "strict" destroys the socket with a
        UnicodeDecodeError. None means the option of the socket, else "node" for Node's names of encodings and
        "strict" for others.

        Raises ValueError (ERR_UNKNOWN_ENCODING). Node: socket.setEncoding().
        """
    setEncoding = set_encoding
    def pipe(self, destination: _WritableT, *, end: bool = True) -> _WritableT:
        """Writes the data of this socket to `destination`, and returns it. The destination is a socket, or any
        object with write(), such as a binary file. Reading pauses while it is full: from a write() that returns
        False until its "drain", if it has events. When the source ends, destination.end() is called, unless
        end=False. An object without end() gets a call of flush(), and stays open. Emits "pipe" on the
        destination. If write() of the destination raises, the pipe is removed. The exception is then the "error"
        of the destination, or of this socket if the destination has no events.

        Raises TypeError (ERR_INVALID_ARG_TYPE) if destination has no write(). Node: readable.pipe().
        """
    def unpipe(self, destination: object = None, /) -> Self:
        """Removes the pipe to `destination`, or all pipes, and returns the socket. Emits "unpipe" on each
        destination. When the last pipe is removed, reading pauses. Node: readable.unpipe().
        """
    def wait(self, event: _SocketEvent, timeout: float | None = None) -> Any:
        """Blocks this thread until the event is emitted. Returns the value of the event: None, its one argument, or
        a tuple of its arguments. Returns at once if the state is already reached: connect, ready, end, finish,
        close; and drain, if nothing has to be drained.

        timeout is in seconds; None means no limit. Raises TimeoutError; the error of an "error" event, unless you
        wait for that event; if the socket closes first, its error or NetError (ERR_STREAM_PREMATURE_CLOSE);
        RuntimeError on the thread that drives the loop, in a listener and inside turn(). Under asyncio: await
        sock.wait(event).
        Node: events.once(), which does not block.
        """
    def drain(self, timeout: float | None = None) -> Future[None]:
        """Returns a Future that is done when you may write more: at once if less than the high-water mark is queued,
        else after "drain" or "finish". It is the same as once(sock, "drain"): `await sock.drain()` under asyncio,
        sock.drain().result() in a thread. After `timeout` seconds the Future fails with TimeoutError, also if it
        is awaited. Raises what once() raises.
        """
    def send_file(self, file: SupportsRead, offset: int = 0, count: int | None = None) -> Future[int]:
        """Sends a file that is open in binary mode: `count` bytes from `offset` on, or all bytes to its end. The
        data is sent after what is queued, by sendfile() where that is possible, and not faster than the peer
        takes it. Returns a Future of the number of bytes, which is done when the kernel has taken all of them.
        Wait for it before you call write() or end(). The file stays open; its position is then after the data
        that was sent.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE for a text file,
        ERR_OUT_OF_RANGE). The Future fails with the error of reading the file, and with the error of the socket.
        """
    sendFile = send_file
    def send_handle(
        self,
        handle: Handle | None,
        message: Buffer = b"",
        *,
        keep_open: bool = False,
        callback: Done = None,
    ) -> bool:
        """Sends a handle to the process at the other end of this unix socket, with a message of at most 64 KiB. The
        peer is a Socket(receive_handles=True): it gets "handle" (handle, message). This direction of the socket
        then carries nothing else: don't write() to it. handle: a Socket (it arrives unread: nothing of the
        connection is lost), a Server (it arrives listening), a BoundSocket, a socket.socket, any object with a
        fileno(), or None to send the message alone.

        A Socket, Server or BoundSocket is closed here, unless keep_open is True; its connection stays open. Other
        objects stay open. Returns True while less than the high-water mark is queued. After False, wait for
        "drain". callback(err) is called when the handle has been sent, with None, or can no longer be sent.

        If it raises, nothing has been sent, and the handle is as before. TypeError (ERR_INVALID_HANDLE_TYPE: the
        handle cannot travel, or this is not a unix socket; ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE),
        NetError (ERR_SOCKET_UNSENT_DATA, ERR_SOCKET_UNREAD_DATA: data would be lost; ENOTCONN, EMFILE,
        ERR_SERVER_NOT_RUNNING, ERR_SOCKET_HANDLE_ADOPTED).
        """
    sendHandle = send_handle
    def flush(self, timeout: float | None = None) -> Future[None]:
        """Returns a Future that is done when the kernel has taken all data that was written before: `await
        sock.flush()` under asyncio, sock.flush().result(timeout) in a thread. It is done at once if nothing is
        queued. Data that cork() holds back is sent after uncork(). A done Future does not mean that the peer has
        read the data.

        The Future fails with the error of the socket if that is destroyed first, and with TimeoutError after
        `timeout` seconds. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    def __iter__(self) -> SocketIterator: ...
    def __aiter__(self) -> SocketIterator: ...
    def iterator(
        self,
        options: Mapping[str, Any] | None = None,
        /,
        *,
        destroy_on_return: bool | None = True,
        timeout: float | None = None,
    ) -> SocketIterator:
        """An iterator, async iterator and context manager over the chunks of the socket, like `for chunk in sock`
        and `async for chunk in sock`. If destroy_on_return is True, it destroys the socket when the iteration
        ends or is left early (with an AbortError if the socket had not ended), like iteration in Node. If it is
        False, the socket stays open, like in iteration over the socket itself. Chunks are bytes, or str after
        set_encoding().

        The iteration raises TimeoutError if a chunk takes more than `timeout` seconds; the error of the socket;
        NetError (ERR_STREAM_PREMATURE_CLOSE) if the socket is destroyed before its end; RuntimeError where wait()
        does.
        Node: readable.iterator().
        """
    def chunks(self, timeout: float | None = None) -> SocketIterator:
        """An iterator over the chunks of the socket, with a limit in seconds for each chunk: `for chunk in
        sock.chunks(timeout=5)`, or `async for`. Like a loop over the socket itself, it leaves the socket open. If
        no chunk comes in time, it raises TimeoutError; no data is lost, and you may call next() again. Raises
        also what iterator() raises.
        """
    def lines(self, max: int = 65536, keep_ends: bool = False, timeout: float | None = None) -> LineIterator:
        """An iterator over the lines of the socket, for `for` and `async for`. Lines are bytes, or str after
        set_encoding(). A line ends with "\\n". This, and a "\\r" before it, are removed unless keep_ends is True.
        Data after the last "\\n" is a line as well. If you leave the iteration early, the other data stays in the
        socket; read_exactly() and other methods continue there.

        max is the longest line in bytes (characters after set_encoding()), with its end. A longer one raises
        NetError (ERR_READ_LIMIT), and stays in the socket. timeout is the limit for each line, in seconds. After
        a TimeoutError the data that has come stays in the socket. Raises also what iterator() raises.
        """
    def read_until(self, separator: str | Buffer, max: int = 65536, timeout: float | None = None) -> _AwaitableData:
        """Returns the data up to the separator, with the separator, as bytes or str. Under a running asyncio loop it
        returns an awaitable; otherwise it blocks this thread. Calls that wait at the same time get their data in
        their order.

        Raises NetError (ERR_READ_LIMIT) if the data would be more than max bytes (characters after
        set_encoding()); IncompleteReadError if the peer ends first; TimeoutError after `timeout` seconds; the
        error of the socket, or NetError (ERR_STREAM_PREMATURE_CLOSE); RuntimeError where wait() does. After each
        of these the data that has come stays in the socket. From the first call on, an "error" event without a
        listener is not uncaught: the next call raises it.
        """
    readUntil = read_until
    def read_exactly(self, n: int, timeout: float | None = None) -> _AwaitableData:
        """Returns the next n bytes (characters after set_encoding()). Under a running asyncio loop it returns an
        awaitable; otherwise it blocks this thread. Raises IncompleteReadError if the peer ends first; also what
        read_until() raises. After each of these the data that has come stays in the socket.
        """
    readExactly = read_exactly
    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def set_timeout(self, ms: float, callback: Listener = None) -> Self:
        """Emits "timeout" after ms milliseconds without activity: once, until there is activity again. 0 switches it
        off. The connection stays open. callback is added as a once() listener, and removed if ms is 0. Returns
        the socket.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE). Node: socket.setTimeout().
        """
    setTimeout = set_timeout
    def set_read_timeout(self, seconds: float, callback: Listener = None) -> Self:
        """Emits "timeout" when the peer has sent nothing for that many seconds: once, until it sends again. Data
        that you write does not count. The time does not run while the socket does not read (not connected,
        paused). 0 switches it off. The connection stays open. callback is added as a once() listener, and removed
        if seconds is 0. Returns the socket.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    setReadTimeout = set_read_timeout
    def set_no_delay(self, no_delay: bool = True, /) -> Self:
        """Switches Nagle's algorithm off (TCP_NODELAY), or on again with False. Before the socket is connected, the
        setting is stored. Returns the socket. Node: socket.setNoDelay().
        """
    setNoDelay = set_no_delay
    def set_keep_alive(
        self,
        enable: bool | KeepAliveOptions = False,
        initial_delay: float = 0,
        interval: float | None = None,
        count: float | None = None,
    ) -> Self:
        """Switches keep-alive probes on or off. initial_delay is the idle time in milliseconds before the first
        probe (TCP_KEEPIDLE, in whole seconds, at most 32,767). If it is below 1000, the system's own three values
        stay. interval is the time between two probes (TCP_KEEPINTVL, 1000 ms by default). After count probes
        (TCP_KEEPCNT, 10 by default) without an answer, the connection fails. You may pass a mapping with these
        names. Before the socket is connected, the setting is stored. Returns the socket.

        Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE) for an interval below 1000 and for
        a count that is not 1 to 127. Then nothing is set. Node: socket.setKeepAlive().
        """
    setKeepAlive = set_keep_alive
    def set_option(self, level: int, name: int, value: int | Buffer, /) -> Self:
        """Sets an option of the descriptor, like socket.setsockopt(). value is an int or bytes. Before the socket is
        connected, the option is stored, and set before connect(2), also for later connections. Returns the
        socket. Raises NetError with the error of the system, TypeError (ERR_INVALID_ARG_TYPE), ValueError
        (ERR_OUT_OF_RANGE).
        """
    setOption = set_option
    @overload
    def get_option(self, level: int, name: int, /) -> int:
        """Returns the value of an option of the descriptor, like socket.getsockopt(): an int, or with a size at most
        that many bytes. Without a descriptor it returns the value that set_option() stored. Raises NetError with
        the error of the system, or ERR_SOCKET_CLOSED if there is no descriptor and no stored value; TypeError
        (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE).
        """
    @overload
    def get_option(self, level: int, name: int, size: int, /) -> Any: ...
    getOption = get_option
    def set_type_of_service(self, tos: int, /) -> Self:
        """Sets the type of service (traffic class) of outgoing packets, 0 to 255: IP_TOS or IPV6_TCLASS. Linux keeps
        the two lowest bits for itself. Before the socket is connected, and on a unix socket, the value is only
        stored. Returns the socket. Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_OUT_OF_RANGE),
        NetError if the system refuses it. Node: socket.setTypeOfService().
        """
    setTypeOfService = set_type_of_service
    def get_type_of_service(self) -> int:
        """Returns the type of service of outgoing packets: the system's value while connected over TCP, else the
        value that was set, or 0. Raises NetError. Node: socket.getTypeOfService().
        """
    getTypeOfService = get_type_of_service
    def address(self) -> AddressInfo | _MaybeNone:
        """Returns AddressInfo(address, port, family) of our end. Returns None if the socket is not connected, or is
        a unix socket. For a socket with the path of a BoundSocket it is AddressInfo(path, None, None).
        Node: socket.address().
        """
    def fileno(self) -> int:
        """Returns the file descriptor, or -1 if there is none. It belongs to pynet: don't close it."""
    def ref(self) -> Self:
        """The socket keeps run() from returning, which is the default. Node: socket.ref()."""
    def unref(self) -> Self:
        """The socket does not keep run() from returning. A connect in progress still does. Node: socket.unref()."""
    @property
    def local(self) -> AddressInfo | str | _MaybeNone:
        """Our end: AddressInfo(address, port, family), the path of a unix socket, or None. It stays known after the
        socket is destroyed.
        """
    @property
    def remote(self) -> AddressInfo | str | _MaybeNone:
        """The peer's end: AddressInfo(address, port, family), the path of a unix socket, or None. It stays known
        after the socket is destroyed. connect() and listen() accept it.
        """
    user_data: Any
    """A place for any object of the program, None at first. pynet does not use it."""
    userData: Any
    """A place for any object of the program, None at first. pynet does not use it."""
    block_list: BlockList | None
    """A BlockList, or None. The socket does not connect to its addresses. You may set it at any time.
    Node: socket.blockList.
    """
    blockList: BlockList | None
    """A BlockList, or None. The socket does not connect to its addresses. You may set it at any time.
    Node: socket.blockList.
    """
    @property
    def linger(self) -> float:
        """For how many seconds close() and the end of `with` read and drop unread input, to avoid a reset. It is 2
        at first; None means 2, and 0 means not at all.
        """
    @linger.setter
    def linger(self, value: float | None, /) -> None: ...
    @property
    def close_timeout(self) -> float:
        """For how many seconds the end of `with sock` waits for queued data. It is 30 at first; None means 30, and 0
        means not at all.
        """
    @close_timeout.setter
    def close_timeout(self, value: float | None, /) -> None: ...
    closeTimeout = close_timeout
    @property
    def auto_select_family_attempted_addresses(self) -> list[str] | None:
        """The addresses that connect() has tried, as a list of "address:port". The connected one is last. None if
        there was only one. Node: socket.autoSelectFamilyAttemptedAddresses.
        """
    autoSelectFamilyAttemptedAddresses = auto_select_family_attempted_addresses
    @property
    def connecting(self) -> bool:
        """True from connect() until it succeeds or fails. Node: socket.connecting."""
    @property
    def pending(self) -> bool:
        """True while the socket is not connected: connect() was not called, or is in progress. Node: socket.pending."""
    @property
    def destroyed(self) -> bool:
        """True after destroy(). Node: socket.destroyed."""
    @property
    def closed(self) -> bool:
        """True after destroy(). Node: stream.closed."""
    @property
    def readable(self) -> bool:
        """True until "end" or an error. Node: readable.readable."""
    @property
    def writable(self) -> bool:
        """True until end() or an error. Node: writable.writable."""
    @property
    def ready_state(self) -> Literal["opening", "open", "readOnly", "writeOnly", "closed"]:
        """ "opening", "open", "readOnly", "writeOnly" or "closed". Node: socket.readyState."""
    readyState = ready_state
    @property
    def allow_half_open(self) -> bool:
        """If False, the socket ends its own half when the peer ends. You may set it at any time."""
    @allow_half_open.setter
    def allow_half_open(self, value: bool, /) -> None: ...
    allowHalfOpen = allow_half_open
    @property
    def server(self) -> Server | None:
        """The server that accepted it, or None."""
    @property
    def errored(self) -> BaseException | None:
        """The error that destroyed it, or None. Node: stream.errored."""
    @property
    def bytes_read(self) -> int:
        """Bytes received. Node: socket.bytesRead."""
    bytesRead = bytes_read
    @property
    def bytes_written(self) -> int:
        """Bytes sent and queued. Node: socket.bytesWritten."""
    bytesWritten = bytes_written
    @property
    def buffer_size(self) -> int | None:
        """How many bytes are queued to be sent; None without a handle. Node: socket.bufferSize."""
    bufferSize = buffer_size
    @property
    def readable_flowing(self) -> bool | None:
        """None: nothing consumes the data yet. True: the socket emits "data". False: it is paused.
        Node: readable.readableFlowing.
        """
    readableFlowing = readable_flowing
    @property
    def readable_length(self) -> int:
        """How many bytes were read and not consumed; after set_encoding() characters. Node: readable.readableLength."""
    readableLength = readable_length
    @property
    def readable_high_water_mark(self) -> int:
        """Reading stops when this many bytes are buffered. Node: readable.readableHighWaterMark."""
    readableHighWaterMark = readable_high_water_mark
    @property
    def readable_ended(self) -> bool:
        """True once "end" has been emitted. Node: readable.readableEnded."""
    readableEnded = readable_ended
    @property
    def readable_aborted(self) -> bool:
        """True when destroyed or failed before "end". Node: readable.readableAborted."""
    readableAborted = readable_aborted
    @property
    def readable_did_read(self) -> bool:
        """True once something has been consumed. Node: readable.readableDidRead."""
    readableDidRead = readable_did_read
    @property
    def readable_encoding(self) -> _Encoding | None:
        """The encoding of set_encoding(), or None. Node: readable.readableEncoding."""
    readableEncoding = readable_encoding
    @property
    def writable_length(self) -> int:
        """Bytes queued to be sent. Node: writable.writableLength."""
    writableLength = writable_length
    @property
    def writable_high_water_mark(self) -> int:
        """write() returns False when this many bytes are queued. Node: writable.writableHighWaterMark."""
    writableHighWaterMark = writable_high_water_mark
    @property
    def writable_need_drain(self) -> bool:
        """True after a write() that returned False, until "drain". Node: writable.writableNeedDrain."""
    writableNeedDrain = writable_need_drain
    @property
    def writable_corked(self) -> int:
        """How many calls of cork() still need an uncork(). Node: writable.writableCorked."""
    writableCorked = writable_corked
    @property
    def writable_ended(self) -> bool:
        """True after end(). Node: writable.writableEnded."""
    writableEnded = writable_ended
    @property
    def writable_finished(self) -> bool:
        """True once everything has left after end(). Node: writable.writableFinished."""
    writableFinished = writable_finished
    @property
    def timeout(self) -> float | None:
        """The milliseconds of set_timeout(), or None. Setting it calls set_timeout(); None switches it off.
        Node: socket.timeout.
        """
    @timeout.setter
    def timeout(self, value: float | None) -> None: ...
    @property
    def peer_credentials(self) -> PeerCredentials | _MaybeNone:
        """PeerCredentials(pid, uid, gid) of the process at the other end of a unix socket, from the time when it
        connected; else None.
        """
    peerCredentials = peer_credentials
    @property
    def encrypted(self) -> bool:
        """True if the connection uses TLS, or will when it is connected. Node: tlsSocket.encrypted."""
    @property
    def authorized(self) -> bool:
        """True if the handshake is complete, and the context has verified a certificate of the peer. Node:
        tlsSocket.authorized.
        """
    @property
    def authorization_error(self) -> str | None:
        """Why `authorized` is False, as a str; None if it is True, or without TLS. Node:
        tlsSocket.authorizationError.
        """
    authorizationError = authorization_error
    @property
    def alpn_protocol(self) -> str | None:
        """The protocol that ALPN has chosen, as a str; None if there is none. Node: tlsSocket.alpnProtocol."""
    alpnProtocol = alpn_protocol
    @property
    def servername(self) -> str | None:
        """The name of the server that the client has asked for (SNI), as a str; None if there is none. Node:
        tlsSocket.servername.
        """
    @property
    def ssl_object(self) -> SSLObject | _MaybeNone:
        """The ssl.SSLObject of the connection, None without TLS. Don't call its methods that read, write or shut
        down.
        """
    sslObject = ssl_object
    @property
    def proxy(self) -> ProxyInfo | _MaybeNone:
        """A ProxyInfo: what the header of the PROXY protocol said, and the proxy's own address. None if the
        connection did not begin with a header.
        """
    @property
    def read_timeout(self) -> float | None:
        """The seconds of set_read_timeout(), or None."""
    readTimeout = read_timeout
    @property
    def local_address(self) -> str | _MaybeNone:
        """Our address, or None. For a unix socket, the path of the adopted BoundSocket. Node: socket.localAddress."""
    localAddress = local_address
    @property
    def remote_address(self) -> str | _MaybeNone:
        """The peer's address, or None. It stays known after the socket is destroyed."""
    remoteAddress = remote_address
    @property
    def local_port(self) -> int | _MaybeNone:
        """Our port, or None. Node: socket.localPort."""
    localPort = local_port
    @property
    def remote_port(self) -> int | _MaybeNone:
        """The peer's port, or None. It stays known after the socket is destroyed."""
    remotePort = remote_port
    @property
    def local_family(self) -> Family | _MaybeNone:
        """ "IPv4", "IPv6" or None. Node: socket.localFamily."""
    localFamily = local_family
    @property
    def remote_family(self) -> Family | _MaybeNone:
        """ "IPv4", "IPv6" or None; kept after the socket is destroyed."""
    remoteFamily = remote_family

Stream = Socket
