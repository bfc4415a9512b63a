"""User-space instructions per 1 KiB echo, counted by callgrind over 10 connections.

A run of 6,000 messages less a run of 2,000, divided by 4,000: start, connecting and exit cancel out. The generator
sends one message on each connection, waits for all answers and begins again. It shares a core with the server, which
never preempts it (SCHED_BATCH), so each turn of the server's loop finds all connections ready, and counts repeat.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from lib import harness, report

CONNS = 10
SIZE = 1024
COST_LINE = tuple("0123456789+-*")  # line numbers, absolute or relative to the line before
DEFAULT = ["pynet-data", "pynet-pipe", "uvloop", "asyncio", "libuv"]
LIMITS = {"pynet-data": 1900, "pynet-pipe": 500}


def run_once(name, messages, out, root):
    """Serve `messages` under callgrind, with the profile in `out`; the number of instructions."""
    core = harness.cores()[0]
    wrapper = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
    server = harness.Server(name, core=core, batch=True, wrapper=wrapper, root=root)
    try:
        options = ["--mode", "lockstep", "--conns", CONNS, "--size", SIZE, "--count", messages]
        harness.generate(server, *options, core=core)
    finally:
        log = server.stop()
    total = read_total(out)
    if total is None:
        raise harness.Failed(f"{name}: callgrind left no profile\n{log}")
    return total


def read_total(out):
    """The instruction count in a callgrind profile, or None."""
    try:
        with open(out, encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith(("summary:", "totals:")):
                    return int(line.split()[1])
    except FileNotFoundError:
        pass
    return None


def _named(text, names):
    """The full form of callgrind's compressed name: `(7) foo` defines 7, `(7)` uses it."""
    number, _, name = text.partition(" ")
    if name:
        names[number] = name
    return names.get(number, text)


def self_costs(out):
    """Instructions spent in each function itself, as {(function, object): instructions}."""
    costs, functions, objects = {}, {}, {}
    function = where = ""
    skip = False
    with open(out, encoding="utf-8", errors="replace") as file:
        for line in map(str.rstrip, file):
            key, equals, value = line.partition("=")
            if line.startswith(COST_LINE):
                if skip:  # the cost of a call belongs to the callee, which has its own lines
                    skip = False
                    continue
                place = (function, where)
                costs[place] = costs.get(place, 0) + int(line.split()[1])
            elif not equals:
                continue
            elif key == "fn":
                function = _named(value, functions)
            elif key == "ob":
                where = _named(value, objects)
            elif key == "cfn":
                _named(value, functions)
            elif key == "cob":
                _named(value, objects)
            elif key == "calls":
                skip = True
    return costs


def annotate(few, many, messages, rows):
    """Print where the instructions of one message go, function by function."""
    before, after = self_costs(few), self_costs(many)
    spent = {place: (cost - before.get(place, 0)) / messages for place, cost in after.items()}
    shown = sorted(spent.items(), key=lambda item: -item[1])[:rows]
    for (function, where), cost in shown:
        if cost >= 0.5:
            print(f"    {cost:8.1f}  {function}  [{Path(where).name}]")


def count(name, options, folder, root):
    """Instructions per message; the profiles of the two runs are `few` and `many` in `folder`."""
    least = {}
    for file, messages in (("few", options.messages), ("many", 3 * options.messages)):
        least[file] = min(run_once(name, messages, folder / file, root) for _ in range(options.rounds))
    return (least["many"] - least["few"]) / (2 * options.messages)


def measure(name, options, folder, roots, limits):
    """(instructions per message, the same with the other checkout's package or None), printed too."""
    ours, other = roots
    there = count(name, options, folder, other) if other and name.startswith("pynet") else None
    here = count(name, options, folder, ours)
    limit = limits.get(name)
    verdict = "" if limit is None else f"  (at most {limit:,}: {'ok' if here <= limit else 'TOO MANY'})"
    print(f"{name:<21}{here:>24,.0f}{report.against(here, there) if other else ''}{verdict}", flush=True)
    if options.annotate and name.startswith(options.annotate):
        annotate(folder / "few", folder / "many", 2 * options.messages, options.rows)
    return here, there


def add_options(parser):
    """The options of a suite that counts instructions."""
    parser.add_argument("--messages", type=int, default=2000, metavar="N",
                        help=f"in the shorter run, a multiple of {CONNS}; default 2000; 200 with --quick")  # fmt: skip
    parser.add_argument("--rounds", type=int, help="of each run, the least counts; default 3 with --against, else 1")
    parser.add_argument("--annotate", nargs="?", const="pynet", metavar="SERVER",
                        help="also print what each function costs (of pynet's servers, or of SERVER)")  # fmt: skip
    parser.add_argument("--rows", type=int, default=40, help="how many of them")
    report.add_against(parser)


def parse(parser):
    options = report.parse(parser, messages=200, rounds=1)
    options.rounds = options.rounds or (3 if options.against else 1)
    return options


def run(names, options, roots, limits):
    """Measure each server and print the table."""
    print(f"{'server':<21}{'instructions per message':>24}{report.AGAINST if options.against else ''}")
    with tempfile.TemporaryDirectory() as folder:
        counts = {name: measure(name, options, Path(folder), roots, limits) for name in names}
    document = {name: here for name, (here, _there) in counts.items()}
    good = all(document.get(name, 0) <= limit for name, limit in limits.items())
    if options.against:
        document["against"] = {name: there for name, (_here, there) in counts.items() if there is not None}
    report.finish(options, document, good)


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated: " + ", ".join(DEFAULT))
    add_options(parser)
    options = parse(parser)
    roots = harness.checkouts(options.against)
    if shutil.which("valgrind") is None:
        sys.exit("the suite instr needs valgrind (apt install valgrind)")
    run(harness.available(harness.chosen(options.servers, DEFAULT)), options, roots, LIMITS)
