"""Sockets that systemd has opened for us (socket activation), as sd_listen_fds(3) describes the protocol."""

from __future__ import annotations

import os

from pynet._support import coded

_FIRST = 3  # SD_LISTEN_FDS_START
_NAMES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")


def _number(text: str | None) -> int:
    """The value of a plain decimal number, or -1."""
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _inherited() -> list[int]:
    if _number(os.environ.get("LISTEN_PID")) != os.getpid():
        return []
    count = max(_number(os.environ.get("LISTEN_FDS")), 0)
    fds = range(_FIRST, _FIRST + count)
    try:
        for fd in fds:
            os.set_inheritable(fd, False)
    except OSError:  # a descriptor is not open: the variables are wrong
        return []
    return list(fds)


def systemd_listen_fds(name: str | None = None, unset_environment: bool = True) -> list[int]:
    """systemd_listen_fds(name=None, unset_environment=True)

    Returns the sockets that systemd (or another supervisor) passes to this process, as a list of descriptors from 3 on.
    listen(fd=n) takes one over. They are made close-on-exec. The list is empty if there are none, if they are meant for
    another process, or if the variables LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES are invalid.

    name: only the descriptors with this name in systemd (FileDescriptorName= of the socket unit). unset_environment:
    removes the three variables, so that child processes do not use them. A second call then returns an empty list.
    Raises TypeError (ERR_INVALID_ARG_TYPE).

    Node has no such function.
    """
    if name is not None and not isinstance(name, str):
        text = f'The "name" argument must be a str. Received an instance of {type(name).__name__}'
        raise coded(TypeError(text), "ERR_INVALID_ARG_TYPE")
    fds = _inherited()
    names = os.environ.get("LISTEN_FDNAMES")
    if unset_environment:
        for variable in _NAMES:
            os.environ.pop(variable, None)
    if name is None:
        return fds
    called = names.split(":") if names is not None else []
    return [fd for fd, its in zip(fds, called, strict=False) if its == name]
