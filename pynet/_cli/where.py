"""Places on the command line: HOST PORT, HOST:PORT, PORT, or the path of a unix socket; on Windows a named pipe."""

from __future__ import annotations

import argparse
import re
import socket
import sys
from typing import NamedTuple

import pynet
from pynet._cli.errors import UsageError

HOST_PORT = re.compile(r"(\[[^\[\]/]+\]|[^\[\]:/]+):(\d+)", re.ASCII)
PATH = "the name of a named pipe" if sys.platform == "win32" else "the path of a unix socket"
FORMS = f"HOST:PORT, PORT, or {PATH}"


class Where(NamedTuple):
    """A port, of a host or not, or a path."""

    port: int | None = None
    host: str | None = None
    path: str | None = None

    def __str__(self) -> str:
        return self.path if self.path is not None else f"{self.host or 'localhost'} {self.port}"

    def connect_options(self) -> pynet.SocketConnectOptions:
        if self.path is not None:
            return {"path": self.path}
        return {"port": self.port, "host": self.host or "localhost"}

    def listen_options(self, default_host: str | None) -> pynet.ListenOptions:
        """A path that no server listens on any more is taken over."""
        if self.path is not None:
            return {"path": self.path} if sys.platform == "win32" else {"path": self.path, "unlink_stale": True}
        return {"port": self.port, "host": self.host or default_host}


def add_unix(parser: argparse.ArgumentParser) -> None:
    """Adds -U to a parser of one place."""
    parser.add_argument("-U", "--unix", action="store_true", help=f"PLACE is {PATH}, whatever it looks like")


def port_number(text: str) -> int:
    """The number of a port, which may be written as the name of a service. Raises UsageError."""
    if text.isascii() and text.isdigit():
        number = int(text) if len(text) < 10 else 2**16
    else:
        try:
            number = socket.getservbyname(text, "tcp")
        except (OSError, UnicodeError):
            raise UsageError(f"{text!r} is neither the number of a port nor the name of a service") from None
    if number > 65535:
        raise UsageError(f"port {text[:20]} is too large: the last one is 65535")
    return number


def parse(words: list[str], *, unix: bool = False) -> Where:
    """Reads one or two arguments. Raises UsageError."""
    if unix:
        if len(words) != 1:
            raise UsageError("-U takes one path")
        return checked_path(words[0])
    if len(words) == 2:
        host, port = words
        return Where(port_number(port), checked_host(host))
    if len(words) != 1:
        raise UsageError(f"too many arguments: the place is HOST PORT, {FORMS}")
    (text,) = words
    if text.isascii() and text.isdigit():
        return Where(port_number(text))
    if text.startswith("unix:"):
        return checked_path(text.removeprefix("unix:"))
    if match := HOST_PORT.fullmatch(text):
        return Where(port_number(match[2]), checked_host(match[1]))
    if pynet.is_ip(text.strip("[]")):
        raise UsageError(f"{text} needs a port: {text} PORT")
    if "/" not in text and ":" in text or re.match(r"[a-z]+://", text):
        raise UsageError(f"{text} is not {PATH}: write HOST:PORT, or ./{text} if it is")
    return checked_path(text)


def checked_path(text: str) -> Where:
    if not text:
        raise UsageError("the path is empty")
    return Where(path=text)


def checked_host(text: str) -> str:
    host = text.removeprefix("[").removesuffix("]")
    if not host:
        raise UsageError("the host is empty")
    return host


def one(text: str) -> Where:
    """The type of an argument that is a place by itself."""
    try:
        return parse([text])
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def peer_name(sock: pynet.Socket) -> str:
    """The other end of a connection that was accepted: `127.0.0.1 40123`; of a unix socket, its process."""
    if sock.remote_address is not None:
        return f"{sock.remote_address} {sock.remote_port}"
    if sys.platform == "win32":
        return "a client of the pipe"
    who = sock.peer_credentials
    if who is None:
        return "a unix socket"
    return f"uid {who.uid}" if who.pid is None else f"pid {who.pid}, uid {who.uid}"


def listening_text(server: pynet.Server) -> str:
    """`listening on`, and what `connect` takes."""
    address = server.address()
    return f"listening on {address if isinstance(address, str) else f'{address.address} {address.port}'}"
