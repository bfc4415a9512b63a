"""Bytes in bulk: reading them, a proxy that pipes them, many small writes; pynet beside its rivals, as ratios.

This script is the other end: it sends by blocking calls on a core of its own, and takes what comes out of a proxy in a
thread. What counts is the CPU time of the server's process, in the kernel too, for each 64 KiB that pass. The rounds
are interleaved, each in another order; a ratio is taken within a round; what is printed is the median.
"""

import contextlib
import os
import random
import re
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

from lib import harness, report

UNIT = 64 * 1024
SERVERS = {
    "bulk": [
        "pynet-sink-data", "pynet-sink-onread", "uvloop-sink-data", "uvloop-sink-buffered", "asyncio-sink-data",
        "node-sink-data", "node-sink-onread",
    ],
    "proxy": ["pynet-proxy", "uvloop-proxy", "asyncio-proxy", "node-proxy"],
    "small-writes": ["pynet-burst", "uvloop-burst", "asyncio-burst", "node-burst", "node-burst-corked"],
}  # fmt: skip
ABOUT = {
    "bulk": "one connection, one way: CPU of the process that reads",
    "proxy": "one connection through a proxy that pipes: CPU of the proxy",
    "small-writes": "each request is answered by 1,000 writes of 64 bytes in one listener",
}
BASE = {"bulk": "uvloop-sink-data", "proxy": "node-proxy", "small-writes": "node-burst"}
ANSWER = 64 * 1000  # bytes for one request of small-writes
CPU, RATE = "cpu_us", "rate"
CALLS_LIMIT = 3
WARMUP = 64 << 20
SLOW = {"small-writes": 16}  # of what goes through in a round, only this part: Node takes its time

# (what, shape, number, server, against, bound, True when the ratio must not be above the bound)
TARGETS = [
    ("bulk, CPU with `data`, against uvloop", "bulk", CPU, "pynet-sink-data", "uvloop-sink-data", 1.0, True),
    ("bulk, CPU with `onread`, against uvloop", "bulk", CPU, "pynet-sink-onread", "uvloop-sink-data", 0.9, True),
    ("proxy, CPU of pipe, against Node", "proxy", CPU, "pynet-proxy", "node-proxy", 0.7, True),
    ("1,000 writes of 64 bytes, rate against Node", "small-writes", RATE, "pynet-burst", "node-burst", 5.0, False),
]

_BLOCK = bytes(random.Random(5).randbytes(1 << 20))


# --- sockets ---


def accepted(listening):
    sock = listening.accept()[0]
    sock.settimeout(None)
    return sock


