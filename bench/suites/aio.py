"""pynet with asyncio and uvloop, beside their own protocols and streams: instructions and CPU per message.

The part `listeners` is attached to their loops; the part `waiting` has tasks and threads that wait, attached or beside
pynet's background thread.

Instructions are those of the suite `instr`: user space only, 1 KiB echo over 10 connections. CPU and rates
are measured as in the suite `speed`: rounds are interleaved, and medians are printed.
"""

import contextlib
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from lib import harness, report
from suites import instr, speed

# part: its servers
PARTS = {
    "listeners": ["pynet-attached-asyncio", "pynet-attached-uvloop", "pynet-data", "asyncio", "uvloop"],
    "waiting": [
        "pynet-attached-exactly", "pynet-attached-uvloop-exactly", "pynet-aio-exactly", "pynet-aio-chunks",
        "pynet-aio-drained", "pynet-uvloop-exactly", "pynet-uvloop-chunks", "pynet-threads-exactly",
        "pynet-threads-chunks", "asyncio-streams", "uvloop-streams",
    ],
    "threads": [
        "pynet-threads-exactly", "socket-threads-exactly", "pynet-threads-chunks", "socket-threads-chunks",
    ],
}  # fmt: skip
# instructions per message, at most
LIMITS = {
    "pynet-attached-asyncio": 3800, "pynet-attached-uvloop": 1900, "pynet-attached-exactly": 20500,
    "pynet-attached-uvloop-exactly": 10000, "pynet-aio-exactly": 30000,
}  # fmt: skip
SHAPES = ("pingpong-1", "pingpong-100")


def instructions(names, options):
    """{server: instructions per message}"""
    with tempfile.TemporaryDirectory() as folder:
        return {name: instr.count(name, options, Path(folder), None) for name in names}


def speeds(names, options):
    """{shape: {server: [result of each round]}}"""
    core = harness.cores()[0]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(harness.Server(name, core=core)) for name in names]
        return speed.measure(servers, SHAPES, options.rounds, options.seconds)


def print_table(part, names, counts, results):
    one, hundred = (results[shape] for shape in SHAPES)
    print(f"\n{part}: 1 KiB echo")
    print(f"{'':<30}{'instructions':>14}{'CPU us/msg, connections':>26}{'rate/s':>10}")
    print(f"{'server':<30}{'per message':>14}{'1':>16}{'100':>10}{'at 100':>10}")
    for name in names:
        count = f"{counts[name]:,.0f}" if name in counts else "-"
        cpu = [statistics.median(run[speed.CPU] for run in shape[name]) for shape in (one, hundred)]
        rate = statistics.median(run[speed.RATE] for run in hundred[name])
        print(f"{name:<30}{count:>14}{cpu[0]:>16.2f}{cpu[1]:>10.2f}{rate:>10,.0f}")


def parse():
    parser = report.parser(__doc__)
    parser.add_argument("--parts", help="comma-separated: " + ", ".join(PARTS))
    parser.add_argument("--servers", help="comma-separated names or beginnings")
    parser.add_argument("--rounds", type=int, default=5, help="of CPU and rates, default 5; 1 with --quick")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement, default 1; 0.3 with --quick")
    parser.add_argument("--messages", type=int, default=2000, metavar="N",
                        help="that are counted, a multiple of 10; default 2000; 200 with --quick")  # fmt: skip
    return report.parse(parser, rounds=1, seconds=0.3, messages=200)


def main():
    options = parse()
    rounds = options.rounds
    document, targets = {}, []
    counted = shutil.which("valgrind") is not None
    if not counted:
        print("instructions are left out: they need valgrind (apt install valgrind)", file=sys.stderr)
    parts = harness.chosen(options.parts, list(PARTS))
    chosen = harness.available(harness.chosen(options.servers, [name for part in parts for name in PARTS[part]]))
    for part in parts:
        names = [name for name in PARTS[part] if name in chosen]
        options.rounds = 1
        counts = instructions(names, options) if counted else {}
        options.rounds = rounds
        results = speeds(names, options)
        print_table(part, names, counts, results)
        targets += [
            (f"instructions per message, {name}", counts[name], LIMITS[name], True) for name in names
            if name in counts and name in LIMITS
        ]  # fmt: skip
        document[part] = {"instructions": counts, "speed": results}
    report.finish(options, document, report.judge(targets))
