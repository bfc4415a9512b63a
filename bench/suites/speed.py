"""Compare echo servers: messages per second, p99 latency and server CPU per message, as ratios.

The rounds are interleaved: in each one every server is measured once per shape, each time in another order, so that
whatever else the machine does falls on all of them. A ratio is taken within a round; what is printed is the median.
"""

import contextlib
import statistics
import sys
import tempfile
from pathlib import Path

from lib import harness, report

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
            for server in report.shuffled(servers, turn):
                options = [*SHAPES[shape], "--seconds", seconds, "--warmup", warmup]
                results[shape][server.name].append(harness.generate(server, *options, core=core))
        print(f"round {turn + 1} of {rounds} done", file=sys.stderr)
    return results


def median(runs, number):
    return statistics.median(run[number] for run in runs)


def print_table(shape, by_server):
    print(f"\n{shape}: {ABOUT[shape]}")
    print(f"{'':<17}{'':>11}{'':>10}{'':>10}{'server':>12}{'x uvloop':>16}{'x libuv in C':>16}")
    print(f"{'server':<17}{'rate/s':>11}{'p50 us':>10}{'p99 us':>10}{'CPU us/msg':>12}"
          f"{'rate':>9}{'CPU':>7}{'rate':>9}{'CPU':>7}")  # fmt: skip
    for name, runs in by_server.items():
        pairs = [(base, number) for base in ("uvloop", "libuv") for number in (RATE, CPU)]
        ratios = [report.shown(report.ratio(by_server, name, *pair)) for pair in pairs]
        print(f"{name:<17}{median(runs, RATE):>11,.0f}{median(runs, 'p50_us'):>10,.0f}{median(runs, 'p99_us'):>10,.0f}"
              f"{median(runs, CPU):>12.2f}{ratios[0]:>9}{ratios[1]:>7}{ratios[2]:>9}{ratios[3]:>7}")  # fmt: skip


def parse():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated names or beginnings: " + ", ".join(harness.NAMES))
    parser.add_argument("--shapes", help="comma-separated: " + ", ".join(SHAPES))
    parser.add_argument("--rounds", type=int, default=5, help="default 5; 2 with --quick")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement, default 1; 0.3 with --quick")
    parser.add_argument("--unix", action="store_true", help="over unix sockets instead of TCP")
    return report.parse(parser, rounds=2, seconds=0.3)


def main():
    options = parse()
    names = harness.available(harness.chosen(options.servers, harness.NAMES))
    shapes = harness.chosen(options.shapes, list(SHAPES))
    core = harness.cores()[0]
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = {name: folder / name if options.unix else None for name in names}
        servers = [stack.enter_context(harness.Server(name, path=paths[name], core=core)) for name in names]
        results = measure(servers, shapes, options.rounds, options.seconds)
    for shape in shapes:
        print_table(shape, results[shape])
    good = report.judge(report.rows(TARGETS, results))
    document = {"rounds": options.rounds, "seconds": options.seconds, "unix": options.unix, "results": results}
    report.finish(options, document, good)
