"""Compare is_ip(), SocketAddress.parse() and BlockList with what others have for it, as ratios.

Everything is timed in one process, in turns, and the best of the rounds counts. Node does the same work in a process of
its own. A rival that is not there is left out, with the reason.
"""

import functools
import ipaddress
import json
import random
import socket
import subprocess
import sys
import tempfile
import time

import pynet
from lib import harness, report

SIZES = (10, 1000, 100_000)
QUERIES = 1000
LOADED = 1_000_000


# --- the work ---


def random_v4(rnd):
    return ".".join(str(rnd.randrange(256)) for _ in range(4))


def texts(rnd):
    """(good IPv4 and IPv6 texts, bad ones)"""
    v4 = [random_v4(rnd) for _ in range(150)]
    v6 = [str(ipaddress.IPv6Address(rnd.getrandbits(128))) for _ in range(75)]
    v6 += [f"2001:db8::{n:x}" for n in range(75)]
    bad = [
        rnd.choice(["1.2.3", "256.1.1.1", "1.2.3.04", "localhost", "::g", "1::2::3", "", "[::1]"]) for _ in range(100)
    ]
    return v4, v6, bad


def random_rules(rnd, count):
    """Different networks of mixed prefixes, as published block lists have them."""
    found = {}
    while len(found) < count:
        prefix = rnd.choice([32, 32, 32, 24, 24, 28, 22, 20, 16])
        value = rnd.randrange(1 << 24, 224 << 24) >> (32 - prefix) << (32 - prefix)
        found[f"{ipaddress.IPv4Address(value)}/{prefix}"] = None
    return list(found)


