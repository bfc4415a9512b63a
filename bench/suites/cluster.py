"""Compare servers of several processes: what a short connection costs, and who gets the connections.

CPU is that of all processes of a server, the primary's too. The rounds are interleaved, and a ratio is taken within a
round, as in the suite `speed`.
"""

import contextlib
import statistics
import sys
import time
from pathlib import Path

from lib import harness, report

PYNET = ["pynet-fair", "pynet-none", "pynet-rr", "pynet-reuse_port"]
NAMES = [*PYNET, "node-cluster-rr", "node-cluster-none", "asyncio-shared", "uvloop-shared"]
HELD = 100
BURN = 50
CPU, RATE = "cpu_us", "rate"

# (what, part, number, server, against, bound, True when the ratio must not be above the bound)
TARGETS = [
    ("CPU of fair, against none", "short", CPU, "pynet-fair", "pynet-none", 1.05, True),
    ("CPU of none, against Node's SCHED_NONE", "short", CPU, "pynet-none", "node-cluster-none", 0.6, True),
    ("CPU of rr, against Node's SCHED_RR", "short", CPU, "pynet-rr", "node-cluster-rr", 0.5, True),
]


class Tree(harness.Server):
    """A server and the processes that it has started."""

    def pids(self):
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    todo += map(int, (task / "children").read_text().split())
        return found

    def cpu_seconds(self):
        total = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def sockets(self):
        """Of each process but the first: how many sockets it has open."""
        counts = {}
        for pid in self.pids()[1:]:
            with contextlib.suppress(OSError):
                links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir()]
                counts[pid] = sum(str(link).startswith("socket:") for link in links)
        return counts


def short(server, seconds):
    """Connections that carry one small message."""
    before = server.cpu_seconds()
    done = harness.generate(server, "--mode", "churn", "--conns", 16, "--size", 64, "--seconds", seconds, "--warmup", 0)
    return {CPU: (server.cpu_seconds() - before) * 1e6 / done["messages"], RATE: done["rate"]}


def wait_for(look):
    """What look() returns, when it is true, or after a while."""
    deadline = time.monotonic() + 5
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return seen


def held(server, before):
    """How many of HELD connections, opened at once, each worker has; `before` are its sockets without them."""

    def spread():
        counts = sorted(count - before[pid] for pid, count in server.sockets().items())
        return counts if sum(counts) == HELD else None

    wait_for(lambda: server.sockets() == before)
    with harness.Idle(server, HELD):
        return wait_for(spread) or []


def burning(server, seconds):
    # Many connections: with few the workers wait for the generator, which has no processor of its own.
    return harness.generate(server, "--conns", 64, "--size", 64, "--seconds", seconds, "--warmup", 0.2)[RATE]


def parse():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated names or beginnings: " + ", ".join(NAMES))
    parser.add_argument("--workers", type=int, default=2, help="of the part with short connections, default 2")
    parser.add_argument("--rounds", type=int, default=7, help="default 7; 2 with --quick")
    parser.add_argument("--seconds", type=float, default=1, help="of each measurement, default 1; 0.3 with --quick")
    return report.parse(parser, rounds=2, seconds=0.3)


def main():
    options = parse()
    names = harness.available(harness.chosen(options.servers, NAMES))
    results = {"short": {name: [] for name in names}, "held": {}, "burn": {}}
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Tree(name, arguments=(options.workers, 0))) for name in names]
        for turn in range(options.rounds):
            for server in report.shuffled(servers, turn):
                results["short"][server.name].append(short(server, options.seconds))
            print(f"round {turn + 1} of {options.rounds} done", file=sys.stderr)
    for name in names:
        with Tree(name, arguments=(4, 0)) as server:
            before = server.sockets()
            results["held"][name] = [held(server, before) for _ in range(3)]
    for name in names:
        rates = []
        for workers in (1, 2):
            with Tree(name, arguments=(workers, BURN)) as server:
                rates.append(max(burning(server, options.seconds) for _ in range(3)))
        results["burn"][name] = rates
    print(f"{'server':<19}{'CPU us/connection':>19}{'rate/s':>10}   {HELD} held by 4 workers{'':<28}"
          f"{'1 to 2 workers':>16}")  # fmt: skip
    for name in names:
        runs = results["short"][name]
        cpu, rate = (statistics.median(run[number] for run in runs) for number in (CPU, RATE))
        spreads = "  ".join("/".join(map(str, spread)) for spread in results["held"][name])
        one, two = results["burn"][name]
        print(f"{name:<19}{cpu:>19.1f}{rate:>10,.0f}   {spreads:<49}{two / one:>14.2f} x")
    good = report.judge(report.rows(TARGETS, results))
    report.finish(options, {"rounds": options.rounds, "workers": options.workers, "results": results}, good)
