"""Memory of a proxy that pipes to a reader which does not read, and of the writer, which obeys `drain`.

The writer offers 1 GiB to the proxy, and the proxy's other end, this script, reads nothing until neither process has
used the CPU for a while; then it reads everything. Printed is by how much the peak of the resident memory (VmHWM)
rose above the memory that the process had when all was connected and nothing was sent.
"""

import contextlib
import tempfile
import time
from pathlib import Path

from lib import harness, report

# (name, proxy, writer)
TEAMS = [
    ("pynet", "pynet-proxy", "pynet-writer"),
    ("uvloop", "uvloop-proxy", "pynet-writer"),
    ("node", "node-proxy", "node-writer"),
]
LIMIT_MIB = 4.0
QUIET_SECONDS = 0.5
WAIT_SECONDS = 60


class Peak:
    """By how much a process has grown since this was made, in MiB."""

    def __init__(self, server):
        self.server = server
        Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # the peak starts anew from here
        self.before = server.memory("status", "VmRSS")

    def growth(self):
        return (self.server.memory("status", "VmHWM") - self.before) / (1 << 20)


def wait_quiet(servers):
    """Wait until none of them has used the CPU for QUIET_SECONDS; a collector may run: below one percent is quiet."""
    deadline = time.monotonic() + WAIT_SECONDS
    used = [server.cpu_seconds() for server in servers]
    while True:
        time.sleep(QUIET_SECONDS)
        now = [server.cpu_seconds() for server in servers]
        if all(b - a < QUIET_SECONDS / 100 for a, b in zip(used, now, strict=True)):
            return
        if time.monotonic() > deadline:
            raise harness.Failed("the blocked proxy and its writer do not come to rest")
        used = now


def read_all(sock):
    buffer, count = bytearray(256 * 1024), 0
    while (n := sock.recv_into(buffer)) > 0:
        count += n
    return count


def measure(proxy_name, writer_name, mib, folder):
    """The growth in MiB of both, while the reader is blocked and over everything."""
    with contextlib.ExitStack() as stack:
        listening, where = harness.listen(folder / "reader" if folder else None)
        stack.enter_context(listening)
        path = folder / "proxy" if folder else None
        proxy = stack.enter_context(harness.Server(proxy_name, arguments=[where], path=path))
        writer = stack.enter_context(harness.Server(writer_name, arguments=[proxy.address, mib]))
        sock = stack.enter_context(listening.accept()[0])
        sock.settimeout(WAIT_SECONDS)
        wait_quiet([proxy, writer])
        peaks = {"proxy": Peak(proxy), "writer": Peak(writer)}
        sock.sendall(b"!")
        wait_quiet([proxy, writer])
        blocked = {name: peak.growth() for name, peak in peaks.items()}
        began = time.perf_counter()
        count = read_all(sock)
        seconds = time.perf_counter() - began
        whole = {name: peak.growth() for name, peak in peaks.items()}
        if count != mib << 20:
            raise harness.Failed(f"{proxy_name}: {count} bytes of {mib} MiB came out")
    return {"blocked": blocked, "whole": whole, "mib_per_second": mib / seconds}


def worst(runs, phase, process):
    return max(run[phase][process] for run in runs)


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--teams", help="comma-separated: " + ", ".join(team[0] for team in TEAMS))
    parser.add_argument("--rounds", type=int, default=3, help="with new processes; default 3; 1 with --quick")
    parser.add_argument("--mib", type=int, default=1024, help="how much is offered, default 1024; 64 with --quick")
    parser.add_argument("--unix", action="store_true", help="over unix sockets instead of TCP")
    options = report.parse(parser, rounds=1, mib=64)
    names = harness.chosen(options.teams, [team[0] for team in TEAMS])
    teams = [t for t in TEAMS if t[0] in names and len(harness.available(t[1:])) == 2]
    results = {team[0]: [] for team in teams}
    for _ in range(options.rounds):
        for name, proxy, writer in teams:
            with contextlib.ExitStack() as stack:
                made = Path(stack.enter_context(tempfile.TemporaryDirectory())) if options.unix else None
                results[name].append(measure(proxy, writer, options.mib, made))
    print(f"peak growth in MiB while {options.mib} MiB are offered, the worst of {options.rounds}")
    print(f"{'':<10}{'reader blocked':>22}{'then all is read':>22}")
    print(f"{'':<10}{'proxy':>12}{'writer':>10}{'proxy':>12}{'writer':>10}{'MiB/s':>10}")
    good = True
    for name, runs in results.items():
        cells = [worst(runs, phase, process) for phase in ("blocked", "whole") for process in ("proxy", "writer")]
        fine = max(cells) < LIMIT_MIB
        verdict = f"   (under {LIMIT_MIB:g}: {'ok' if fine else 'TOO MUCH'})" if name == "pynet" else ""
        good = good and (fine or name != "pynet")
        rate = max(run["mib_per_second"] for run in runs)
        print(f"{name:<10}{cells[0]:>12.2f}{cells[1]:>10.2f}{cells[2]:>12.2f}{cells[3]:>10.2f}{rate:>10,.0f}{verdict}")
    report.finish(options, results, good)
