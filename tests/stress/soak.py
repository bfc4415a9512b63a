"""Thousands of connections at once, and many more in turn: no error, no handle left, memory flat.

    python tests/stress/soak.py [--connections 4000] [--total 100000] [--cancelled 10000] [--reads 1000000]
                                [--seed N] [--kind tcp|unix|both]

Both ends live in this process. Each connection carries one message and its answer, and has listeners with closures.
Then come connects that are cancelled at random moments, see soak_connects.py, and reads that wait, see soak_reads.py.
Prints what it measured; exits with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import pynet
from soak_connects import Cancelled
from soak_reads import WAYS

WINDOW = 100  # connections under way at a time: less than a listen backlog
MESSAGE = b"ping" * 64


def resident() -> int:
    """This process's memory, in KiB."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except FileNotFoundError:  # not Linux: the highest so far
        usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return usage // 1024 if sys.platform == "darwin" else usage
    return pages * resource.getpagesize() // 1024


def handles() -> dict[str, int]:
    counts = pynet._pynet._counts()
    return {name: counts[name] for name in ("streams", "listeners", "requests", "sockets", "servers")}


def allow_descriptors(needed: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        if wanted < needed:
            sys.exit(f"soak: {needed} descriptors are needed, the hard limit is {hard} (ulimit -Hn)")


class Soak:
    """Opens `total` connections to a server of its own, at most `at_once` at a time; `hold` keeps all open first."""

    def __init__(self, where: tuple, total: int, at_once: int, hold: bool):
        self.where, self.total, self.at_once, self.hold = where, total, at_once, hold
        self.started = self.under_way = self.open = self.closed = self.peers_closed = self.most = 0
        self.held: list[pynet.Socket] = []
        self.resident_open = 0  # with all of them held open
        self.errors: list[str] = []

    def start(self) -> None:
        self.server = pynet.create_server(self.on_connection)
        self.server.on("error", lambda err: self.errors.append(f"server: {err}"))
        self.server.listen(*self.where)
        address = self.server.address()
        self.target = {"path": address} if isinstance(address, str) else {"port": address.port, "host": "127.0.0.1"}
        self.fill()

    def on_connection(self, sock: pynet.Socket) -> None:
        def on_close(had_error: bool) -> None:
            self.peers_closed += 1
            if had_error:
                self.errors.append("a peer closed with an error")

        sock.on("data", sock.write)
        sock.on("error", lambda err: self.errors.append(f"peer: {err}"))
        sock.on("close", on_close)

    def fill(self) -> None:
        while self.started < self.total and self.under_way < WINDOW and self.open < self.at_once:
            self.started += 1
            self.under_way += 1
            self.open += 1
            self.most = max(self.most, self.open)
            self.open_one()

    def open_one(self) -> None:
        got = bytearray()

        def on_data(chunk: bytes) -> None:
            got.extend(chunk)
            if len(got) < len(MESSAGE):
                return
            if got != MESSAGE:
                self.errors.append("the answer is another one")
            self.under_way -= 1
            if not self.hold:
                sock.end()
            else:
                self.held.append(sock)
                if len(self.held) == self.total:
                    self.release()
            self.fill()

        def on_close(had_error: bool) -> None:
            self.open -= 1
            self.closed += 1
            if had_error or len(got) < len(MESSAGE):
                self.errors.append("a connection closed too early")
            if self.closed == self.total:
                self.server.close()
            self.fill()

        sock = pynet.connect(self.target)
        sock.on("data", on_data)
        sock.on("error", lambda err: self.errors.append(f"client: {err}"))
        sock.on("close", on_close)
        sock.write(MESSAGE)

    def release(self) -> None:
        self.resident_open = resident()
        for sock in self.held:
            sock.end()
        self.held.clear()

    def run(self) -> float:
        began = time.monotonic()
        pynet.run(self.start)
        del self.server
        if self.closed != self.total or self.peers_closed != self.total:
            self.errors.append(f"{self.closed} and {self.peers_closed} of {self.total} connections were closed")
        return time.monotonic() - began


class Report:
    def __init__(self):
        self.errors: list[str] = []

    def run(self, what: str, soak: Soak) -> int:
        """Runs it; what the process grew by, in KiB."""
        before = resident()
        seconds = soak.run()
        grown = resident() - before
        print(
            f"{what:<28} {soak.total:>7} connections, {soak.most:>5} at once, {seconds:6.1f} s, "
            f"{soak.total / seconds:7.0f}/s, {before + grown:>7} KiB ({grown:+d})",
            flush=True,
        )
        self.check(what, soak.errors)
        return grown

    def check(self, what: str, errors: list[str]) -> None:
        """Notes the errors, and handles that are left."""
        self.errors += [f"{what}: {error}" for error in errors[:10]]
        left = {name: count for name, count in handles().items() if count}
        if left:
            self.errors.append(f"{what}: still alive: {left}")


def soak_kind(kind: str, connections: int, total: int, folder: str, report: Report) -> None:
    numbers = iter(range(1000))

    def where() -> tuple:
        return (0, "127.0.0.1") if kind == "tcp" else (f"{folder}/{next(numbers)}.sock",)

    before = resident()
    waves = [Soak(where(), connections, connections, True) for _ in range(2)]
    for name, wave in zip(("at once", "at once, again"), waves, strict=True):
        report.run(f"{kind}: {name}", wave)
    first = waves[0].resident_open - before
    second = waves[1].resident_open - waves[0].resident_open
    print(f"{kind}: {connections} open connections: {first} KiB; the second time {second:+d} KiB", flush=True)
    # What the first wave took is there for the second. A MiB is one arena of Python's allocator.
    if second > max(first // 10, 1200):
        report.errors.append(f"{kind}: the second wave of {connections} grew the process by {second} KiB")
    # Allocators take some thousands of connections until they have settled.
    warm_up = max(total // 10, 10_000)
    report.run(f"{kind}: in turn, warming up", Soak(where(), warm_up, WINDOW, False))
    grown = report.run(f"{kind}: in turn", Soak(where(), total, WINDOW, False))
    if grown > 1024:
        report.errors.append(f"{kind}: {total} connections in turn grew the process by {grown} KiB")


def soak_cancelled(kind: str, total: int, folder: str, seed: int, report: Report) -> None:
    """In four rounds. What each of the later ones leaves behind was leaked: objects, or memory beyond what comes and
    goes with the allocator's arenas."""
    objects, growth = [], []
    for number in range(4):
        soak, before = Cancelled(kind, total // 4, folder, seed + number), resident()
        seconds = soak.run()
        errors, seen = soak.errors, ", ".join(f"{name} {count}" for name, count in sorted(soak.seen.items()))
        del soak
        growth.append(resident() - before)  # after a collection
        objects.append(len(gc.get_objects()))
        print(
            f"{kind}: {total // 4} cancelled connects, seed {seed + number}, {seconds:.1f} s, {growth[-1]:+d} KiB, "
            f"{objects[-1]} objects: {seen}",
            flush=True,
        )
        report.check(f"{kind}: cancelled (seed {seed + number})", errors)
    if objects[3] > objects[1] + total // 100:
        report.errors.append(f"{kind}: cancelled connects leave objects: {objects}")
    if min(growth[1:]) > 1024:
        report.errors.append(f"{kind}: cancelled connects grew the process by {growth} KiB")


def soak_reads(total: int, report: Report) -> None:
    for name, read in WAYS.items():
        sizes: list[int] = []
        began = time.monotonic()
        read(total, lambda: sizes.append(resident()))  # noqa: B023
        seconds, grown = time.monotonic() - began, sizes[-1] - sizes[0]
        print(f"{total} reads {name}, {seconds:.1f} s, {sizes[-1]} KiB ({grown:+d})", flush=True)
        report.check(f"reads {name}", [])
        # A leak grows in each part; what an allocator takes at once, such as an arena, in one of them.
        if min(later - earlier for earlier, later in itertools.pairwise(sizes)) * (len(sizes) - 1) > 512:
            report.errors.append(f"{total} reads {name} grew the process by {grown} KiB")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=4000, help="open at once (default 4000)")
    parser.add_argument(
        "--total", type=int, default=100_000, help="opened and closed in turn (default 100000; 0: none)"
    )
    parser.add_argument(
        "--cancelled", type=int, default=10_000, help="connects that are cancelled, of each kind (default 10000)"
    )
    parser.add_argument("--reads", type=int, default=1_000_000, help="that wait, of each kind (default 1000000)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of what is random (default: any)")
    parser.add_argument("--kind", choices=["tcp", "unix", "both"], default="both")
    options = parser.parse_args(arguments)
    allow_descriptors(2 * options.connections + 200)
    report = Report()
    kinds = ["tcp", "unix"] if options.kind == "both" else [options.kind]
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            if options.total:
                soak_kind(kind, options.connections, max(options.total // len(kinds), 1), folder, report)
            if options.cancelled:
                soak_cancelled(kind, max(options.cancelled, 4), folder, options.seed, report)
    if options.reads:
        soak_reads(max(options.reads, 4), report)
    for error in report.errors:
        print(f"soak: {error}", file=sys.stderr)
    print("soak: " + ("FAILED" if report.errors else "no leak, no error"), flush=True)
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
