"""Types of the C module: errors and warnings. For type checkers only: import these names from pynet."""

import socket

from pynet._pynet import EventEmitter

class NetError(OSError):
    """An error of the network. `code` is Node's ("ECONNREFUSED"), `errno` Python's number; `syscall`,
    `address`, `port` and `hostname` are set where they apply, else None.
    """

    code: str | None
    syscall: str | None
    address: str | None
    port: int | None
    hostname: str | None

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
    """An operation was aborted: `reason` is what its signal was aborted with, also the __cause__
    when that is an exception.
    """

    reason: object

class AggregateError(NetError):
    """Every attempt to connect failed: `errors` holds one error for each."""

    errors: list[NetError]

class MaxListenersExceededWarning(RuntimeWarning):
    """More listeners for an event than set_max_listeners() allows."""

    emitter: EventEmitter
    type: object
    count: int

class TimeoutOverflowWarning(RuntimeWarning):
    """A delay of more than 2,147,483,647 ms."""
