"""`pynet bench`: the load that an echo server, or any server, bears."""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter

import pynet
from pynet._cli import where
from pynet._cli.errors import FAILED, INTERRUPTED
from pynet._cli.text import (
    complain,
    count,
    positive_seconds,
    positive_size,
    progress,
    say,
    short_size,
    short_time,
)

STEPS = 200  # of a histogram, for each factor of e: a percentile is right to half a percent
PERCENTILES = (50, 90, 99, 99.9)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "bench",
        usage="%(prog)s [OPTION]... A",
        help="measure a server: rate, and percentiles of the time of an answer",
        description="Measures the echo server at A, which is HOST:PORT, PORT, or the path of a unix socket: each "
        "connection sends a message, waits until all of it came back, and sends the next one. With --connect it "
        "measures any server instead: it connects, closes, and connects again.",
        epilog="Exit status: 0 when all went well; 1 when a connection failed, or nothing came back; 2 for wrong "
        "usage; 130 after Ctrl-C, which ends the measurement early: the result so far is printed.\n\n"
        "Examples:\n\n"
        "    pynet bench 7000\n"
        "    pynet bench -c 100 -s 64k -t 30 server.example:7000\n"
        "    pynet bench --connect --json localhost:80",
    )
    parser.add_argument("a", type=where.one, metavar="A", help="the server")
    parser.add_argument(
        "-c", "--connections", type=count, default=10, metavar="NUMBER", help="how many at a time (default: 10)"
    )
    parser.add_argument(
        "-s", "--size", type=positive_size, default=1024, metavar="BYTES", help="of a message (default: 1k)"
    )
    parser.add_argument(
        "-t", "--time", type=positive_seconds, default=5.0, metavar="SECONDS", help="how long to measure (default: 5)"
    )
    parser.add_argument("-n", "--number", type=count, metavar="NUMBER", help="end after so many answers")
    parser.add_argument("--connect", action="store_true", help="measure how fast connections are accepted")
    parser.add_argument("--json", action="store_true", help="print the result as JSON: times in seconds")
    return parser


