import os

import pynet
from clustering import cluster, fork, hear, roles, target, tell
from harness import listen, note, trace


def primary():
    fork()
    busy = fork({"BUSY": "1"})
    client = None

    def listening(address):
        nonlocal client
        client = pynet.connect(target(address)).resume()

    def exited(worker, code, signal):
        trace("P", "exit", "busy" if worker is busy else "idle")
        if worker is not busy:
            client.end()

    busy.on("listening", listening)
    hear(busy, {"connection": lambda: cluster.disconnect(note("P", "called"))})
    cluster.on("exit", exited)


def worker():
    def on_connection(sock):
        sock.resume()
        tell(cluster.worker, "connection")

    if "BUSY" in os.environ:
        listen(pynet.create_server(on_connection))


roles(primary, worker)
