"""`pynet proxy`: joins each connection to a new one elsewhere, both ways, also slowly and not for ever."""

from __future__ import annotations

import argparse
import itertools
import random
import re
import time
from typing import NamedTuple

import pynet
from pynet._cli import where
from pynet._cli.blocking import load_block_list
from pynet._cli.serving import serve
from pynet._cli.shaping import Budget, Lane
from pynet._cli.text import complain, note, plural, positive_seconds, positive_size, seconds, short_time


class Drop(NamedTuple):
    """When a connection is cut: after so many bytes, after a time, or at once with a probability."""

    size: int | None = None
    time: float | None = None
    chance: float = 0.0


def drop(text: str) -> Drop:
    """The type of --drop: 64k, 2s, 500ms or 10%."""
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)%", text, re.ASCII):
        if float(match[1]) <= 100:
            return Drop(chance=float(match[1]) / 100)
    elif re.fullmatch(r"[\d.]+m?s", text, re.ASCII):
        return Drop(time=seconds(text))
    elif re.fullmatch(r"\d.*", text):
        return Drop(size=positive_size(text))
    raise argparse.ArgumentTypeError(f"{text!r} is neither bytes (64k), a time (2s, 500ms) nor a share (10%)")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "proxy",
        usage="%(prog)s [OPTION]... A B",
        help="join each connection to A with a new one to B, at any speed",
        description="Listens on A, and connects to B for each client. Carries data both ways, half-closes each side "
        "as the other one does, and reads no faster than it can write. Each of A and B is HOST:PORT, PORT, or the "
        "path of a unix socket; without a host it is 127.0.0.1 for A and localhost for B. Prints `listening on ...`, "
        "and serves until SIGINT or SIGTERM.",
        epilog="Exit status: 0 after SIGINT or SIGTERM; 1 when it cannot listen; 2 for wrong usage.\n\n"
        "Examples:\n\n"
        "    pynet proxy --log 8080 example.com:80\n"
        "    pynet proxy 0.0.0.0:5432 /run/postgresql/.s.PGSQL.5432\n"
        "    pynet proxy --rate 64k --delay 200ms --drop 1M 8080 localhost:80",
    )
    parser.add_argument("a", type=where.one, metavar="A", help="where to listen; port 0 is any free port")
    parser.add_argument("b", type=where.one, metavar="B", help="where to connect to")
    parser.add_argument(
        "--block-list",
        metavar="FILE",
        help="refuse the clients whose address is in FILE: one address, subnet or range in a line",
    )
    parser.add_argument(
        "--rate", type=positive_size, metavar="BYTES", help="carry at most so much in a second, in each direction"
    )
    parser.add_argument(
        "--delay", type=seconds, default=0.0, metavar="SECONDS", help="hold all data for so long, such as 0.2 or 200ms"
    )
    parser.add_argument(
        "--drop",
        type=drop,
        action="append",
        default=[],
        metavar="WHEN",
        help="cut a connection by a reset: after a number of bytes (64k) both ways together, after a time (2s, 500ms), "
        "or at once with a probability (10%%); may be given more than once",
    )
    parser.add_argument("--timeout", type=positive_seconds, metavar="SECONDS", help="how long connecting to B may take")
    parser.add_argument("--log", action="store_true", help="report each connection and its end on stderr")
    return parser


def cut(sock: pynet.Socket) -> None:
    """Closes by a reset, if it can be; a unix socket has none."""
    if sock.destroyed:
        return
    if sock.connecting or sock.remote_address is None:
        sock.destroy()
    else:
        sock.reset_and_destroy()


class Connection:
    """A client and the connection to B that belongs to it."""

    def __init__(self, number: int, client: pynet.Socket, args: argparse.Namespace) -> None:
        self.number = number
        self.log: bool = args.log
        self.client = client
        self.began = time.monotonic()
        self.open = 2
        self.ended_by = ""
        self.timers: list[pynet.Timeout] = []
        options = args.b.connect_options()
        if args.timeout is not None:
            options["connect_timeout"] = args.timeout
        self.say(f"{where.peer_name(client)} to {args.b}")
        client.on("error", self.on_client_error)
        client.on("close", self.on_close)
        self.target = pynet.Socket(allow_half_open=True)
        self.target.on("error", self.on_target_error)
        self.target.on("close", self.on_close)
        self.target.connect(options)
        self.carry(args.delay, args.rate, args.drop)

    def carry(self, delay: float, rate: int | None, drops: list[Drop]) -> None:
        sizes = [each.size for each in drops if each.size is not None]
        budget = Budget(min(sizes), lambda: self.cut("dropped")) if sizes else None
        self.timers = [
            pynet.set_timeout(self.cut, each.time * 1000, "dropped") for each in drops if each.time is not None
        ]
        if delay or rate is not None or budget is not None:
            Lane(self.client, self.target, delay, rate, budget)
            Lane(self.target, self.client, delay, rate, budget)
        else:
            self.client.pipe(self.target)
            self.target.pipe(self.client)

    def say(self, text: str) -> None:
        if self.log:
            note(f"{self.number} {text}")

    def on_client_error(self, err: pynet.NetError) -> None:
        self.cut(f"the client: {err}")

    def on_target_error(self, err: pynet.NetError) -> None:
        if not self.target.bytes_read and not self.log:
            complain(err)  # what cannot be connected to is a thing to know
        self.cut(str(err))

    def cut(self, reason: str) -> None:
        self.ended_by = self.ended_by or reason
        cut(self.client)
        cut(self.target)

    def on_close(self, had_error: bool) -> None:
        self.open -= 1
        if self.open:
            return
        for timer in self.timers:
            pynet.clear_timeout(timer)
        there, back = self.client.bytes_read, self.target.bytes_read
        lasted = short_time(time.monotonic() - self.began)
        reason = f": {self.ended_by}" if self.ended_by else ""
        self.say(f"closed after {lasted}, {plural(there, 'byte')} there, {back:,} back{reason}")


def run(args: argparse.Namespace) -> int:
    blocked = load_block_list(args.block_list) if args.block_list is not None else pynet.BlockList()
    chance = 1.0
    for each in args.drop:
        chance *= 1 - each.chance
    numbers = itertools.count(1)

    def on_connection(client: pynet.Socket) -> None:
        address = client.remote_address
        if address is not None and address in blocked:
            if args.log:
                note(f"{address} is blocked")
            client.on("error", lambda err: None)
            client.destroy()
        elif random.random() >= chance:
            if args.log:
                note(f"{where.peer_name(client)} dropped")
            client.on("error", lambda err: None)
            cut(client)
        else:
            Connection(next(numbers), client, args)

    server = pynet.create_server(on_connection, allow_half_open=True)
    return serve(server, args.a.listen_options("127.0.0.1"))
