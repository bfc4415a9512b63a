"""`pynet scan`: which ports of a host accept connections, as `nc -z`."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
import time
from collections.abc import Callable

import pynet
from pynet._cli import where
from pynet._cli.errors import FAILED, CommandError, UsageError
from pynet._cli.text import GREEN, count, note, paint, plural, positive_seconds, progress, say, short_time

OWN_FAULTS = ("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EADDRNOTAVAIL")
OPEN, CLOSED, SILENT = "open", "closed", "silent"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "scan",
        usage="%(prog)s [OPTION]... HOST PORTS...",
        help="which ports of a host accept connections",
        description="Connects to each of PORTS of HOST, and prints a line, `ADDRESS PORT open SERVICE`, for each that "
        "accepts, in the order of the ports. Sends nothing.",
        epilog="Exit status, as of `nc -z`: 0 when at least one port is open; 1 when none is, and when the scan "
        "failed; 2 for wrong usage; 130 after Ctrl-C.\n\n"
        "Examples:\n\n"
        "    pynet scan localhost 1-1024\n"
        "    pynet scan -v -w 1 example.com 22,80 https",
    )
    parser.add_argument("host", metavar="HOST", help="a name or an address; of a name, all addresses are tried")
    parser.add_argument(
        "ports", nargs="+", metavar="PORTS", help="numbers, ranges and names of services: 22,80,8000-8100 https"
    )
    parser.add_argument(
        "-w",
        "--wait",
        type=positive_seconds,
        default=3.0,
        metavar="SECONDS",
        help="how long to wait for an answer of each port (default: 3)",
    )
    parser.add_argument(
        "-p", "--parallel", type=count, default=64, metavar="NUMBER", help="how many ports at a time (default: 64)"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="print the other ports as well, with the time, and a summary"
    )
    return parser


def parse_ports(words: list[str]) -> list[int]:
    """The ports in the order of the command line, each once. Raises UsageError."""
    ports: dict[int, None] = {}
    for text in ",".join(words).split(","):
        first, dash, last = text.partition("-")
        if dash and first.isdigit() and last.isdigit():
            low, high = where.port_number(first), where.port_number(last)
            if low > high:
                raise UsageError(f"the range {text} ends before it begins")
        else:
            low = high = where.port_number(text)
        if low < 1:
            raise UsageError("port 0 cannot be connected to")
        ports.update(dict.fromkeys(range(low, high + 1)))
    return list(ports)


def look_up(host: str) -> list[tuple[str, int]]:
    """All addresses of the host with their families, looked up once for all ports."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a name"
        raise CommandError(f"{host}: {reason}") from None
    families = {socket.AF_INET: 4, socket.AF_INET6: 6}
    addresses = [(str(place[0]), families[family]) for family, _, _, _, place in found if family in families]
    return list(dict.fromkeys(addresses))


def service_name(port: int) -> str:
    with contextlib.suppress(OSError):
        return " " + socket.getservbyport(port, "tcp")
    return ""


class Scan:
    """Keeps `parallel` attempts going, and prints the outcomes in the order of the ports."""

    def __init__(self, args: argparse.Namespace, ports: list[int], addresses: list[tuple[str, int]]) -> None:
        self.host: str = args.host.strip("[]")
        self.wait: float = args.wait
        self.parallel: int = args.parallel
        self.verbose: bool = args.verbose
        self.ports = ports
        self.addresses = addresses
        self.begun = 0  # of the ports
        self.shown = 0
        self.outcomes: dict[int, str] = {}  # by port: the line, until it can be printed
        self.counts = dict.fromkeys((OPEN, CLOSED, SILENT), 0)
        self.fault: Exception | None = None
        self.stopped = False
        self.began = time.monotonic()

    def start(self) -> None:
        for _ in range(min(self.parallel, len(self.ports))):
            self.next()

    def next(self) -> None:
        if not self.stopped and self.begun < len(self.ports):
            self.begun += 1
            self.attempt(self.ports[self.begun - 1])

    def look_up(self, hostname: str, options: pynet.LookupOptions, callback: Callable[..., None]) -> None:
        callback(None, self.addresses)

    def attempt(self, port: int) -> None:
        began = time.monotonic()
        sock = pynet.Socket()

        def on_connect() -> None:
            # From a port in its own range, a scan of this machine may connect to itself.
            if sock.local == sock.remote:
                outcome(CLOSED, self.host)
            else:
                outcome(OPEN, sock.remote_address)

        def on_error(err: pynet.NetError) -> None:
            if err.code in OWN_FAULTS:
                self.fault = err
                self.stopped = True
            outcome(CLOSED if err.code in ("ECONNREFUSED", "ECONNRESET") else SILENT, self.host)

        def outcome(state: str, address: str) -> None:
            took = f" ({short_time(time.monotonic() - began)})" if self.verbose else ""
            sock.destroy()
            self.done(port, state, f"{address} {port}", took)

        sock.on("error", on_error)
        sock.connect(
            {"port": port, "host": self.host, "lookup": self.look_up, "connect_timeout": self.wait}, on_connect
        )

    def done(self, port: int, state: str, place: str, took: str) -> None:
        self.counts[state] += 1
        if state == OPEN:
            self.outcomes[port] = f"{place} {paint('open', GREEN, sys.stdout)}{service_name(port)}{took}"
        else:
            self.outcomes[port] = f"{place} {state}{took}" if self.verbose else ""
        self.show()
        progress.show(f"{sum(self.counts.values()):,} of {plural(len(self.ports), 'port')}, {self.counts[OPEN]} open")
        self.next()

    def show(self) -> None:
        while not self.stopped and self.shown < len(self.ports):
            line = self.outcomes.pop(self.ports[self.shown], None)
            if line is None:
                return
            self.shown += 1
            if line and not say(line):
                self.stopped = True  # the reader of stdout has closed it

    def finish(self) -> int:
        """Reports, and returns the exit status."""
        progress.clear()
        if self.fault is not None:
            raise CommandError(self.fault)
        if self.verbose:
            opened, closed, silent = self.counts.values()
            took = short_time(time.monotonic() - self.began)
            note(f"{opened} open, {closed} closed, {silent} silent in {took}")
        return 0 if self.counts[OPEN] else FAILED


def run(args: argparse.Namespace) -> int:
    ports = parse_ports(args.ports)
    scan = Scan(args, ports, look_up(args.host.strip("[]")))
    try:
        pynet.run(scan.start)
    finally:
        progress.clear()
    return scan.finish()
