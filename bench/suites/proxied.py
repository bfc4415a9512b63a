"""What the PROXY protocol costs: connections to a server with headers and to one without, and a header alone.

Each connection brings one byte, and the server ends it. The server's processor time counts: it is what limits the rate,
and the client's process shares the machine. Both servers run all the time, and take turns of a few hundred connections:
the ratio is the median of those of the rounds. A header alone is timed in C, without a socket, by processor time.
"""

import multiprocessing
import os
import socket
import statistics
import subprocess
import tempfile
import time

import pynet
from lib import report
from lib.harness import BENCH

TARGET = 0.95  # of the rate without headers
TARGET_NS = 500
HEADER = bytes(pynet.ProxyHeader((("192.0.2.1", 56324), ("198.51.100.2", 443))))
TLVS = {2: "example.com", 5: b"0123456789abcdef", 0x20: b"\1\0\0\0\0\x21\0\7TLSv1.3"}

TIMER = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/proxy_header.h"
int main(int argc, char **argv)
{
    static uint8_t data[PN_PROXY_LONGEST];
    size_t len = strlen(argv[1]) / 2, used = 0;
    long count = argc > 2 ? atol(argv[2]) : 0;
    unsigned long seen = 0;
    for (size_t i = 0; i < len; i++) {
        char two[3] = {argv[1][2 * i], argv[1][2 * i + 1], 0};
        data[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    struct timespec a, b;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    for (long i = 0; i < count; i++) {
        struct pn_proxy_header h;
        const char *reason;
        if (pn_proxy_scan(data, len, &used) != PN_PROXY_WHOLE || pn_proxy_parse(data, used, &h, &reason) < 0)
            return 1;
        seen += h.source.port;
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    printf("%f %lu\\n", ((double)(b.tv_sec - a.tv_sec) * 1e9 + (double)(b.tv_nsec - a.tv_nsec)) / (double)count, seen);
    return 0;
}
"""


def serve(proxied, results):
    """A server in a process of its own, which reports its port."""
    server = pynet.create_server(
        lambda sock: sock.on("error", lambda _err: None).on("data", lambda _data: sock.end()),
        proxy_protocol=["127.0.0.1"] if proxied else None,
    )
    server.listen(0, "127.0.0.1", backlog=4096, callback=lambda: results.put(server.port))
    pynet.run()


def load(port, data, count, batch=50):
    """Makes connections, `batch` at a time, and waits for the end of each. A refused one would raise."""
    done = 0
    while done < count:
        many = []
        for _ in range(batch):
            sock = socket.socket()
            sock.connect(("127.0.0.1", port))
            sock.sendall(data)
            many.append(sock)
        for sock in many:
            sock.recv(1)
            sock.close()
        done += batch
    return done


class Running:
    """A server, with headers or without."""

    def __init__(self, proxied):
        context = multiprocessing.get_context("spawn")
        results = context.Queue()
        self.process = context.Process(target=serve, args=(proxied, results))
        self.process.start()
        self.port = results.get(timeout=30)
        self.data = HEADER + b"x" if proxied else b"x"
        load(self.port, self.data, 200)

    def measure(self, count):
        """(µs of the server's processor time for each connection, connections a second)"""
        begin, before = time.perf_counter(), cpu_of(self.process.pid)
        done = load(self.port, self.data, count)
        seconds, used = time.perf_counter() - begin, cpu_of(self.process.pid) - before
        return used / done * 1e6, done / seconds

    def close(self):
        self.process.terminate()
        self.process.join(30)


def measure_rounds(rounds, count):
    """{proxied: [(µs, connections a second) of each round]}"""
    servers = {proxied: Running(proxied) for proxied in (False, True)}
    runs = {proxied: [] for proxied in servers}
    try:
        for turn in range(rounds):
            for proxied in report.shuffled(servers, turn):
                runs[proxied].append(servers[proxied].measure(count))
    finally:
        for server in servers.values():
            server.close()
    return runs


def cpu_of(pid):
    """The processor time of the process's main thread, which runs the loop, in seconds."""
    with open(f"/proc/{pid}/schedstat") as file:
        return int(file.read().split()[0]) / 1e9


def headers_ns(rounds, count):
    """{name: nanoseconds of the processor to find the end of that header and to read it}, the median of the rounds"""
    core = BENCH.parent / "csrc"
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "timer.c"), os.path.join(folder, "timer")
        with open(source, "w") as file:
            file.write(TIMER)
        parts = [str(core / "core" / name) for name in ("proxy_header.c", "addr.c", "ip.c")]
        flags = ["-O2", "-D_GNU_SOURCE", "-std=c11", f"-I{core}"]
        subprocess.run([os.environ.get("CC", "cc"), *flags, source, *parts, "-o", program], check=True)
        times = {name: [] for name in headers()}
        for _ in range(rounds):
            for name, header in headers().items():
                command = [program, bytes(header).hex(), str(count)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                times[name].append(float(done.stdout.split()[0]))
    return {name: statistics.median(found) for name, found in times.items()}


def headers():
    ends = ("192.0.2.1", 56324), ("198.51.100.2", 443)
    ends6 = ("2001:db8::1", 56324), ("2001:db8::2", 443)
    return {
        "version 1, IPv4": pynet.ProxyHeader(ends, 1),
        "version 1, IPv6": pynet.ProxyHeader(ends6, 1),
        "version 2, IPv4": pynet.ProxyHeader(ends),
        "version 2, TLVs": pynet.ProxyHeader(ends, tlvs=TLVS),
        "version 2, TLVs and CRC-32C": pynet.ProxyHeader(ends, tlvs=TLVS, checksum=True),
    }


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--count", type=int, default=500, help="connections in a round, default 500; 200 with --quick")
    parser.add_argument("--rounds", type=int, default=101, help="default 101; 3 with --quick")
    options = report.parse(parser, count=200, rounds=3)
    runs = measure_rounds(options.rounds, options.count)
    results = {}
    for proxied, name in ((False, "without"), (True, "with headers")):
        us, rate = (statistics.median(column) for column in zip(*runs[proxied], strict=True))
        results[name] = {"us": us, "rate": rate}
        print(f"{name:<30}{us:>8.1f} µs of CPU a connection{rate:>10,.0f} connections/s")
    pairs = zip(runs[False], runs[True], strict=True)
    ratio = statistics.median(without[0] / headed[0] for without, headed in pairs)
    print(f"{'rate, of the CPU time':<30}{ratio:>8.2f}")
    results["ratio"] = ratio
    times = headers_ns(3 if options.quick else 9, 20_000 if options.quick else 500_000)
    for name, ns in times.items():
        print(f"{name:<30}{ns:>8.0f} ns a header")
    report.finish(options, results | times, ratio >= TARGET and max(times.values()) <= TARGET_NS)
