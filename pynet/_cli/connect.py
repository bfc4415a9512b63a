"""`pynet connect`: a connection to stdin and stdout, as `nc`."""

from __future__ import annotations

import argparse
import time

import pynet
from pynet._cli import tls, where
from pynet._cli.errors import FAILED, UsageError
from pynet._cli.joining import Joint, add_options
from pynet._cli.serving import keep_running
from pynet._cli.text import complain, note, plural, positive_seconds, short_time


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "connect",
        help="connect: stdin to the socket, the socket to stdout",
        usage="%(prog)s [OPTION]... (HOST PORT | HOST:PORT | PORT | PATH)",
        description="Sends stdin to the peer and writes what the peer sends to stdout. Half-closes at the end of "
        "stdin, and goes on until the peer closes. When stdin is a terminal, it also ends when the peer ends.",
        epilog="Exit status: 0 when the connection ended in order, or the reader of stdout is gone; 1 when it failed; "
        "2 for wrong usage; 130 after Ctrl-C.\n\n"
        "Examples:\n\n"
        "    pynet connect -v -C example.com 80\n"
        "    echo status | pynet connect -w 2 localhost:9000\n"
        "    pynet connect -x /run/service.sock\n"
        "    pynet connect --tls -C example.com 443",
    )
    parser.add_argument(
        "where",
        nargs="+",
        metavar="PLACE",
        help=f"a host and a port, {where.FORMS}; without a host it is localhost",
    )
    add_options(parser)
    where.add_unix(parser)
    family = parser.add_mutually_exclusive_group()
    family.add_argument("-4", "--ipv4", dest="family", action="store_const", const=4, help="use IPv4 addresses only")
    family.add_argument("-6", "--ipv6", dest="family", action="store_const", const=6, help="use IPv6 addresses only")
    parser.add_argument(
        "-w",
        "--wait",
        type=positive_seconds,
        metavar="SECONDS",
        help="give up when connecting takes longer; end, with status 0, when the connection is idle for so long",
    )
    parser.add_argument(
        "--timeout",
        type=positive_seconds,
        metavar="SECONDS",
        help="how long connecting may take, lookup and all addresses together, and then the handshake of --tls "
        "(default: that of -w, or no limit)",
    )
    parser.add_argument("-s", "--local-address", metavar="ADDRESS", help="the address to connect from")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="report the lookup, each attempt with its time, and the end"
    )
    tls.add_client(parser)
    return parser


class Report:
    """What -v writes: each attempt, with the time since it began, and what the connection carried."""

    def __init__(self, sock: pynet.Socket) -> None:
        self.sock = sock
        self.began = time.monotonic()
        self.connected: float | None = None
        self.attempts: dict[str, float] = {}
        sock.on("lookup", self.on_lookup)
        sock.on("connectionAttempt", self.on_attempt)
        sock.on("connectionAttemptFailed", self.on_failed)
        sock.on("connectionAttemptTimeout", self.on_timeout)
        sock.on("connect", self.on_connect)
        sock.on("secureConnect", lambda: tls.report_client(sock))
        sock.on("close", self.on_close)

    @staticmethod
    def place(address: str | None, port: int | None) -> str:
        return str(address) if port is None else f"{address} {port}"

    def on_lookup(self, err: pynet.NetError | None, address: str | None, family: int | None, host: str) -> None:
        if err is None:
            note(f"{host} is {address} ({short_time(time.monotonic() - self.began)})")

    def on_attempt(self, address: str, port: int | None, family: int | None) -> None:
        place = self.place(address, port)
        self.attempts[place] = time.monotonic()
        note(f"trying {place}")

    def took(self, place: str) -> str:
        return short_time(time.monotonic() - self.attempts.get(place, self.began))

    def on_failed(self, address: str, port: int | None, family: int | None, error: pynet.NetError) -> None:
        place = self.place(address, port)
        note(f"{place} failed after {self.took(place)}: {error.code}")

    def on_timeout(self, address: str, port: int | None, family: int | None) -> None:
        place = self.place(address, port)
        note(f"{place} has not answered for {self.took(place)}")

    def on_connect(self) -> None:
        self.connected = time.monotonic()
        sock = self.sock
        place = (
            self.place(sock.remote_address, sock.remote_port)
            if sock.remote_address
            else str(sock.remote or next(reversed(self.attempts), ""))
        )
        source = f" from {sock.local_address} {sock.local_port}" if sock.local_address else ""
        note(f"connected to {place}{source} after {self.took(place)}")

    def on_close(self, had_error: bool) -> None:
        if self.connected is not None:
            lasted = short_time(time.monotonic() - self.connected)
            sent, received = self.sock.bytes_written, self.sock.bytes_read
            note(f"closed after {lasted}: {plural(sent, 'byte')} sent, {received:,} received")


def connect_options(args: argparse.Namespace) -> pynet.SocketConnectOptions:
    place = where.parse(args.where, unix=args.unix)
    options = place.connect_options()
    limit = args.timeout if args.timeout is not None else args.wait
    if limit is not None:
        options["connect_timeout"] = limit
    if args.local_address is not None:
        if not pynet.is_ip(args.local_address.strip("[]")):
            raise UsageError(f"{args.local_address} is not an IP address to connect from")
        options["local_address"] = args.local_address.strip("[]")
    if args.family is not None:
        options["family"] = args.family
    tls.add_client_options(args, None if place.path is not None else place.host or "localhost", options)
    return options


def run(args: argparse.Namespace) -> int:
    options = connect_options(args)
    failed = False
    sock = pynet.Socket(allow_half_open=True)
    joint = Joint(args)

    def on_connect() -> None:
        joint.attach(sock)
        if args.wait is not None:
            sock.set_timeout(args.wait * 1000, on_idle)

    def on_idle() -> None:
        if args.verbose:
            note(f"idle for {short_time(args.wait)}")
        sock.destroy()

    def on_error(err: pynet.NetError) -> None:
        nonlocal failed
        failed = True
        complain(f"{err}{tls.hint(err)}")

    def main() -> None:
        hold = keep_running()
        sock.on("close", lambda had_error: pynet.clear_interval(hold))
        sock.on("error", on_error)
        if args.verbose:
            Report(sock)
        sock.connect(options, on_connect)

    pynet.run(main)
    return 0 if joint.finish() and not failed else FAILED
