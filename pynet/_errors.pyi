"""Types of the C module: errors and warnings. For type checkers only: import these names from pynet."""

import socket
from collections.abc import Callable
from typing import TypeVar

from pynet._emitter import EventEmitter

class NetError(OSError):
    """An error of the network. `code` is a text such as "ECONNREFUSED", `errno` Python's number. `syscall`,
    `address`, `port` and `hostname` are set where they apply, else None.
    """

    code: str | None
    """The code: "ECONNREFUSED", "ERR_SERVER_NOT_RUNNING", ..."""
    syscall: str | None
    """The call that failed, or None: "connect", "listen", "read", "write", "getaddrinfo", ..."""
    address: str | None
    """The address to connect to or to listen on, or the peer: an IP address, the path of a unix socket, or None."""
    port: int | None
    """The port that belongs to the address, or None."""
    hostname: str | None
    """The name that could not be resolved, or None."""
    local_address: str | None
    """The value of this option of connect(), or None."""
    local_port: int | None
    """The value of this option of connect(), or None."""

_FError = TypeVar("_FError", bound=Callable[[NetError], object])

class NetConnectionRefusedError(NetError, ConnectionRefusedError):
    """A NetError that is also the builtin error of its kind."""

class NetConnectionResetError(NetError, ConnectionResetError):
    """A NetError that is also the builtin error of its kind."""

class NetConnectionAbortedError(NetError, ConnectionAbortedError):
    """A NetError that is also the builtin error of its kind."""

class NetBrokenPipeError(NetError, BrokenPipeError):
    """A NetError that is also the builtin error of its kind."""

class NetTimeoutError(NetError, TimeoutError):
    """A NetError that is also the builtin error of its kind."""

class NetFileNotFoundError(NetError, FileNotFoundError):
    """A NetError that is also the builtin error of its kind."""

class NetFileExistsError(NetError, FileExistsError):
    """A NetError that is also the builtin error of its kind."""

class NetPermissionError(NetError, PermissionError):
    """A NetError that is also the builtin error of its kind."""

class NetBlockingIOError(NetError, BlockingIOError):
    """A NetError that is also the builtin error of its kind."""

class NetIsADirectoryError(NetError, IsADirectoryError):
    """A NetError that is also the builtin error of its kind."""

class NetNotADirectoryError(NetError, NotADirectoryError):
    """A NetError that is also the builtin error of its kind."""

class NetLookupError(NetError, socket.gaierror):
    """A host name could not be resolved; also a socket.gaierror."""

class AbortError(NetError):
    """An operation was aborted. `reason` is the reason of its signal. It is also the __cause__, if it is an
    exception.
    """

    reason: object
    """The reason of the signal (any object), or None."""

class AggregateError(NetError):
    """Every attempt to connect failed. `errors` has one error for each attempt."""

    errors: list[NetError]
    """One error for each attempt to connect."""

class MaxListenersExceededWarning(RuntimeWarning):
    """More listeners for an event than set_max_listeners() allows."""

    emitter: EventEmitter
    """The emitter that has so many listeners."""
    type: object
    """The name of the event."""
    count: int
    """How many listeners the event has."""

class TimeoutOverflowWarning(RuntimeWarning):
    """A delay of more than 2,147,483,647 ms."""
