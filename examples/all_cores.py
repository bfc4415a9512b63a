"""A server that uses all processors.

SIGHUP replaces its processes without refusing a client; SIGTERM ends it in order.

python all_cores.py [PORT]
"""

from __future__ import annotations

import os
import sys

import pynet
from pynet import cluster


def on_connection(sock: pynet.Socket) -> None:
    """Sends each line back in capitals, with the number of the process that did it."""

    def on_data(data: bytes) -> None:
        sock.write(b"%d: %s" % (os.getpid(), data.upper()))

    sock.on("data", on_data)


def main() -> None:
    """Runs in each worker; all of them get the same port."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8124
    pynet.create_server(on_connection).listen(port, "127.0.0.1")


def on_listening(worker: cluster.Worker, address: cluster.ListeningAddress) -> None:
    print("listening on", address["port"], flush=True)


if __name__ == "__main__":
    if cluster.is_primary:
        cluster.once("listening", on_listening)
    cluster.serve(main)
