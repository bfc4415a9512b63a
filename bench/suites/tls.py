"""TLS: the processor time of an echo server, for each message and for each handshake, beside its rivals and plain C.

The clients are OpenSSL's, with a thread for each connection (lib/tls_loadgen.c), and speak TLS 1.3 with a P-256 key.
The servers take turns; a figure is the median of the rounds. The floor is libuv and OpenSSL in C
(peers/libuv_tls_echo.c).
"""

import json
import math
import os
import statistics
import subprocess
import tempfile

from lib import harness, report

SERVERS = (
    "libuv-tls", "pynet-tls", "node-tls", "asyncio-tls", "uvloop-tls",
    "aiofastnet-uvloop-tls", "aiofastnet-asyncio-tls", "ssl-threads",
)  # fmt: skip
FLOOR = "libuv-tls"

# name: (mode, arguments of the generator with `count` in the place of the number, count, limit as a ratio of the floor)
ROWS = {
    "1 connection, 1 KiB": ("echo", (1, 1024), 20_000, 1.35),
    "20 connections, 1 KiB": ("echo", (20, 1024), 2_000, None),
    "4 connections, 100 KiB": ("echo", (4, 102_400), 1_000, 1.1),
    "full handshake": ("full", (), 1_000, 1.2),
    "resumed handshake": ("resumed", (), 1_000, None),
}


def certificate(folder):
    """(certificate, key), made by openssl."""
    files = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
        f"-addext subjectAltName=DNS:localhost -out {files[0]} -keyout {files[1]}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return files


def measure(server, mode, shape, count, core):
    """µs of the server's processor time for each message or connection."""
    generator = str(harness.build("tls_loadgen"))
    arguments = (*shape, count) if mode == "echo" else (count,)
    command = [generator, server.address, mode, *map(str, arguments)]
    before = server.cpu_seconds_ever()
    done = subprocess.run(command, capture_output=True, text=True, preexec_fn=harness._child_setup(core, False, None))
    used = server.cpu_seconds_ever() - before
    if done.returncode != 0 and mode == "resumed":
        return math.nan  # it gives no tickets to this client
    if done.returncode != 0:
        raise harness.Failed(f"{server.name}: {done.stderr.strip()}")
    return used / int(done.stdout) * 1e6


def idle_bytes(server, connections):
    """Bytes for each connection that has had one message of 100 KiB and is idle."""
    command = [str(harness.build("tls_loadgen")), server.address, "idle"]
    memory = []
    for many in (connections // 10, connections):
        process = subprocess.Popen(
            [*command, str(many), "102400"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        process.stdout.readline()
        memory.append(server.memory("smaps_rollup", "Pss_Anon"))
        if many == connections // 10:
            first = process
        else:
            process.communicate()
    first.communicate()
    return (memory[1] - memory[0]) / connections


def rounds(names, options, files):
    core, other = harness.cores()
    runs = {name: {row: [] for row in ROWS} for name in names}
    for turn in range(options.rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            with harness.Server(name, arguments=files, core=core) as server:
                for row, (mode, shape, count, _limit) in ROWS.items():
                    many = max(count // (50 if options.quick else 1), 4)
                    measure(server, mode, shape, max(many // 10, 2), other)
                    runs[name][row].append(measure(server, mode, shape, many, other))
    return {name: {row: statistics.median(values) for row, values in rows.items()} for name, rows in runs.items()}


def print_table(results):
    print(f"{'µs of CPU':<26}" + "".join(f"{row:>24}" for row in ROWS))
    for name, rows in results.items():
        print(f"{name:<26}" + "".join(f"{rows[row]:>24.1f}" for row in ROWS))
    if FLOOR not in results:
        return
    print("\nas a ratio of the floor")
    for name, rows in results.items():
        print(f"{name:<26}" + "".join(f"{rows[row] / results[FLOOR][row]:>24.2f}" for row in ROWS))


def reached(results):
    """Whether pynet is within the limits, and ahead of everything but the floor."""
    if FLOOR not in results or "pynet-tls" not in results:
        return False
    ours = results["pynet-tls"]
    near = all(limit is None or ours[row] <= limit * results[FLOOR][row] for row, (*_, limit) in ROWS.items())
    return near and all(
        not ours[row] > rows[row] for name, rows in results.items() if name not in (FLOOR, "pynet-tls") for row in ROWS
    )


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help=f"some of: {', '.join(SERVERS)}")
    parser.add_argument("--rounds", type=int, default=5, help="default 5; 1 with --quick")
    parser.add_argument("--idle", type=int, default=1000, help="idle connections to measure memory; 0: don't")
    options = report.parse(parser, rounds=1, idle=50)
    names = harness.available(harness.chosen(options.servers, SERVERS))
    with tempfile.TemporaryDirectory() as folder:
        files = certificate(folder)
        results = rounds(names, options, files)
        print_table(results)
        if options.idle:
            print("\nbytes of an idle connection")
            for name in names:
                with harness.Server(name, arguments=files) as server:
                    results[name]["idle"] = idle_bytes(server, options.idle)
                print(f"{name:<26}{results[name]['idle']:>12,.0f}")
    report.finish(options, json.loads(json.dumps(results)), reached(results))