def connected(server):
    if server.where[0] == "--path":
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(server.address)
    else:
        sock = socket.create_connection(("127.0.0.1", int(server.address)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def send_all(sock, total):
    """Send `total` bytes and then the end; the answer to them, read to its end."""
    for _ in range(total // len(_BLOCK)):
        sock.sendall(_BLOCK)
    sock.shutdown(socket.SHUT_WR)
    answer = b""
    while data := sock.recv(4096):
        answer += data
    return answer


# --- what is measured ---


class Bulk:
    """The server connects to us again and again, and answers with how many bytes it has read."""

    def __init__(self, name, folder, core):
        self.listening, where = harness.listen(folder / name if folder else None)
        self.server = harness.Server(name, arguments=[where], core=core)

    def run(self, total, _warm=False):
        with accepted(self.listening) as sock:
            before, began = self.server.cpu_seconds(), time.perf_counter()
            answer = send_all(sock, total)
            seconds = time.perf_counter() - began
        if int(answer or 0) != total:
            raise harness.Failed(f"{self.server.name}: {total} bytes sent, the answer is {answer!r}")
        return result(self.server, before, seconds, total)


class Proxy:
    """We connect to the proxy, and it connects to us; a thread reads what comes out and answers with its length."""

    def __init__(self, name, folder, core):
        self.listening, target = harness.listen(folder / f"{name}-target" if folder else None)
        path = folder / name if folder else None
        self.server = harness.Server(name, arguments=[target], path=path, core=core)

    def run(self, total, warm=False):
        thread = threading.Thread(target=self._drain, args=(warm,), daemon=True)
        thread.start()
        with connected(self.server) as sock:
            before, began = self.server.cpu_seconds(), time.perf_counter()
            answer = send_all(sock, total).decode()
            seconds = time.perf_counter() - began
        thread.join()
        check = zlib.crc32(_BLOCK * (total // len(_BLOCK))) if warm else 0
        if answer != f"{total} {check}":
            raise harness.Failed(f"{self.server.name}: {total} bytes sent, the answer is {answer!r}")
        return result(self.server, before, seconds, total)

    def _drain(self, check):
        """In the warm-up, what came out is compared with what was sent, by a checksum; else its length only."""
        buffer, count, crc = bytearray(256 * 1024), 0, 0
        with accepted(self.listening) as sock:
            while (n := sock.recv_into(buffer)) > 0:
                count += n
                if check:
                    crc = zlib.crc32(memoryview(buffer)[:n], crc)
            sock.sendall(f"{count} {crc}".encode())


class Burst:
    """Requests one after another; each answer is read in whole."""

    def __init__(self, name, folder, core, **more):
        self.server = harness.Server(name, path=folder / name if folder else None, core=core, **more)

    def run(self, total, warm=False):
        """As many requests as answer with `total` bytes."""
        requests = (total // 16 if warm else total) // ANSWER
        with connected(self.server) as sock:
            before, began = self.server.cpu_seconds(), time.perf_counter()
            ask(sock, requests)
            seconds = time.perf_counter() - began
            return result(self.server, before, seconds, requests * UNIT)


KINDS = {"bulk": Bulk, "proxy": Proxy, "small-writes": Burst}


def ask(sock, requests):
    buffer = bytearray(ANSWER)
    for _ in range(requests):
        sock.sendall(b"?")
        if sock.recv_into(buffer, ANSWER, socket.MSG_WAITALL) != ANSWER:
            raise harness.Failed("an answer was cut short")


def result(server, cpu_before, seconds, total):
    time.sleep(0.005)  # the turn of the server's loop in which it saw the end
    units = total / UNIT
    return {CPU: (server.cpu_seconds() - cpu_before) * 1e6 / units, RATE: units / seconds}


# --- system calls for each request of small-writes ---


def calls_by_strace(name):
    """Write system calls for each request: a run of 60 less a run of 10, so that start and exit cancel out."""
    counts = []
    for requests in (10, 60):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "calls"
            wrapper = ["strace", "-D", "-f", "-qq", "-o", str(out), "-e", "trace=write,writev,sendto,sendmsg,sendmmsg"]
            server = harness.Server(name, wrapper=wrapper)
            try:
                with connected(server) as sock:
                    ask(sock, requests)
            finally:
                log = server.stop()
            if not out.exists():
                raise harness.Unavailable(f"strace left nothing: {log.strip()}")
            lines = out.read_text().splitlines()
            counts.append(sum(re.match(r"\d+ +\w+\(", line) is not None for line in lines))
    return (counts[1] - counts[0]) / 50


def calls_by_counter():
    """The same by pynet's own counter."""
    with harness.Server("pynet-burst", control=True) as server, connected(server) as sock:
        before = server.control()["sends"]
        ask(sock, 100)
        return (server.control()["sends"] - before) / 100


def count_calls(names):
    """{server: write system calls for each request}, of those for which it can be known."""
    calls = {}
    if shutil.which("strace") is None:
        print("system calls are counted for pynet only: strace is not installed (apt install strace)", file=sys.stderr)
    else:
        try:
            calls = {name: calls_by_strace(name) for name in names}
        except harness.Unavailable as reason:
            print(f"system calls are counted for pynet only: {reason}", file=sys.stderr)
    if "pynet-burst" in names:
        counted = calls_by_counter()
        calls["pynet-burst"] = max(counted, calls.get("pynet-burst", 0))
    return calls


# --- the rounds ---


def measure(shape, ends, rounds, total):
    """{server: [result of each round]}"""
    results = {end.server.name: [] for end in ends}
    for end in ends:
        end.run(WARMUP, True)
    for turn in range(rounds):
        for end in report.shuffled(ends, turn):
            results[end.server.name].append(end.run(total))
    print(f"{shape}: {rounds} rounds done", file=sys.stderr)
    return results


def print_table(shape, by_server, calls):
    base, each = BASE[shape], "request" if shape == "small-writes" else "64 KiB"
    print(f"\n{shape}: {ABOUT[shape]}")
    print(f"{'server':<22}{'rate/s':>10}{'CPU us':>10}   (a rate of and CPU for each {each})   x {base}: rate, CPU")
    for name, runs in by_server.items():
        middle = [statistics.median(run[number] for run in runs) for number in (RATE, CPU)]
        rate, cpu = (report.shown(report.ratio(by_server, name, base, number)) for number in (RATE, CPU))
        print(f"{name:<22}{middle[0]:>10,.0f}{middle[1]:>10.2f}{rate:>12}{cpu:>8}"
              + (f"   {calls[name]:,.2f} write calls" if name in calls else ""))  # fmt: skip


def parse():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated names or beginnings; default all")
    parser.add_argument("--shapes", help="comma-separated: " + ", ".join(SERVERS))
    parser.add_argument("--rounds", type=int, default=61, help="default 61; 5 with --quick")
    parser.add_argument("--mib", type=int, default=32, help="MiB in each round, default 32")
    parser.add_argument("--unix", action="store_true", help="over unix sockets instead of TCP")
    return report.parse(parser, rounds=5)


def run_shape(shape, names, core, options):
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) if options.unix else None
        ends = []
        for name in names:
            end = KINDS[shape](name, folder, core)
            stack.enter_context(end.server)
            ends.append(end)
        return measure(shape, ends, options.rounds, (options.mib << 20) // SLOW.get(shape, 1))


def main():
    options = parse()
    shapes = harness.chosen(options.shapes, list(SERVERS))
    known = [name for shape in shapes for name in SERVERS[shape]]
    wanted = harness.available(harness.chosen(options.servers, known))
    core, ours = harness.cores()
    if ours is not None:
        os.sched_setaffinity(0, {ours})
    results, calls = {}, {}
    for shape in shapes:
        names = [name for name in SERVERS[shape] if name in wanted]
        results[shape] = run_shape(shape, names, core, options)
        if shape == "small-writes":
            calls = count_calls(names)
    for shape in shapes:
        print_table(shape, results[shape], calls)
    targets = report.rows(TARGETS, results)
    targets.append(("1,000 writes, system calls", calls.get("pynet-burst"), CALLS_LIMIT, True))
    good = report.judge(targets)
    report.finish(options, {"mib": options.mib, "unix": options.unix, "results": results, "calls": calls}, good)
