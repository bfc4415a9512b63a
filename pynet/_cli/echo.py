"""`pynet echo`: an echo server."""

from __future__ import annotations

import argparse
import time

import pynet
from pynet._cli import tls, where
from pynet._cli.errors import UsageError
from pynet._cli.serving import serve
from pynet._cli.text import note, plural, short_time


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "echo",
        help="serve: what a client sends goes back to it",
        usage="%(prog)s [OPTION]... [HOST PORT | HOST:PORT | PORT | PATH]",
        description="An echo server. Prints one line, `listening on HOST PORT` or `listening on PATH`, and serves "
        "until SIGINT or SIGTERM. Then it sends what is queued and removes the path. A second signal ends it at once.",
        epilog="Exit status: 0 after SIGINT or SIGTERM; 1 when it cannot listen; 2 for wrong usage.\n\n"
        "Examples:\n\n"
        "    pynet echo\n"
        "    pynet echo -v 0.0.0.0:7000\n"
        "    pynet echo /tmp/echo.sock",
    )
    parser.add_argument(
        "where",
        nargs="*",
        metavar="PLACE",
        help=f"a host and a port, {where.FORMS} (default: port 0, which is any free port)",
    )
    where.add_unix(parser)
    parser.add_argument("--host", help="the address to listen on when PLACE has none (default: 127.0.0.1)")
    parser.add_argument("-v", "--verbose", action="store_true", help="report each connection and its end on stderr")
    tls.add_server(parser)
    return parser


def report(sock: pynet.Socket) -> None:
    """Writes a line now, and one when the connection has closed."""
    name = where.peer_name(sock)
    began = time.monotonic()
    note(f"{name} connected")

    def on_close(had_error: bool) -> None:
        lasted = short_time(time.monotonic() - began)
        note(f"{name} closed after {lasted}: {plural(sock.bytes_read, 'byte')} received, {sock.bytes_written:,} sent")

    sock.on("error", lambda err: note(f"{name} failed: {err.code}"))
    sock.on("close", on_close)


def run(args: argparse.Namespace) -> int:
    place = where.parse(args.where or ["0"], unix=args.unix)
    if args.host is not None and (place.host is not None or place.path is not None):
        raise UsageError("--host is for a PLACE that is a port")
    host = where.checked_host(args.host) if args.host is not None else "127.0.0.1"

    def on_connection(sock: pynet.Socket) -> None:
        sock.on("error", lambda err: None)  # a peer's reset concerns that peer only
        if args.verbose:
            report(sock)
        sock.pipe(sock)

    def on_failed(err: pynet.NetError, sock: pynet.Socket) -> None:
        if args.verbose:
            note(f"{where.peer_name(sock)} failed: {err}")

    server = pynet.create_server(tls.server_options(args), on_connection)
    server.on("tlsClientError", on_failed)
    return serve(server, place.listen_options(host))
