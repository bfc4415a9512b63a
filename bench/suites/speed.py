"""Compare echo servers: messages per second, p99 latency and server CPU per message, as ratios.

The rounds are interleaved: in each one every server is measured once per shape, each time in another order, so that
whatever else the machine does falls on all of them. A ratio is taken within a round; what is printed is the median.
"""

import argparse
import contextlib
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path

from lib import harness

# What the generator does in each shape.
SHAPES = {
    "pingpong-1": ["--conns", 1, "--size", 1024],
    "pingpong-100": ["--conns", 100, "--size", 1024],
    "pipelined": ["--conns", 10, "--size", 1024, "--depth", 64],
    "large": ["--conns", 4, "--size", 100 * 1024],
    "connect": ["--mode", "churn", "--conns", 10, "--size", 1024],
}
ABOUT = {
    "pingpong-1": "1 connection, 1 KiB, ping-pong",
    "pingpong-100": "100 connections, 1 KiB, ping-pong",
    "pipelined": "10 connections, 1 KiB, 64 messages in flight on each",
    "large": "4 connections, 100 KiB, ping-pong",
    "connect": "10 at a time: connect, exchange 1 KiB, close",
}
CPU, RATE = "cpu_us_per_message", "rate"

# (what, shape, number, server, against, bound, True when the ratio must not be above the bound)
TARGETS = [
    ("CPU per message at 100 connections, against uvloop", "pingpong-100", CPU, "pynet-data", "uvloop", 0.95, True),
    ("pipelined rate, against uvloop", "pipelined", RATE, "pynet-data", "uvloop", 1.0, False),
    ("connect rate, against uvloop", "connect", RATE, "pynet-data", "uvloop", 0.9, False),
    ("background CPU, against foreground", "pingpong-100", CPU, "pynet-background", "pynet-data", 1.1, True),
    ("background rate, against foreground", "pingpong-100", RATE, "pynet-background", "pynet-data", 0.9, False),
]


def measure(servers, shapes, rounds, seconds):
    """{shape: {server: [result of each round]}}"""
    results = {shape: {server.name: [] for server in servers} for shape in shapes}
    core = harness.cores()[1]
    warmup = min(0.2, seconds / 3)
    for turn in range(rounds):
        for shape in shapes:
            for server in order(servers, turn):
                options = [*SHAPES[shape], "--seconds", seconds, "--warmup", warmup]
                results[shape][server.name].append(harness.generate(server, *options, core=core))
        print(f"round {turn + 1} of {rounds} done", file=sys.stderr)
    return results


def order(servers, turn):
    """Every round another order, the same in every run."""
    shuffled = list(servers)
    random.Random(turn).shuffle(shuffled)
    return shuffled


def median(runs, number):
    return statistics.median(run[number] for run in runs)


def ratio(by_server, name, base, number):
    """The median over rounds of `name` against `base`, or None when one was not measured."""
    pairs = zip(by_server.get(name, ()), by_server.get(base, ()), strict=False)
    ratios = [mine[number] / theirs[number] for mine, theirs in pairs if theirs[number]]
    return statistics.median(ratios) if ratios else None


def shown(value):
    return "-" if value is None else f"{value:.2f}"


def print_table(shape, by_server):
    print(f"\n{shape}: {ABOUT[shape]}")
    print(f"{'':<17}{'':>11}{'':>10}{'':>10}{'server':>12}{'x uvloop':>16}{'x libuv in C':>16}")
    print(f"{'server':<17}{'rate/s':>11}{'p50 us':>10}{'p99 us':>10}{'CPU us/msg':>12}"
          f"{'rate':>9}{'CPU':>7}{'rate':>9}{'CPU':>7}")  # fmt: skip
    for name, runs in by_server.items():
        ratios = [ratio(by_server, name, base, number) for base in ("uvloop", "libuv") for number in (RATE, CPU)]
        print(f"{name:<17}{median(runs, RATE):>11,.0f}{median(runs, 'p50_us'):>10,.0f}{median(runs, 'p99_us'):>10,.0f}"
              f"{median(runs, CPU):>12.2f}{shown(ratios[0]):>9}{shown(ratios[1]):>7}"
              f"{shown(ratios[2]):>9}{shown(ratios[3]):>7}")  # fmt: skip


def judge(results):
    """Print what pynet must reach beside what it reached; True when nothing measured fell short."""
    good = True
    lines = []
    for what, shape, number, name, base, bound, at_most in TARGETS:
        reached = ratio(results.get(shape, {}), name, base, number)
        if reached is None:
            continue
        fine = reached <= bound if at_most else reached >= bound
        good = good and fine
        side = "at most" if at_most else "at least"
        lines.append(f"  {what:<54}{reached:>6.2f}  ({side} {bound:.2f}: {'ok' if fine else 'NOT REACHED'})")
    if lines:
        print("\nwhat pynet must reach")
        print("\n".join(lines))
    return good


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--servers", help="comma-separated names or beginnings: " + ", ".join(harness.NAMES))
    parser.add_argument("--shapes", help="comma-separated: " + ", ".join(SHAPES))
    parser.add_argument("--rounds", type=int, help="default 5")
    parser.add_argument("--seconds", type=float, help="length of each measurement, default 1")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 0.3 seconds: a smoke test")
    parser.add_argument("--unix", action="store_true", help="over unix sockets instead of TCP")
    parser.add_argument("--json", metavar="FILE", help="write every single result there")
    parser.add_argument("--check", action="store_true", help="exit 1 if pynet does not reach its targets")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (0.3 if options.quick else 1.0)
    return options


def main():
    options = parse()
    names = harness.available(harness.chosen(options.servers, harness.NAMES))
    shapes = harness.chosen(options.shapes, list(SHAPES))
    core = harness.cores()[0]
    try:
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            paths = {name: folder / name if options.unix else None for name in names}
            servers = [stack.enter_context(harness.Server(name, path=paths[name], core=core)) for name in names]
            results = measure(servers, shapes, options.rounds, options.seconds)
    except harness.Failed as failure:
        sys.exit(str(failure))
    for shape in shapes:
        print_table(shape, results[shape])
    good = judge(results)
    if options.json:
        document = {"rounds": options.rounds, "seconds": options.seconds, "unix": options.unix, "results": results}
        Path(options.json).write_text(json.dumps(document, indent=1) + "\n")
    if options.check and not good:
        sys.exit(1)