def queries(rnd, rules):
    """Half of them somewhere in a network of the list, half anywhere."""
    asked = [random_v4(rnd) for _ in range(QUERIES // 2)]
    for rule in rnd.choices(rules, k=QUERIES - len(asked)):
        network = ipaddress.ip_network(rule)
        asked.append(str(network[rnd.randrange(network.num_addresses)]))
    rnd.shuffle(asked)
    return asked


# --- timing ---


def per_call(function, arguments, calls):
    """Nanoseconds for one call, the loop's own included."""
    start = time.perf_counter_ns()
    for _ in range(calls):
        for argument in arguments:
            function(argument)
    return (time.perf_counter_ns() - start) / calls / len(arguments)


def best(functions, arguments, rounds, calls):
    """{name: the best time of one call}, the rounds of all taking turns."""
    times = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            times[name].append(per_call(function, arguments[name], calls))
    return {name: min(found) for name, found in times.items()}


# --- the rivals ---


def pytricia_list(rules):
    import pytricia

    tree = pytricia.PyTricia(32)
    for rule in rules:
        tree.insert(rule, True)
    return tree.__contains__


def radix_list(rules):
    import radix

    tree = radix.Radix()
    for rule in rules:
        tree.add(rule)
    return tree.search_best


def pynet_list(rules):
    made = pynet.BlockList()
    made.update(rules)
    return made.check


LISTS = {"pynet": pynet_list, "pytricia": pytricia_list, "py-radix": radix_list}


def node_answers(work):
    """What Node takes, in nanoseconds; {} with the reason printed when there is none."""
    try:
        command = [harness.node(), str(harness.PEERS / "node_addresses.js")]
    except harness.Unavailable as reason:
        print(f"node: left out: {reason}")
        return {}
    done = subprocess.run(command, input=json.dumps(work), capture_output=True, text=True)
    if done.returncode != 0:
        print(f"node: left out: it failed: {done.stderr.strip()}")
        return {}
    return json.loads(done.stdout)


def present():
    """The block lists that can be imported."""
    found = {}
    for name, make in LISTS.items():
        try:
            make(["10.0.0.0/8"])
        except ImportError as error:
            print(f"{name}: left out: {error}")
        else:
            found[name] = make
    return found


# --- the measurements: {name: nanoseconds} each ---


def measure_is_ip(work, rounds):
    v4, v6, bad = work["v4"], work["v6"], work["bad"]
    mixed = v4 + v6 + bad
    pton4 = functools.partial(socket.inet_pton, socket.AF_INET)
    pton6 = functools.partial(socket.inet_pton, socket.AF_INET6)
    functions = {
        "pynet": pynet.is_ip, "inet_pton v4": pton4, "inet_pton v6": pton6, "ipaddress": ipaddress.ip_address,
    }  # fmt: skip
    arguments = {"pynet": mixed, "inet_pton v4": v4, "inet_pton v6": v6, "ipaddress": v4 + v6}
    times = best(functions, arguments, rounds, 10)
    times["inet_pton"] = (times.pop("inet_pton v4") + times.pop("inet_pton v6")) / 2
    return times


def measure_parse(work, rounds):
    return best({"pynet": pynet.SocketAddress.parse}, {"pynet": work["endpoints"]}, rounds, 10)


def measure_check(makers, work, rounds):
    """{rules: {name: ns}}, and {name: seconds} to build the biggest, and bytes for one of its rules."""
    checks, built = {}, {name: [] for name in makers}
    for size, case in work["lists"].items():
        lists = {name: make(case["rules"]) for name, make in makers.items()}
        checks[size] = best(lists, dict.fromkeys(lists, case["queries"]), rounds, 20)
    rules = work["lists"][str(SIZES[-1])]["rules"]
    for _ in range(max(2, rounds // 3)):
        for name, make in makers.items():
            start = time.perf_counter()
            make(rules)
            built[name].append(time.perf_counter() - start)
    made = pynet.BlockList(rules)
    size = (sys.getsizeof(made) - sys.getsizeof(pynet.BlockList())) / len(made)
    return checks, {name: min(found) for name, found in built.items()}, size


# --- the report ---


def measure_load(rounds):
    """(seconds, those of the processor, bytes for one rule) to load a file of a million networks in no order."""
    rules = random_rules(random.Random(5), LOADED)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.writelines(f"{rule}\n" for rule in rules)
        file.flush()
        times = []
        for _ in range(max(2, rounds // 3)):
            start, used = time.perf_counter(), time.process_time()
            made = pynet.BlockList.from_file(file.name)
            times.append((time.perf_counter() - start, time.process_time() - used))
    size = (sys.getsizeof(made) - sys.getsizeof(pynet.BlockList())) / len(made)
    return min(wall for wall, _ in times), min(cpu for _, cpu in times), size


def table(title, times, unit="ns"):
    print(f"\n{title}")
    for name, value in times.items():
        ratio = f"{times['pynet'] / value:>8.3f}" if name != "pynet" else ""
        print(f"  {name:<14}{value:>12,.1f} {unit}   {ratio}")


def against(times, name, other, upside_down=False):
    if other not in times:
        return None
    return times[other] / times[name] if upside_down else times[name] / times[other]


def targets(ips, parses, checks, built, bytes_each, load):
    small, middle, big = (checks[str(size)] for size in SIZES)
    return [
        ("is_ip, good and bad, against inet_pton on good ones", against(ips, "pynet", "inet_pton"), 0.35, True),
        ("is_ip, times as fast as ipaddress.ip_address", against(ips, "pynet", "ipaddress", True), 25, False),
        ("check at 1,000 rules, against pytricia", against(middle, "pynet", "pytricia"), 0.5, True),
        ("check at 100,000 rules, against pytricia", against(big, "pynet", "pytricia"), 0.5, True),
        ("check at 100,000 rules, against 10 rules", big["pynet"] / small["pynet"], 3, True),
        ("update of 100,000 rules, against pytricia", against(built, "pynet", "pytricia"), 1, True),
        ("bytes a rule at 100,000 rules", bytes_each, 128, True),
        ("from_file() of 1,000,000 networks, seconds", load[0], 1, True),
        ("bytes a rule at 1,000,000 rules", load[2], 128, True),
        ("SocketAddress.parse, times as fast as Node", against(parses, "pynet", "node", True), 15, False),
    ]


def make_work():
    rnd = random.Random(4)
    v4, v6, bad = texts(rnd)
    lists = {}
    for size in SIZES:
        rules = random_rules(rnd, size)
        lists[str(size)] = {"rules": rules, "queries": queries(rnd, rules)}
    endpoints = [f"{text}:{rnd.randrange(1, 65536)}" for text in v4] + [
        f"[{text}]:{rnd.randrange(1, 65536)}" for text in v6
    ]
    return {"v4": v4, "v6": v6, "bad": bad, "endpoints": endpoints, "lists": lists}


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="default 15; 3 with --quick")
    options = report.parse(parser, rounds=3)
    work = make_work()
    node = node_answers(work)
    makers = present()
    ips, parses = measure_is_ip(work, options.rounds), measure_parse(work, options.rounds)
    checks, built, bytes_each = measure_check(makers, work, options.rounds)
    load = measure_load(options.rounds)
    if node:
        ips["node"], parses["node"], built["node"] = node["is_ip"], node["parse"], node["build"] / 1e9
        for size, value in node["check"].items():
            checks[size]["node"] = value
    table("is_ip, one call (right: pynet's time against the rival's)", ips)
    table("SocketAddress.parse, one call", parses)
    for size, times in checks.items():
        table(f"a check of a text, {int(size):,} rules", times)
    table("building 100,000 rules", {name: value * 1e3 for name, value in built.items()}, "ms")
    print(f"\nbytes a rule, 100,000 rules: {bytes_each:.1f}")
    wall, cpu, size = load
    print(f"from_file() of {LOADED:,} networks: {wall:.2f} s, of the processor {cpu:.2f} s, {size:.1f} bytes a rule")
    good = report.judge(targets(ips, parses, checks, built, bytes_each, load))
    document = {"is_ip": ips, "parse": parses, "check": checks, "build": built, "bytes_a_rule": bytes_each}
    document["load"] = {"seconds": wall, "processor": cpu, "bytes_a_rule": size}
    report.finish(options, document, good)
