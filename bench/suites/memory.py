"""Memory that an idle connection costs its server, and whether a second wave of connections costs any more.

Private memory that was written to (smaps_rollup), after a garbage collection, before and after a wave of connections is
opened; a few connections come and go first, so that what a server allocates once is not counted. Then the wave is
closed and another one opened: what the process grows by beyond its first peak was leaked or fragmented.
"""

import time

from lib import harness, report

DEFAULT = ["pynet-idle", "pynet-data", "uvloop", "asyncio", "libuv"]
KNOWN = [*DEFAULT, "pynet-pipe", "node-data"]
LIMIT, GROWTH = 1200, 0.10
WAIT_SECONDS = 60


def wait_sockets(server, count):
    """Wait until the server has `count` sockets open: it has then accepted, or closed, them all."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (have := server.open_sockets()) != count:
        if time.monotonic() > deadline:
            raise harness.Failed(f"{server.name}: {have} sockets open, expected {count}")
        time.sleep(0.01)


def collect(server):
    """Have the server collect its garbage; returns its counters of live objects, which only pynet's servers have."""
    return {} if server.name == "libuv" else server.control()


def settled(server):
    """The server's memory after its last events and a collection."""
    collect(server)
    time.sleep(0.1)  # the end of the loop's turn, and Node's own collector
    return server.memory("smaps_rollup", "Private_Dirty")


def wave(server, sockets, conns, options):
    """Open `conns` connections, measure, close them again; the memory while they were open."""
    with harness.Idle(server, conns, *options):
        wait_sockets(server, sockets + conns)
        peak = settled(server)
    wait_sockets(server, sockets)
    return peak


def measure(name, conns, options, root):
    with harness.Server(name, files=conns + 256, control=name != "libuv", root=root) as server:
        sockets = server.open_sockets()
        wave(server, sockets, 20, options)
        before = settled(server)
        first = wave(server, sockets, conns, options)
        between = settled(server)
        second = wave(server, sockets, conns, options)
        counts = collect(server)
    grown = first - before
    return {
        "bytes_per_connection": grown / conns,
        "kept_after_close": (between - before) / conns,
        "second_wave_growth": (second - first) / grown,
        "left_alive": sum(counts.get(kind, 0) for kind in ("streams", "requests", "sockets")),
    }


def within_limits(result):
    small = result["bytes_per_connection"] <= LIMIT and result["second_wave_growth"] < GROWTH
    return small and result["left_alive"] == 0


def verdict(name, result):
    if not name.startswith("pynet"):
        return ""
    if result["left_alive"]:
        return f"  ({result['left_alive']} objects LEFT ALIVE)"
    return f"  (at most {LIMIT:,} and {GROWTH:.0%}: {'ok' if within_limits(result) else 'TOO MUCH'})"


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated: " + ", ".join(KNOWN) + "; default all but the last two")
    parser.add_argument("--conns", type=int, default=4000, help="default 4000; 1000 with --quick")
    parser.add_argument("--ping", action="store_true", help="exchange one message on each connection first")
    report.add_against(parser)
    options = report.parse(parser, conns=1000)
    names = harness.available(harness.chosen(options.servers, KNOWN) if options.servers else DEFAULT)
    extra = ["--ping"] if options.ping else []
    ours, other = harness.checkouts(options.against)
    more = report.AGAINST if other else ""
    print(f"{'server':<17}{'bytes per connection':>22}{more}{'kept after close':>18}{'second wave grows by':>22}")
    results, others = {}, {}
    for name in names:
        if other and name.startswith("pynet"):
            others[name] = measure(name, options.conns, extra, other)
        result = results[name] = measure(name, options.conns, extra, ours)
        here = result["bytes_per_connection"]
        there = others[name]["bytes_per_connection"] if name in others else None
        more = report.against(here, there) if other else ""
        print(f"{name:<17}{here:>22,.0f}{more}{result['kept_after_close']:>18,.0f}"
              f"{result['second_wave_growth']:>22.1%}{verdict(name, result)}", flush=True)  # fmt: skip
    good = all(within_limits(result) for name, result in results.items() if name.startswith("pynet"))
    report.finish(options, {**results, "against": others} if other else results, good)
