"""Clients that connect, echo and close all the time, while a cluster replaces its workers again and again: none fails.

    python tests/stress/soak_cluster.py [CONNECTIONS] [SCHEDULING]

Prints how many connections were served, how many have failed, and how often all workers were replaced.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pynet
from pynet import cluster

WORKERS = 2
CLIENTS = 8
MESSAGE = b"x" * 64

CLIENT = """
import sys
import pynet

port, total, clients = map(int, sys.argv[1:])
message = b"x" * 64
done = failed = under_way = 0

def begin():
    global under_way
    if done + failed + under_way >= total:
        return
    under_way += 1
    got = bytearray()
    errors = []
    sock = pynet.connect(port, "127.0.0.1", lambda: sock.end(message))
    sock.on("data", got.extend)
    sock.on("error", errors.append)
    sock.on("close", lambda had_error: over(bytes(got) == message, errors))

def over(well, errors):
    global done, failed, under_way
    under_way -= 1
    done, failed = done + well, failed + (not well)
    if not well:
        print("failed:", errors, file=sys.stderr)
    pynet.set_immediate(begin)

pynet.run(lambda: [begin() for _ in range(clients)])
print(done, failed)
"""


class Soak:
    """The primary: starts the clients when the workers listen, and reloads until the clients have ended."""

    def __init__(self, connections: int) -> None:
        self.connections = connections
        self.reloads = 0
        self.listening = 0
        self.clients: subprocess.Popen[str] | None = None
        self.error: BaseException | None = None

    def main(self) -> None:
        cluster.on("listening", self.on_listening)
        for _ in range(WORKERS):
            cluster.fork()

    def on_listening(self, worker: cluster.Worker, address: dict[str, object]) -> None:
        self.listening += 1
        if self.listening != WORKERS:
            return
        command = [sys.executable, "-c", CLIENT, str(address["port"]), str(self.connections), str(CLIENTS)]
        self.clients = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.reload()

    def reload(self) -> None:
        assert self.clients is not None
        if self.clients.poll() is not None:
            cluster.disconnect(timeout=5)
            return
        self.reloads += 1
        cluster.reload(30).add_done_callback(self.reloaded)

    def reloaded(self, future: pynet.Future[None]) -> None:
        self.error = future.exception()
        if self.error is None:
            pynet.run_in_loop(self.reload)
        else:
            pynet.run_in_loop(cluster.disconnect)


def work() -> None:
    server = pynet.create_server(allow_half_open=True)
    server.on("connection", lambda sock: sock.pipe(sock))
    server.listen(0, "127.0.0.1")


def main() -> None:
    connections = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    if cluster.is_worker:
        pynet.run(work)
        return
    cluster.setup_primary(scheduling=sys.argv[2] if len(sys.argv) > 2 else "fair", exec=Path(__file__))
    soak = Soak(connections)
    pynet.run(soak.main)
    if soak.error is not None:
        raise soak.error
    assert soak.clients is not None
    out, _ = soak.clients.communicate()
    done, failed = map(int, out.split())
    print(f"{done} served, {failed} failed, {soak.reloads} times all workers replaced")
    sys.exit(1 if failed or done < connections else 0)


if __name__ == "__main__":
    main()
