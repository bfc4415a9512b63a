"""How long a connect takes whose first address is bad: pynet, beside Node and asyncio's happy_eyeballs_delay.

Each lookup finds two addresses. The first one never answers (a neighbour that is not there), or is slow (its accept
queue is full, and room is made after half a second: the kernel sends the SYN again after a whole one); the second is
good or refuses. All of it happens in a network namespace of its own; where none can be made, without the first case.
"""

import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time

from lib import harness, report

DEAD, SLOW, GOOD, REFUSING = "10.9.0.2", "127.0.0.2", "127.0.0.1", "127.0.0.3"
# (name, addresses, what has to come of it for pynet's race, may take at most this much more than the attempt timeout)
CASES = [
    ("never answers, good", [DEAD, GOOD], GOOD, 50),
    ("slow, good", [SLOW, GOOD], GOOD, 50),
    ("slow, refuses", [SLOW, REFUSING], SLOW, None),
]
RIVALS = ["pynet", "pynet-serial", "node", "asyncio"]
DRAIN_AFTER = 0.5
INSIDE = "PYNET_BENCH_NAMESPACE"


# --- the network ---


def unshare():
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]


def go_inside():
    """Run this suite again in a network namespace of its own. Where none can be made, say why and return."""
    try:
        done = subprocess.run([*unshare(), "true"], capture_output=True, text=True)
    except FileNotFoundError:
        print("the first address never answers: left out: unshare is not installed", file=sys.stderr)
        return
    if done.returncode != 0:
        print(f"the first address never answers: left out: {done.stderr.strip()}", file=sys.stderr)
        return
    command = [*unshare(), sys.executable, str(harness.BENCH), "connect", *sys.argv[1:]]
    sys.exit(subprocess.run(command, env={**os.environ, INSIDE: "1"}).returncode)


def ip(*args):
    subprocess.run(["ip", *args], check=True, capture_output=True)


def make_network():
    ip("link", "set", "lo", "up")
    ip("link", "add", "near", "type", "veth", "peer", "name", "far")
    ip("addr", "add", "10.9.0.1/24", "dev", "near")
    ip("link", "set", "near", "up")
    ip("link", "set", "far", "up")
    ip("neigh", "replace", DEAD, "lladdr", "02:00:00:00:00:99", "dev", "near", "nud", "permanent")


class Place:
    """One port: GOOD accepts, SLOW has a full accept queue until drain(), nothing listens on REFUSING."""

    def __init__(self):
        while True:
            self.good = socket.create_server((GOOD, 0), backlog=128)
            self.port = self.good.getsockname()[1]
            self.slow = socket.socket()
            try:
                self.slow.bind((SLOW, self.port))
                break
            except OSError:
                self.close()
        self.slow.listen(0)
        for sock in (self.good, self.slow):
            sock.setblocking(False)
        self.fillers = []

    def fill(self):
        """Connect to SLOW until its accept queue is full."""
        full = False
        while not full:
            filler = socket.socket()
            filler.settimeout(0.1)
            try:
                filler.connect((SLOW, self.port))
                self.fillers.append(filler)
            except TimeoutError:
                filler.close()
                full = True

    def drain(self):
        for sock in (self.good, self.slow):
            with contextlib.suppress(BlockingIOError):
                while True:
                    sock.accept()[0].close()
        for filler in self.fillers:
            filler.close()
        self.fillers.clear()

    def close(self):
        for sock in (self.good, self.slow):
            sock.close()


# --- the rivals ---


def command_of(rival, case):
    argument = json.dumps({**case, "mode": "serial" if rival.endswith("-serial") else "race"})
    if rival == "node":
        return [harness.node(), str(harness.PEERS / "node_connect.js"), argument]
    script = "asyncio_connect.py" if rival == "asyncio" else "pynet_connect.py"
    return [sys.executable, str(harness.PEERS / script), argument]


class Client:
    """A process that connects once for each line on its stdin."""

    def __init__(self, rival, case):
        self.process = subprocess.Popen(
            command_of(rival, case), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def connect(self, place):
        """[ms, where to, or the error]"""
        place.fill()
        self.process.stdin.write("\n")
        time.sleep(DRAIN_AFTER)
        place.drain()
        line = self.process.stdout.readline()
        place.drain()
        if not line:
            raise harness.Failed(f"{self.process.args[:2]} ended with {self.process.wait()}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def measure(addresses, rivals, rounds, timeout):
    """{rival: [[ms, outcome], ...]}, the rounds of all taking turns; the first round of each does not count."""
    results = {rival: [] for rival in rivals}
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(contextlib.closing(Place()))
        case = {"port": place.port, "addresses": addresses, "timeout": timeout}
        clients = {rival: stack.enter_context(contextlib.closing(Client(rival, case))) for rival in rivals}
        for number in range(rounds + 1):
            for rival, client in clients.items():
                got = client.connect(place)
                if number:
                    results[rival].append(got)
    return results


# --- the report ---


def print_case(name, results, expected, more, timeout):
    """Print a case; returns whether pynet's race is within its target."""
    print(name)
    good = True
    for rival, runs in results.items():
        times, outcomes = [ms for ms, _ in runs], sorted({outcome for _, outcome in runs})
        verdict = ""
        if rival == "pynet":
            within = more is None or statistics.median(times) <= timeout + more
            good = within and outcomes == [expected]
            target = f"under {timeout + more} ms" if more is not None else f"to {expected}"
            verdict = f"   ({target}: {'ok' if good else 'MISSED'})"
        median, shown = statistics.median(times), ", ".join(outcomes)
        print(f"  {rival:<14}{median:>8.1f} ms  ({min(times):.1f} to {max(times):.1f})  {shown}{verdict}", flush=True)
    return good


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--rivals", help="comma-separated: " + ", ".join(RIVALS))
    parser.add_argument("--rounds", type=int, default=10, help="connects of each; default 10; 2 with --quick")
    parser.add_argument("--timeout", type=int, default=250, help="the attempt timeout in ms, default 250")
    options = report.parse(parser, rounds=2)
    if options.timeout >= DRAIN_AFTER * 1000:
        parser.error(f"the attempt timeout has to be under {DRAIN_AFTER * 1000:g} ms")
    rivals = harness.chosen(options.rivals, RIVALS)
    if not os.environ.get(INSIDE):
        go_inside()
        cases = CASES[1:]
    else:
        make_network()
        cases = CASES
    if "node" in rivals:
        try:
            harness.node()
        except harness.Unavailable as reason:
            print(f"node: left out: {reason}", file=sys.stderr)
            rivals.remove("node")
    results, good = {}, True
    print(f"the first address, the second; attempt timeout {options.timeout} ms, median of {options.rounds}")
    for name, addresses, expected, more in cases:
        results[name] = measure(addresses, rivals, options.rounds, options.timeout)
        good = print_case(name, results[name], expected, more, options.timeout) and good
    report.finish(options, results, good)