class Times:
    """A histogram of times: its size does not depend on their number."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.number = 0
        self.total = 0.0
        self.least = math.inf
        self.most = 0.0

    def add(self, value: float) -> None:
        value = max(value, 1e-9)
        self.counts[math.floor(math.log(value) * STEPS)] += 1
        self.number += 1
        self.total += value
        self.least = min(self.least, value)
        self.most = max(self.most, value)

    def percentile(self, percent: float) -> float:
        """The time that `percent` of all do not exceed."""
        wanted = math.ceil(self.number * percent / 100)
        for step in sorted(self.counts):
            wanted -= self.counts[step]
            if wanted <= 0:
                return min(max(math.exp((step + 0.5) / STEPS), self.least), self.most)
        return self.most


class Bench:
    """Runs the connections, and counts."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.message = bytes(i & 0xFF for i in range(args.size))
        self.times = Times()
        self.errors: Counter[str] = Counter()
        self.sockets: set[pynet.Socket] = set()
        self.over = False
        self.connected = 0
        self.began = time.monotonic()
        self.took = 0.0
        self.timers: list[pynet.Timeout] = []

    def start(self) -> None:
        self.timers = [
            pynet.set_timeout(self.stop, self.args.time * 1000),
            pynet.set_interval(self.show, 200),
        ]
        for _ in range(self.args.connections):
            self.connect()

    def connect(self) -> None:
        began = time.monotonic()
        sock = pynet.Socket(no_delay=True)
        self.sockets.add(sock)

        def on_connect() -> None:
            self.connected += 1
            if self.args.connect:
                sock.destroy()
                self.answered(began)
            else:
                Exchange(self, sock).send()

        def on_error(err: pynet.NetError) -> None:
            if not self.over:
                if not self.errors:
                    complain(err)
                self.errors[str(err.code)] += 1

        def on_close(had_error: bool) -> None:
            self.sockets.discard(sock)
            if self.over:
                return
            if self.args.connect and not had_error:
                self.connect()
            elif not self.sockets:
                self.stop()

        sock.on("error", on_error)
        sock.on("close", on_close)
        sock.connect(self.args.a.connect_options(), on_connect)

    def answered(self, began: float) -> None:
        if self.over:
            return
        self.times.add(time.monotonic() - began)
        if self.times.number == self.args.number:
            self.stop()

    def failed(self, sock: pynet.Socket, what: str) -> None:
        if not self.over and not sock.destroyed:
            if not self.errors:
                complain(what)
            self.errors[what] += 1
            sock.destroy()

    def stop(self) -> None:
        """Ends the measurement; also called when it is over already."""
        if self.over:
            return
        self.over = True
        self.took = time.monotonic() - self.began
        for timer in self.timers:
            pynet.clear_timeout(timer)
        for sock in list(self.sockets):
            sock.destroy()
        progress.clear()

    def show(self) -> None:
        passed = time.monotonic() - self.began
        number = self.times.number
        progress.show(f"{passed:.0f} of {self.args.time:g} s, {number:,} answers, {number / passed:,.0f} a second")

    # --- the result ---

    def result(self) -> dict[str, object]:
        times, took = self.times, max(self.took, 1e-9)
        latency: dict[str, float] = {}
        if times.number:
            latency = {"min": times.least, "mean": times.total / times.number}
            latency |= {f"p{percent:g}": times.percentile(percent) for percent in PERCENTILES}
            latency["max"] = times.most
        carried = 0 if self.args.connect else times.number * self.args.size
        return {
            "target": str(self.args.a),
            "connections": self.args.connections,
            "size": None if self.args.connect else self.args.size,
            "seconds": took,
            "answers": times.number,
            "rate": times.number / took,
            "bytes_per_second": carried / took,
            "latency": latency,
            "errors": dict(self.errors),
        }

    def lines(self) -> list[str]:
        args, times, took = self.args, self.times, max(self.took, 1e-9)
        kind = "connections in turn" if args.connect else f"messages of {short_size(args.size)}"
        rate = f"{times.number / took:,.0f} a second"
        if not args.connect:
            rate += f", {short_size(times.number * args.size / took)} a second each way"
        lines = [
            f"{args.a}: {kind}, {args.connections} at a time, {took:.2f} s",
            f"answers  {times.number:,}, {rate}",
        ]
        if times.number:
            named = [
                ("min", times.least),
                *((f"p{p:g}", times.percentile(p)) for p in PERCENTILES),
                ("max", times.most),
            ]
            lines.append("time     " + ", ".join(f"{name} {short_time(value)}" for name, value in named))
        if self.errors:
            lines.append("errors   " + ", ".join(f"{name} {number:,}" for name, number in sorted(self.errors.items())))
        return lines

    def finish(self) -> int:
        """Prints the result, and returns the exit status."""
        import json  # here and not above: few runs need it

        if self.connected:
            say(json.dumps(self.result()) if self.args.json else "\n".join(self.lines()))
        if not self.times.number and not self.errors:
            complain(f"nothing came back from {self.args.a}: is it an echo server?")
        return 0 if self.times.number and not self.errors else FAILED


class Exchange:
    """One connection to an echo server."""

    def __init__(self, bench: Bench, sock: pynet.Socket) -> None:
        self.bench = bench
        self.sock = sock
        self.missing = 0
        self.began = 0.0
        sock.on("data", self.on_data)
        sock.on("end", lambda: bench.failed(sock, "the server ended a connection"))

    def send(self) -> None:
        self.began = time.monotonic()
        self.missing = len(self.bench.message)
        self.sock.write(self.bench.message)

    def on_data(self, chunk: bytes) -> None:
        start = len(self.bench.message) - self.missing
        self.missing -= len(chunk)
        if chunk != self.bench.message[start : start + len(chunk)]:
            self.bench.failed(self.sock, "what came back is not what was sent")
        elif self.missing == 0:
            self.bench.answered(self.began)
            if not self.bench.over:
                self.send()


def run(args: argparse.Namespace) -> int:
    bench = Bench(args)
    try:
        pynet.run(bench.start)
    except KeyboardInterrupt:
        bench.stop()
        bench.finish()
        return INTERRUPTED
    finally:
        progress.clear()
    return bench.finish()
