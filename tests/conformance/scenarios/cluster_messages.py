import json

from clustering import cluster, fork, me, roles
from harness import trace

VALUES = [1, "text", True, None, [1, [2]], {"key": {"inner": []}}, "x" * 200000]


def seen(value):
    text = json.dumps(value, separators=(",", ":"))
    return f"{len(text)} characters" if len(text) > 100 else text


def primary():
    worker = fork()

    def of_cluster(sender, message, handle):
        trace("P W1/cluster", "message", sender is worker, seen(message), handle)

    def of_worker(message, handle):
        trace("P W1/worker", "message", seen(message), handle)
        if message == "done":
            worker.disconnect()

    cluster.on("message", of_cluster)
    worker.on("message", of_worker)
    for value in VALUES:
        worker.send(value)


def worker():
    left = len(VALUES)

    def heard(message, handle):
        nonlocal left
        left -= 1
        trace(me, "message", seen(message), handle)
        cluster.worker.send(message)
        if left == 0:
            cluster.worker.send("done")

    cluster.worker.on("message", heard)


roles(primary, worker)
