"""An echo server in a cluster: SCHEDULING, WORKERS, and microseconds of Python for each message (0: none)."""

import sys
import time

import pynet
import support
from pynet import cluster

SCHEDULING, WORKERS, BURN = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def on_connection(sock):
    sock.set_no_delay()
    sock.on("data", lambda data: (burn(), sock.write(data)) if BURN else sock.write(data))


def burn():
    end = time.perf_counter_ns() + BURN * 1000
    while time.perf_counter_ns() < end:
        pass


def primary():
    listening = []

    def on_listening(worker, address):
        listening.append(worker)
        if len(listening) == WORKERS:
            support.announce(address["port"])

    cluster.setup_primary(scheduling=SCHEDULING)
    cluster.on("listening", on_listening)
    for _ in range(WORKERS):
        cluster.fork()


def worker():
    pynet.create_server(on_connection).listen(0, "127.0.0.1", support.BACKLOG)


pynet.run(primary if cluster.is_primary else worker, signals=True, grace=1)
